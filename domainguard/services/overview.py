"""Reads what staff see first: what is refused, who waits, and how well the watch is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q

from domainguard.models import (
    Automation,
    Deverification,
    DomainStatus,
    ReviewCase,
    SweepRun,
    Tally,
)
from domainguard.wiring import now

GRACE = timedelta(minutes=15)  # a sweep comes every minute, and a large one takes some
_DAYS = 90
_SWEEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What the admin's index shows, read at this moment by indexes alone.

    `undecided` of the de-verified nobody has ruled on; `late_since` is when the first look fell due
    that should have been made by now.
    """

    at: datetime
    held: int
    deverified: int
    undecided: int
    cases: int
    oldest_case_at: datetime | None
    late_since: datetime | None
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole dashboard. `tally` is the last count, None before the first sweep's end.

    `days` holds day, domains on hold and de-verified accounts, the oldest first.
    """

    glance: Glance
    tally: Tally | None
    days: Sequence[tuple[date, int, int]]
    sweeps: Sequence[SweepRun]


def glance() -> Glance:
    """Read the few figures of the index: five queries, none of which passes over all rows."""
    at = now()
    cases = ReviewCase.objects.filter(closed_at=None).order_by()
    waiting = cases.aggregate(count=Count("pk"), oldest=Min("opened_at"))
    out = Deverification.objects.filter(restored_at=None)
    lost = out.aggregate(all=Count("pk"), undecided=Count("pk", filter=Q(kept_at=None)))
    due = DomainStatus.objects.aggregate(at=Min("next_check_at"))["at"]
    return Glance(
        at=at,
        held=DomainStatus.objects.filter(held=True).count(),
        deverified=lost["all"],
        undecided=lost["undecided"],
        cases=waiting["count"],
        oldest_case_at=waiting["oldest"],
        late_since=due if due and due < at - GRACE else None,
        paused=Automation.is_paused(),
    )


def overview() -> Overview:
    """Read the dashboard: eight queries, however much there is to watch."""
    seen = glance()
    since = seen.at.date() - timedelta(days=_DAYS)
    days = Tally.objects.filter(day__gt=since).order_by("day")
    return Overview(
        glance=seen,
        tally=Tally.objects.first(),
        days=list(days.values_list("day", "held", "deverified")),
        sweeps=list(SweepRun.objects.all()[:_SWEEPS]),
    )
