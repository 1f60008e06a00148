"""Tells the owner of an account, in plain words, what became of its addresses. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from domainguard.audit import address_hash
from domainguard.core.reasons import SENTENCES, Code
from domainguard.models import AddressStanding, AuditEvent, EpochBump
from domainguard.services.evidence_words import evidence_in_words
from domainguard.services.history_words import OF_ADDRESSES, OF_DOMAINS, WHY, mail_in_words
from domainguard.wiring import address_book, now

REACH: Final = timedelta(days=400)
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `about` is an address or a domain; `evidence` says why, in lines."""

    at: datetime
    what: str | Promise
    about: str
    evidence: tuple[str, ...] = ()


def history_of(account: str) -> list[Entry]:
    """Give what happened within 400 days, the newest first, at most 500. For the owner alone.

    The trail names an address by a hash under SECRET_KEY: what was recorded under an earlier one
    is in the trail and not here.
    """
    standings = list(
        AddressStanding.objects.filter(book=address_book().name, account=account).select_related(
            "mail_domain__trust_key"
        )
    )
    found = [*_of_addresses(account, standings), *_of_domains(standings)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST]


def _newest(**which: Any) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(at__gt=now() - REACH, **which).order_by("-at", "-pk")


def _of_addresses(account: str, standings: Iterable[AddressStanding]) -> Iterator[Entry]:
    mine = {address_hash(each.canonical): each for each in standings}
    rows = _newest(address_hash__in=mine, action__in=OF_ADDRESSES)
    # Another account may have claimed the same address: that is its own affair.
    own = (row for row in rows.iterator() if row.detail.get("account") == account)
    for row in islice(own, MOST):
        what = OF_ADDRESSES[row.action] or mail_in_words(row.action, row.detail)
        if what:
            about = mine[row.address_hash].address
            yield Entry(row.at, what, about, tuple(_why_of_address(row)))


def _why_of_address(row: AuditEvent) -> Iterator[str]:
    if row.action == "address_deverified":
        bump = EpochBump.objects.filter(domain__domain=row.domain, epoch=row.detail["epoch"])
        for each in bump:
            yield from evidence_in_words(each)
    elif reason := WHY.get(row.detail.get("reason", "")):
        yield str(reason)


def _of_domains(standings: Iterable[AddressStanding]) -> Iterator[Entry]:
    mine: dict[str, AddressStanding] = {}
    for each in standings:
        for name in (each.mail_domain.name, each.mail_domain.trust_key.domain):
            known = mine.setdefault(name, each)
            mine[name] = min(known, each, key=lambda one: one.first_seen_at)
    for row in _newest(domain__in=mine, action__in=OF_DOMAINS)[:MOST]:
        if row.at >= mine[row.domain].first_seen_at:
            yield Entry(row.at, OF_DOMAINS[row.action], row.domain, tuple(_seen(row)))


def _seen(row: AuditEvent) -> Iterator[str]:
    """Give the sentences of a look that put a domain on hold."""
    if row.action.endswith("_release"):
        return
    if row.detail.get("by_staff"):
        yield _(SENTENCES[Code.HELD_BY_STAFF])
    for word in row.detail.get("reasons", ()):
        yield _(SENTENCES[Code(word)])
