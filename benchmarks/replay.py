"""Replays lives against the core on a virtual clock, as the sweep replays them against the world.

One look here is what `services.sweep`, `services.check` and `services.enforce` do with one row,
without the row: triage or every source, verdict, record, epoch, next look. The breaker is left
out: it only ever stops what is counted here.
"""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.virtual_sources import VirtualSources
from domainguard.core.fingerprint import is_unchanged
from domainguard.core.names import RegistrableDomain
from domainguard.core.policy import bumped, corroborate, settle
from domainguard.core.record import Act, Policy, Record
from domainguard.core.schedule import Depth, depth, next_check_at
from domainguard.core.verdict import Known, conclude
from domainguard.core.windows import visible_for
from domainguard.simulation.lives import Life
from domainguard.simulation.outages import Outage
from domainguard.simulation.truth import Stretch, well_stretches
from domainguard.testing.clock import VirtualClock
from domainguard.testing.world import World

POLICY = Policy()
DAY = timedelta(days=1)
_PROVEN_BEFORE = timedelta(days=300)


@dataclass(slots=True)
class Watched:
    """One life, watched for a time, and what came of it. `holds` are the stretches on hold."""

    life: Life
    since: datetime
    until: datetime
    spread: float = field(init=False)
    has_registry: bool = False
    record: Record = field(default_factory=Record)
    holds: list[Stretch] = field(default_factory=list)
    raised_at: list[datetime] = field(default_factory=list)
    looks: int = 0

    def __post_init__(self) -> None:
        self.spread = uuid.uuid5(uuid.NAMESPACE_DNS, self.life.domain).int % 1000 / 1000

    def first_hold_after(self, when: datetime) -> datetime | None:
        """Give the first moment from this one on at which a hold was in force."""
        return next((max(begin, when) for begin, end in self.holds if end > when), None)

    def longest_wrong_hold(self) -> timedelta:
        """Give the longest time it was held at a stretch while nothing was wrong with it."""
        wrong = [
            min(held[1], well[1]) - max(held[0], well[0])
            for held in self.holds
            for well in well_stretches(self.life, self.since, self.until)
        ]
        return max(wrong, default=timedelta(0))


def replay(watched: list[Watched], *, outages: Iterable[Outage] = ()) -> None:
    """Watch these lives in one world until each has been watched for its time.

    First looks are spread over a day, so that every hour has somebody who asks the canaries.
    """
    world = World(VirtualClock(min(each.since for each in watched)))
    world.plan(*outages)
    sources = VirtualSources(world)
    due = []
    for number, each in enumerate(watched):
        world.add(each.life)
        each.has_registry = sources.covers(RegistrableDomain(each.life.domain))
        due.append((each.since + DAY * each.spread, number))
    heapq.heapify(due)
    while due:
        now, number = heapq.heappop(due)
        each = watched[number]
        if now < each.until:
            world.clock.set(now)
            _look(each, sources, now)
            again = next_check_at(each.record, now=now, policy=POLICY, spread=each.spread)
            heapq.heappush(due, (again, number))


def _look(each: Watched, sources: VirtualSources, now: datetime) -> None:
    domain, record = RegistrableDomain(each.life.domain), each.record
    each.looks += 1
    wanted = depth(record, now=now, policy=POLICY, visible_for=visible_for(domain))
    if wanted is Depth.TRIAGE and is_unchanged(
        record.fingerprint, sources.dns.triage(domain, now=now)
    ):
        return
    evidence = sources.look(domain, now=now)
    verdict = conclude(evidence, _known(each), now=now, registry_max_age=POLICY.sweep_registry_age)
    settled = settle(record, verdict, POLICY)
    each.record = settled.record
    _note(each, settled.acts, now)
    if why := corroborate(each.record, POLICY):
        each.record = bumped(each.record, why)
        each.raised_at.append(now)


def _note(each: Watched, acts: tuple[Act, ...], now: datetime) -> None:
    if Act.HOLD in acts:
        each.holds.append((now, each.until))
    if Act.RELEASE in acts:
        each.holds[-1] = (each.holds[-1][0], now)


def _known(each: Watched) -> Known:
    record = each.record
    proven_at = max(each.life.turns[0].at, each.since - _PROVEN_BEFORE)
    return Known(
        has_registry=each.has_registry,
        visible_for=visible_for(each.life.domain),
        state=record.state,
        fingerprint=record.fingerprint,
        baseline_at=record.baseline_at,
        # After a bump no address is proven at the present epoch: the baseline is what is trusted.
        trusted_since=record.baseline_at if each.raised_at else proven_at,
        lapse_seen_at=record.lapse_seen_at,
        troubled_at=record.troubled_at,
        registry_clean_at=record.registry_clean_at,
    )
