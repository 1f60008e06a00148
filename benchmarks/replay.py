"""Replays lives against the core on a virtual clock, as the sweep replays them against the world.

One look here is what `services.sweep`, `services.check` and `services.enforce` do with one row,
without the row: triage or every source, verdict, record, epoch, next look.
"""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.virtual_sources import VirtualSources
from domainguard.core.epp import HOLDS, Status
from domainguard.core.fingerprint import is_unchanged
from domainguard.core.names import RegistrableDomain
from domainguard.core.policy import bumped, corroborate, settle
from domainguard.core.record import Act, Policy, Record
from domainguard.core.schedule import Depth, depth, next_check_at
from domainguard.core.verdict import Known, conclude
from domainguard.testing.clock import VirtualClock
from domainguard.testing.lives import Facts, Holder, Life
from domainguard.testing.outages import Outage
from domainguard.testing.world import World

POLICY = Policy()
DAY = timedelta(days=1)
_ON_ITS_WAY_OUT = HOLDS | {Status.REDEMPTION_PERIOD, Status.PENDING_DELETE}


@dataclass(slots=True)
class Watched:
    """One life and what came of watching it. `held` are the stretches of its holds."""

    life: Life
    trusted_since: datetime
    has_registry: bool
    record: Record = field(default_factory=Record)
    held: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    raised_at: list[datetime] = field(default_factory=list)
    looks: int = 0

    def is_held_at(self, when: datetime) -> bool:
        """Say whether a hold was in force."""
        return any(begin <= when and (end is None or when < end) for begin, end in self.held)

    def held_within(self, since: datetime, until: datetime) -> timedelta:
        """Give how long of this time it was on hold."""
        spans = ((max(begin, since), min(end or until, until)) for begin, end in self.held)
        return sum((max(end - begin, timedelta(0)) for begin, end in spans), timedelta(0))


def replay(
    lives: Iterable[Life],
    start: datetime,
    until: datetime,
    *,
    outages: Iterable[Outage] = (),
    spare: timedelta = DAY,
) -> list[Watched]:
    """Watch these lives in one world from the start on, each from its own first look.

    `spare` spreads the first looks, so that the canaries are asked all day long.
    """
    world = World(VirtualClock(start))
    world.plan(*outages)
    sources = VirtualSources(world)
    watched = []
    for life in lives:
        world.add(life)
        born = life.turns[0].at
        proven = max(born, start - timedelta(days=300))
        covered = sources.covers(RegistrableDomain(life.domain))
        watched.append(Watched(life, proven, covered))
    due = [(start + spare * _spread(each.life.domain), n) for n, each in enumerate(watched)]
    heapq.heapify(due)
    while due and due[0][0] < until:
        now, number = heapq.heappop(due)
        world.clock.set(now)
        _look(watched[number], sources, now)
        spread = _spread(watched[number].life.domain)
        again = next_check_at(watched[number].record, now=now, policy=POLICY, spread=spread)
        heapq.heappush(due, (again, number))
    return watched


def _look(each: Watched, sources: VirtualSources, now: datetime) -> None:
    domain, record = RegistrableDomain(each.life.domain), each.record
    each.looks += 1
    if depth(record, now=now, policy=POLICY) is Depth.TRIAGE and is_unchanged(
        record.fingerprint, sources.dns.triage(domain, now=now)
    ):
        return
    evidence = sources.look(domain, now=now)
    verdict = conclude(
        evidence, _known(each), now=now, registry_max_age=POLICY.sweep_registry_age
    )
    settled = settle(record, verdict, POLICY)
    each.record = settled.record
    if Act.HOLD in settled.acts:
        each.held.append((now, None))
    if Act.RELEASE in settled.acts:
        each.held[-1] = (each.held[-1][0], now)
    if why := corroborate(each.record, POLICY):
        each.record = bumped(each.record, why)
        each.raised_at.append(now)


def _known(each: Watched) -> Known:
    record = each.record
    return Known(
        has_registry=each.has_registry,
        state=record.state,
        fingerprint=record.fingerprint,
        baseline_at=record.baseline_at,
        # After a bump no address is proven at the present epoch: the baseline is what is trusted.
        trusted_since=record.baseline_at if each.raised_at else each.trusted_since,
        lapse_seen_at=record.lapse_seen_at,
        troubled_at=record.troubled_at,
        registry_clean_at=record.registry_clean_at,
    )


def _spread(domain: str) -> float:
    return uuid.uuid5(uuid.NAMESPACE_DNS, domain).int % 1000 / 1000


def is_well(facts: Facts) -> bool:
    """Say whether nothing about a name is a reason to hold it: its owner's, and in the DNS."""
    healthy = facts.registered and facts.delegated and not facts.statuses & _ON_ITS_WAY_OUT
    return healthy and facts.holder is Holder.OWNER


def well_stretches(life: Life, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches of this time in which nothing is wrong with a name."""
    edges = [since, *(turn.at for turn in life.turns if since < turn.at < until), until]
    begin = None
    for edge in edges:
        well = edge < until and is_well(life.at(edge))
        if well and begin is None:
            begin = edge
        if not well and begin is not None:
            yield begin, edge
            begin = None


def lost_at(life: Life) -> datetime | None:
    """Give the first moment from which on anybody can see that a name is lost to its owner."""
    gone = (turn for turn in life.turns[1:] if _is_lost(turn.facts))
    return next((turn.at for turn in gone), None)


def _is_lost(facts: Facts) -> bool:
    visible = not facts.registered or bool(facts.statuses & _ON_ITS_WAY_OUT)
    return visible or facts.holder is Holder.STRANGER
