"""How well the watch is kept: what is late, what is covered, who answers, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Max, Min, Q

from domainguard.core.evidence import Outcome
from domainguard.models import (
    Automation,
    DomainStatus,
    Intent,
    Observation,
    OutboxMail,
    ReviewCase,
)
from domainguard.wiring import now, trusted_domains

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
_SPEAKING = [each.value for each in Outcome if each.speaks]


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source over the last day: when it last spoke, when it last failed to, and the last hour.

    `asked` and `answered` count what full looks heard in the last hour; None means not in a day.
    """

    source: str
    last_answer_at: datetime | None
    last_failure_at: datetime | None
    asked: int
    answered: int

    @property
    def share(self) -> float | None:
        """The share of the last hour's questions that were answered; None when none was asked."""
        return self.answered / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Tier:
    """Domains of one weight, and how many were looked at in time.

    `seen_in_a_day` also counts those that one resolver found as they were.
    """

    name: str
    domains: int = 0
    seen_in_a_day: int = 0
    conclusive_in_a_day: int = 0
    conclusive_in_a_week: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows that wait for a worker now, and for how long the first of them has been due."""

    due: int
    age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What an operator watches, read at one moment. It names no domain and no person.

    `states` counts domains by what we concluded, `silent` those whose last look concluded nothing.
    """

    at: datetime
    looks: Queue
    intents: Queue
    mails: Queue
    states: Mapping[str, int]
    held: int
    silent: int
    tiers: tuple[Tier, ...]
    sources: tuple[SourceHealth, ...]
    open_cases: int
    paused: bool


def read_health() -> Health:
    """Read how well the watch is kept: seven queries, however much there is to watch.

    Two of them pass over many rows: one over all domains, one over a day of observations.
    """
    at = now()
    rows = _domains(at)
    states = {state: _sum(rows, "domains", state=state) for state in {row["state"] for row in rows}}
    return Health(
        at=at,
        looks=_queue(DomainStatus, "next_check_at", at),
        intents=_queue(Intent, "next_try_at", at),
        mails=_queue(OutboxMail, "next_try_at", at),
        states=states,
        held=_sum(rows, "domains", held=True),
        silent=_sum(rows, "silent"),
        tiers=(_tier("hot", rows, hot=True), _tier("cold", rows, hot=False)),
        sources=_sources(at),
        open_cases=ReviewCase.objects.filter(closed_at=None).count(),
        paused=Automation.is_paused(),
    )


def _queue(model: type[models.Model], due_at: str, at: datetime) -> Queue:
    waiting = model._default_manager.filter(**{f"{due_at}__lte": at})
    found = waiting.aggregate(due=Count("*"), first=Min(due_at))
    return Queue(found["due"], at - found["first"] if found["first"] else timedelta(0))


def _domains(at: datetime) -> list[dict[str, Any]]:
    """Count all domains in one pass, by weight, state and hold."""
    concluded = Q(last_conclusive_at__gt=at - DAY)
    counts = {
        "domains": Count("pk"),
        "silent": Count("pk", filter=Q(silent__gt=0)),
        "seen_in_a_day": Count("pk", filter=concluded | Q(triaged_at__gt=at - DAY)),
        "conclusive_in_a_day": Count("pk", filter=concluded),
        "conclusive_in_a_week": Count("pk", filter=Q(last_conclusive_at__gt=at - WEEK)),
    }
    watched = DomainStatus.objects.exclude(domain__in=trusted_domains()).order_by()
    return [dict(row) for row in watched.values("hot", "state", "held").annotate(**counts)]


def _sum(rows: Iterable[Mapping[str, Any]], count: str, **chosen: object) -> int:
    return sum(row[count] for row in rows if all(row[key] == chosen[key] for key in chosen))


def _tier(name: str, rows: list[dict[str, Any]], *, hot: bool) -> Tier:
    counts = ("domains", "seen_in_a_day", "conclusive_in_a_day", "conclusive_in_a_week")
    return Tier(name, *(_sum(rows, count, hot=hot) for count in counts))


def _sources(at: datetime) -> tuple[SourceHealth, ...]:
    """Tell the sources apart over a day of observations, by the index on their times."""
    heard = (
        Observation.objects.filter(at__gt=at - DAY)
        # Whoever has no server for a TLD is asked nothing: that is neither answer nor failure.
        .exclude(outcome=Outcome.UNSUPPORTED.value)
        .order_by()
        .values("source", "outcome")
        .annotate(last=Max("at"), recent=Count("at", filter=Q(at__gt=at - HOUR)))
    )
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in heard:
        by_source.setdefault(row["source"], []).append(dict(row))
    return tuple(_source(name, by_source[name]) for name in sorted(by_source))


def _source(name: str, rows: list[dict[str, Any]]) -> SourceHealth:
    spoke = [row for row in rows if row["outcome"] in _SPEAKING]
    failed = [row for row in rows if row not in spoke]
    return SourceHealth(
        name,
        max((row["last"] for row in spoke), default=None),
        max((row["last"] for row in failed), default=None),
        asked=_sum(rows, "recent"),
        answered=_sum(spoke, "recent"),
    )
