"""Counts now and then what the watch has come to, for the dashboard and its charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from domainguard.models import Deverification, DomainStatus, Tally
from domainguard.services.health import Health, SourceHealth, read_health
from domainguard.wiring import now

_APART = timedelta(minutes=5)
STEP, STEPS = timedelta(days=5), 12  # lapses are counted for 60 days to come, in steps of five


def tally() -> None:
    """Count, unless that was done a moment ago; the last count of a day stays."""
    newest = Tally.objects.first()
    if newest is not None and timedelta(0) <= now() - newest.at < _APART:
        return
    health = read_health()
    Tally.objects.update_or_create(
        day=health.at.astimezone(UTC).date(),
        defaults={
            "at": health.at,
            "domains": sum(health.states.values()),
            "held": health.held,
            "deverified": Deverification.objects.filter(restored_at=None).count(),
            "figures": _figures(health),
        },
    )


def _figures(health: Health) -> dict[str, Any]:
    return {
        "states": dict(health.states),
        "silent": health.silent,
        "lapses": _lapses(health.at),
        "tiers": [
            {
                "name": tier.name,
                "domains": tier.domains,
                "seen_in_a_day": tier.seen_in_a_day,
                "conclusive_in_a_week": tier.conclusive_in_a_week,
            }
            for tier in health.tiers
        ],
        "sources": [_source(source) for source in health.sources],
    }


def _lapses(at: datetime) -> list[int]:
    """Count the recorded expiry dates of each step to come, by the index on them."""
    parts = [due_between(at, number * STEP, (number + 1) * STEP) for number in range(STEPS)]
    steps = {str(number): Count("pk", filter=part) for number, part in enumerate(parts)}
    all_of_them = DomainStatus.objects.filter(due_between(at, timedelta(0), STEPS * STEP))
    return list(all_of_them.aggregate(**steps).values())


def due_between(at: datetime, first: timedelta, last: timedelta) -> Q:
    """Choose the domains whose recorded expiry comes between so long and so long from now."""
    return Q(expires_at__gte=at + first, expires_at__lt=at + last)


def _source(source: SourceHealth) -> dict[str, Any]:
    return {
        "name": source.source,
        "asked": source.asked,
        "answered": source.answered,
        "last_answer_at": source.last_answer_at and source.last_answer_at.isoformat(),
        "last_failure_at": source.last_failure_at and source.last_failure_at.isoformat(),
    }
