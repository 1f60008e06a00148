"""Enrols addresses: rows for their domains, and the epoch at which each was first seen proven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from domainguard import audit
from domainguard.addressbooks.base import StoredAddress
from domainguard.addressbooks.recovery import RecoveryFacts
from domainguard.core.names import Address, NameRefused
from domainguard.models import AddressStanding
from domainguard.models.locking import atomic
from domainguard.services import one_domain
from domainguard.services.trust_keys import locked, locked_all, mail_domain_rows
from domainguard.wiring import (
    address_book,
    now,
    policy,
    read_address,
    site_facts,
)

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many addresses were new or newly proven, and where the next walk goes on."""

    fresh: int
    cursor: str


def enroll_all() -> int:
    """Enrol every address in the site's book that is new or newly verified; give how many."""
    return enroll_from("", most=None).fresh


def enroll_from(cursor: str, *, most: int | None) -> Enrolled:
    """Walk on through the site's book from a cursor, around its end, for so many addresses.

    A large book is walked in parts, since each sweep begins with this; None is one whole walk.
    """
    book, fresh, seen, may_turn = address_book(), 0, 0, bool(cursor)
    while most is None or seen < most:
        wanted = _BATCH if most is None else min(_BATCH, most - seen)
        batch = list(book.scan(cursor, wanted))
        if batch:
            fresh += enroll(batch)
            seen += len(batch)
            cursor = book.cursor_of(batch[-1])
        else:
            cursor = ""
            if not may_turn:
                break
            may_turn = False
    return Enrolled(fresh, cursor)


def enroll(stored: Iterable[StoredAddress]) -> int:
    """Enrol these addresses; those whose names are refused are never eligible and get no row."""
    batch, fresh = list(stored), 0
    proven = _known(batch)
    unseen: list[tuple[StoredAddress, Address]] = []
    for each in batch:
        if proven.get((each.account, each.text)) in (True, each.verified):
            continue  # nothing new: a sweep meets hardly anything else
        try:
            address = read_address(each.text)
        except NameRefused:
            continue
        if (each.account, each.text) in proven:
            fresh += _enroll_one(each, address)[1]
        else:
            unseen.append((each, address))
    return fresh + _enroll_unseen(unseen)


def _enroll_unseen(unseen: list[tuple[StoredAddress, Address]]) -> int:
    """Enrol addresses of which no standing in use has the text; most have none at all."""
    keys = {address.canonical for _, address in unseen}
    rows = AddressStanding.objects.filter(book=address_book().name, canonical__in=keys)
    present = set(rows.values_list("account", "canonical"))
    each_once: dict[tuple[str, str], tuple[StoredAddress, Address]] = {}
    for stored, address in unseen:
        each_once.setdefault((stored.account, address.canonical), (stored, address))
    again = [pair for key, pair in each_once.items() if key in present]
    new = [pair for key, pair in each_once.items() if key not in present]
    return _first_sights(new) + sum(_enroll_one(*each)[1] for each in again)


def _known(batch: list[StoredAddress]) -> dict[tuple[str, str], bool]:
    """Say of accounts and addresses as mailed, in one query, whether they were ever proven."""
    rows = AddressStanding.objects.filter(
        book=address_book().name, account__in={each.account for each in batch}, removed_at=None
    )
    known = rows.values_list("account", "address", "verified_epoch")
    return {(account, address): epoch is not None for account, address, epoch in known}


def standing_of(stored: StoredAddress) -> AddressStanding | None:
    """Give the standing of an address, enrolling it when it is new; None for a refused name."""
    try:
        address = read_address(stored.text)
    except NameRefused:
        return None
    standing, _ = _enroll_one(stored, address)
    return standing


def prove_now(stored: StoredAddress) -> AddressStanding | None:
    """Record that an address was proven at this moment; None for a refused name.

    An account's first address counts at once. Whoever holds a stolen session adds one of their
    own, so a further one rests before it wins back anything, also when the others are gone by now.
    Only a second factor that is older than such a rest spares it: that was asked for as well.
    """
    standing = standing_of(replace(stored, verified=False))
    if standing is None:
        return None
    others = AddressStanding.objects.filter(
        book=standing.book, account=standing.account, verified_epoch__isnull=False
    ).exclude(pk=standing.pk)
    rests = others.exists() and not _has_old_factor(standing.account)
    at = now()
    prove(standing, at=at, recovery_from=at + policy().quarantine if rests else None)
    return standing


def _has_old_factor(account: str) -> bool:
    """Say whether a second factor guards the account that is no newer than a rest is long.

    A site that cannot date it is believed: whoever adds an address there gave it a moment ago.
    """
    facts = site_facts()
    if not facts.has_second_factor(account):
        return False
    if not isinstance(facts, RecoveryFacts):
        return True
    since = facts.second_factor_since(account)
    return since is not None and since <= now() - policy().quarantine


def _enroll_one(stored: StoredAddress, address: Address) -> tuple[AddressStanding, bool]:
    key = {
        "book": address_book().name,
        "account": stored.account,
        "canonical": address.canonical,
    }
    standing = (
        AddressStanding.objects.select_related("mail_domain__trust_key").filter(**key).first()
    )
    if standing is None:
        return _first_sight(stored, address), True
    if standing.removed_at is not None:
        AddressStanding.objects.filter(pk=standing.pk).update(removed_at=None)
        standing.removed_at = None
    if stored.verified and standing.verified_epoch is None and not _is_void(stored, standing):
        return standing, prove(standing, at=stored.verified_at)
    return standing, False


def _is_void(stored: StoredAddress, standing: AddressStanding) -> bool:
    # The site's flag is from before the public suffix list moved the address (`boundaries`).
    since = standing.proof_void_since
    return since is not None and (stored.verified_at is None or stored.verified_at <= since)


def _first_sight(stored: StoredAddress, address: Address) -> AddressStanding:
    _first_sights([(stored, address)])
    return AddressStanding.objects.select_related("mail_domain__trust_key").get(
        book=address_book().name, account=stored.account, canonical=address.canonical
    )


def _first_sights(new: list[tuple[StoredAddress, Address]]) -> int:
    """Write the standings of addresses not seen before; give how many there are.

    First sight is baseline: what the site calls verified is believed at the present epoch. The
    locks keep those epochs in force until the rows are there: a rise after that finds them.
    """
    at = now()
    if not new:
        return 0
    with atomic():
        mail_domains = mail_domain_rows([address.name for _, address in new], at)
        keys = {row.trust_key_id for row in mail_domains.values()}
        epochs = {row.pk: row.control_epoch for row in locked_all(keys)}
        AddressStanding.objects.bulk_create(
            [
                AddressStanding(
                    book=address_book().name,
                    account=stored.account,
                    canonical=address.canonical,
                    address=address.mailed,
                    mail_domain=mail_domains[address.name.mail_domain],
                    first_seen_at=at,
                    verified_epoch=epochs[mail_domains[address.name.mail_domain].trust_key_id]
                    if stored.verified
                    else None,
                    verified_at=stored.verified_at,
                )
                for stored, address in new
            ],
            ignore_conflicts=True,  # somebody who asks for a reset now may have enrolled it
        )
        one_domain.consider(
            (stored.account, address.name.trust_key) for stored, address in new if stored.verified
        )
    return len(new)


def prove(
    standing: AddressStanding, *, at: datetime | None, recovery_from: datetime | None = None
) -> bool:
    """Give a never proven address the present epoch; an older epoch is never raised by this."""
    with atomic():
        domain = locked(standing.mail_domain.trust_key_id)
        changed = AddressStanding.objects.filter(pk=standing.pk, verified_epoch=None).update(
            verified_epoch=domain.control_epoch, verified_at=at, recovery_from=recovery_from
        )
        if changed:
            audit.record(
                "address_proven",
                at=now(),
                domain=domain.domain,
                canonical=standing.canonical,
                account=standing.account,
                epoch=domain.control_epoch,
            )
            one_domain.consider([(standing.account, domain.domain)])
            standing.verified_epoch, standing.verified_at = domain.control_epoch, at
    return bool(changed)


def forget_removed(account: str) -> int:
    """Mark the standings of addresses that the account no longer has; the rows stay."""
    kept = set()
    for stored in address_book().addresses_of(account):
        try:
            kept.add(read_address(stored.text).canonical)
        except NameRefused:
            continue
    mine = AddressStanding.objects.filter(book=address_book().name, account=account)
    gone = mine.filter(removed_at=None).exclude(canonical__in=kept).update(removed_at=now())
    if gone:
        one_domain.reconsider(account)
    return gone
