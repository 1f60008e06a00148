"""Hands out domains that are due, each to one worker at a time, and takes them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connections, router
from django.db.models import F, Q

from domainguard import audit
from domainguard.core.schedule import next_check_at
from domainguard.models import DomainStatus
from domainguard.models.again import again
from domainguard.models.bulk import update_many
from domainguard.models.locking import atomic
from domainguard.services.check import spread
from domainguard.wiring import now, policy

_LEASE = timedelta(minutes=5)
_QUARANTINE_AFTER = 3
_LONGEST_WAIT = {False: timedelta(days=1), True: timedelta(hours=1)}  # by `hot`


@again
def claim(limit: int) -> list[DomainStatus]:
    """Lease due rows to this caller: nobody else gets them until the lease runs out.

    Those that guard the right to publish come first, so that nobody delays the looks at them by
    signing up with a hundred thousand domains; of each kind the longest due.
    """
    at = now()
    with atomic():
        ids = _due(limit, hot=True)
        ids += _due(limit - len(ids), hot=False)
        DomainStatus.objects.filter(_free(), pk__in=ids).update(
            lease_until=at + _LEASE, lease_number=F("lease_number") + 1
        )
        rows = DomainStatus.objects.in_bulk(ids)
    return [rows[key] for key in ids]


def _free() -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=now())


def _due(limit: int, *, hot: bool) -> list[int]:
    if not limit:
        return []
    rows = DomainStatus.objects.filter(_free(), hot=hot, next_check_at__lte=now())
    rows = rows.order_by("next_check_at")
    if connections[router.db_for_write(DomainStatus)].features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows.values_list("pk", flat=True)[:limit])


def give_back(rows: Sequence[DomainStatus]) -> None:
    """Give back rows that were found as they were, each due again in its turn."""
    at, numbers = now(), policy()
    for row in rows:
        row.triaged_at, row.lease_until = at, None
        row.next_check_at = next_check_at(
            row.record(), now=at, policy=numbers, spread=spread(row.domain)
        )
    _leave(rows, "triaged_at")


def postpone(rows: Sequence[tuple[DomainStatus, timedelta]]) -> None:
    """Give back rows unseen, each due again after its own while.

    Only the registry makes them wait: the DNS is asked again each day, however many stand in line
    there, and who guards the right to publish does not stand behind them.
    """
    at = now()
    for row, wait in rows:
        row.next_check_at, row.lease_until = at + min(wait, _LONGEST_WAIT[row.hot]), None
    _leave([row for row, _ in rows])


@again
def _leave(rows: Sequence[DomainStatus], *more: str) -> None:
    # Somebody may have looked deeper meanwhile, and then knows better when to look again.
    written = ["next_check_at", "lease_until", *more]
    if update_many(rows, written, fences=["lease_number", "last_look_at"]) < len(rows):
        update_many(rows, ["lease_until"], fences=["lease_number"])


def set_aside(row: DomainStatus) -> None:
    """Give back a domain whose look broke: due in an hour, after three times in a day."""
    row.failures += 1
    row.lease_until = None
    poison = row.failures >= _QUARANTINE_AFTER
    row.next_check_at = now() + (timedelta(days=1) if poison else timedelta(hours=1))
    written = ["failures", "next_check_at", "lease_until"]
    if update_many([row], written, fences=["lease_number"]) and poison:
        audit.record("domain_set_aside", at=now(), domain=row.domain, failures=row.failures)
