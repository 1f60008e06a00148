"""Writes what a person's word does to a domain's row, and puts back what was there before."""

from __future__ import annotations

from typing import Any

from domainguard.core.policy import corroborate
from domainguard.core.record import Record
from domainguard.models import ActTarget, DomainStatus, EpochBump
from domainguard.wiring import is_exempt, now, policy

_BEFORE = (
    "control_epoch", "holds", "episodes", "fingerprint", "waivers", "under_review",
    "exempt_by_staff",
)  # fmt: skip


def locked(target: ActTarget) -> DomainStatus:
    """Lock the domain of a target until the transaction ends."""
    return DomainStatus.objects.select_for_update(no_key=True).get(pk=target.domain_id)


def record_of(row: DomainStatus) -> Record:
    """Give a row as the core's record."""
    return row.record(exempt=is_exempt(row.domain, row.exempt_by_staff))


def raised_at(row: DomainStatus) -> Any:
    """Give when the domain's epoch last went up; None for never."""
    return (
        EpochBump.objects.filter(domain=row).order_by("-epoch").values_list("at", flat=True).first()
    )


def write(target: ActTarget, row: DomainStatus, record: Record) -> None:
    """Keep a record in place of the row's, and have the domain looked at soon."""
    target.before = {name: getattr(row, name) for name in _BEFORE}
    row.keep(record)
    row.wants_bump = corroborate(record, policy()) is not None
    row.next_check_at = now()
    row.save()


def put_back(target: ActTarget) -> bool:
    """Put back what `write` replaced; not once the epoch has gone up, which is newer than both.

    A hold that was raised since then stays.
    """
    row, before = locked(target), target.before
    if row.control_epoch != before["control_epoch"]:
        return False
    old = {hold["hold_class"]: hold for hold in before["holds"]}
    row.holds = [*old.values(), *(each for each in row.holds if each["hold_class"] not in old)]
    row.held = bool(row.holds)
    for name in ("episodes", "fingerprint", "waivers", "under_review", "exempt_by_staff"):
        setattr(row, name, before[name])
    row.clean_since = None
    row.wants_bump = corroborate(record_of(row), policy()) is not None
    row.next_check_at = now()
    row.save()
    return True
