"""Enrols addresses: rows for their domains, and the epoch at which each was first seen proven."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from domainguard import audit
from domainguard.addressbooks.base import StoredAddress
from domainguard.core.names import (
    PSL_VERSION,
    Address,
    DomainName,
    NameRefused,
    RegistrableDomain,
)
from domainguard.models import AddressStanding, DomainStatus, MailDomain
from domainguard.wiring import (
    address_book,
    is_trusted,
    now,
    policy,
    read_address,
    registry_sources_for,
    site_facts,
)

_BATCH = 500


def enroll_all() -> int:
    """Enrol every address in the site's book that is new or newly verified; give how many."""
    book, cursor, fresh = address_book(), "", 0
    while batch := list(book.scan(cursor, _BATCH)):
        fresh += enroll(batch)
        cursor = book.cursor_of(batch[-1])
    return fresh


def enroll(stored: Iterable[StoredAddress]) -> int:
    """Enrol these addresses; those whose names are refused are never eligible and get no row."""
    batch, fresh = list(stored), 0
    proven = _known(batch)
    for each in batch:
        if proven.get((each.account, each.text)) in (True, each.verified):
            continue  # nothing new: a sweep meets hardly anything else
        try:
            address = read_address(each.text)
        except NameRefused:
            continue
        _, is_fresh = _enroll_one(each, address)
        fresh += is_fresh
    return fresh


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
    own, so a further one rests before it wins back anything, unless a second factor was asked for.
    """
    standing = standing_of(replace(stored, verified=False))
    if standing is None:
        return None
    others = AddressStanding.objects.filter(
        book=standing.book, account=standing.account, removed_at=None, verified_epoch__isnull=False
    ).exclude(pk=standing.pk)
    rests = others.exists() and not site_facts().has_second_factor(standing.account)
    at = now()
    prove(standing, at=at, recovery_from=at + policy().quarantine if rests else None)
    return standing


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
        return _first_sight(stored, address, key), True
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


def _first_sight(stored: StoredAddress, address: Address, key: dict[str, str]) -> AddressStanding:
    # First sight is baseline: what the site calls verified is believed at the present epoch. The
    # lock keeps that epoch in force until the row is there: a rise after it finds the row.
    at = now()
    with transaction.atomic():
        mail_domain = mail_domain_row(address.name, at)
        epoch = locked(mail_domain.trust_key_id).control_epoch if stored.verified else None
        standing, _ = AddressStanding.objects.get_or_create(
            **key,
            defaults={
                "address": address.mailed,
                "mail_domain": mail_domain,
                "first_seen_at": at,
                "verified_epoch": epoch,
                "verified_at": stored.verified_at,
            },
        )
    return standing


def prove(
    standing: AddressStanding, *, at: datetime | None, recovery_from: datetime | None = None
) -> bool:
    """Give a never proven address the present epoch; an older epoch is never raised by this."""
    with transaction.atomic():
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
            standing.verified_epoch, standing.verified_at = domain.control_epoch, at
    return bool(changed)


def locked(trust_key: int) -> DomainStatus:
    """Lock a domain's row until the transaction ends; others may still point to it."""
    return DomainStatus.objects.select_for_update(no_key=True).get(pk=trust_key)


def mail_domain_row(name: DomainName, at: datetime) -> MailDomain:
    """Give the row of a mail domain, making it and its trust key when they are new."""
    found = MailDomain.objects.select_related("trust_key").filter(name=name.mail_domain).first()
    if found is not None:
        return found
    parent = domain_row(name.parent, at) if name.parent else None
    trust_key = domain_row(name.trust_key, at, parent=parent)
    row, _ = MailDomain.objects.get_or_create(
        name=name.mail_domain, defaults={"trust_key": trust_key}
    )
    return row


def domain_row(domain: str, at: datetime, *, parent: DomainStatus | None = None) -> DomainStatus:
    """Give the row of a trust key, due for its first look when it is new."""
    return domain_rows([domain], at, parent=parent)[domain]


def domain_rows(
    domains: Iterable[str], at: datetime, *, parent: DomainStatus | None = None
) -> dict[str, DomainStatus]:
    """Give the rows of trust keys, made where they are new and due for their first look.

    New ones are made in the order of their names, so that two who make the same do not deadlock.
    """
    wanted = sorted(set(domains))
    rows = DomainStatus.objects.filter(domain__in=wanted).in_bulk(field_name="domain")
    new = [_new_domain(domain, at, parent) for domain in wanted if domain not in rows]
    if new:
        DomainStatus.objects.bulk_create(new, ignore_conflicts=True)
        made = DomainStatus.objects.filter(domain__in=[row.domain for row in new])
        rows |= made.in_bulk(field_name="domain")
    return rows


def _new_domain(domain: str, at: datetime, parent: DomainStatus | None) -> DomainStatus:
    # Below a private suffix the registry sees only the operator, so DNS alone speaks.
    observed = parent is None and bool(registry_sources_for(RegistrableDomain(domain)))
    return DomainStatus(
        domain=domain,
        parent=parent,
        psl_version=PSL_VERSION,
        has_registry=observed and not is_trusted(domain),
        next_check_at=at,
        created_at=at,
    )


def forget_removed(account: str) -> int:
    """Mark the standings of addresses that the account no longer has; the rows stay."""
    kept = set()
    for stored in address_book().addresses_of(account):
        try:
            kept.add(read_address(stored.text).canonical)
        except NameRefused:
            continue
    return (
        AddressStanding.objects.filter(book=address_book().name, account=account, removed_at=None)
        .exclude(canonical__in=kept)
        .update(removed_at=now())
    )
