"""Keeps beside each de-verified account what hangs on it, so that lists need not ask the site."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from domainguard.addressbooks.base import Stakes
from domainguard.models import Deverification, DomainStatus
from domainguard.models.bulk import update_many
from domainguard.models.locking import atomic
from domainguard.services.impact import facts_of
from domainguard.wiring import address_book, site_facts

log = logging.getLogger("domainguard.stakes")
_AT_ONCE = 500
_MOST, _MOST_DOWNLOADS = 2**31 - 1, 2**63 - 1


def renew(domains: Iterable[DomainStatus]) -> None:
    """Write anew what hangs on each account that is still out through one of these domains."""
    bumped = [row.pk for row in domains if row.control_epoch > 1]
    if not bumped:
        return
    out = Deverification.objects.filter(bump__domain__in=bumped, restored_at=None)
    for part in _parts(out.select_related("standing").order_by("pk")):
        keep(part)


def keep(rows: Sequence[Deverification]) -> None:
    """Ask the site about the accounts of these rows, all at once, and keep what it says."""
    accounts = {row.standing.account for row in rows}
    facts, named = facts_of(accounts), people(accounts)
    stakes = _stakes_of(accounts)
    for row in rows:
        account = row.standing.account
        impact, row.sole_owner, row.second_factor = facts[account]
        row.impact = min(impact, _MOST)
        row.projects, row.downloads = _within(stakes.get(account))
        row.account_name = str(named.get(account) or "")[:255].replace("\0", "")
        row.last_sign_in_at = _instant(getattr(named.get(account), "last_login", None))
    update_many(rows, Deverification.KEPT_FACTS)


def _within(stakes: Stakes | None) -> tuple[int | None, int | None]:
    if stakes is None:
        return None, None
    projects, downloads = stakes
    return min(projects, _MOST), None if downloads is None else min(downloads, _MOST_DOWNLOADS)


def _instant(moment: datetime | None) -> datetime | None:
    """Read a site's own time, which is naive where it keeps local ones."""
    return moment.astimezone(UTC) if moment else None


def people(accounts: set[str]) -> dict[str, Any]:
    """Give the users of these accounts, those that are there and active, all at once."""
    many = getattr(address_book(), "users", None)
    if many is not None:
        return dict(many(accounts))
    return {account: address_book().user(account) for account in sorted(accounts)}


def _stakes_of(accounts: set[str]) -> dict[str, Stakes]:
    many = getattr(site_facts(), "stakes_of", None)
    if many is None:
        return {}
    try:
        with atomic():
            return dict(many(sorted(accounts)))
    except Exception:  # the site's code must not stop a sweep
        log.exception("The site could not say what hangs on its accounts.")
        return {}


def _parts(rows: Any) -> Iterator[list[Deverification]]:
    after = 0
    while part := list(rows.filter(pk__gt=after)[:_AT_ONCE]):
        yield part
        after = part[-1].pk
