"""Resolvers over a world of lives, without a socket: the real quorum, the canary retold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from benchmarks.virtual_memory import Memory
from benchmarks.virtual_wire import found
from domainguard.core.evidence import Evidence, SourceClass
from domainguard.core.names import RegistrableDomain
from domainguard.simulation.outages import Where
from domainguard.sources.base import Deadline, SourceError
from domainguard.sources.canary import Distrusted, random_name
from domainguard.sources.dns_canary import SUFFIXES
from domainguard.sources.dns_quorum import ResolverAnswer, agree, at_trust_key, needed, silent
from domainguard.sources.dns_wire import Resolver
from domainguard.testing.world import World
from domainguard.testing.zone import Zone

_WHOLE = ("NS", "SOA", "MX", "DS")
_CHEAP = ("NS", "SOA", "MX")
_RESOLVERS = 3
_EVERY, _FAILURE, _QUARANTINE = timedelta(minutes=5), timedelta(minutes=1), timedelta(hours=1)


class VirtualDns:
    """The resolvers of a world, weighed by the real quorum."""

    name = "dns"
    source_class = SourceClass.DNS

    def __init__(self, world: World) -> None:
        zones = {Resolver("127.0.0.1", each): Zone(world, each) for each in range(_RESOLVERS)}
        self._world = world
        self._zones = zones
        self._canary = _ResolverCanary(zones)
        self._memory = Memory[ResolverAnswer](world)
        self._turn = 0

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say yes, as the real source does."""
        return True

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask every resolver that is believed for NS, SOA, MX and DS."""
        asked, mute = self._panel(now)
        heard = [self._answer(each, domain, _WHOLE) for each in asked]
        return self._evidence(domain, [*mute, *heard], now)

    def triage(self, domain: RegistrableDomain, *, now: datetime) -> Evidence:
        """Ask the believed resolver whose turn it is for NS, SOA and MX."""
        asked, mute = self._panel(now)
        if not asked:
            return self._evidence(domain, mute, now)
        self._turn += 1
        resolver = asked[self._turn % len(asked)]
        return self._evidence(domain, [self._answer(resolver, domain, _CHEAP)], now)

    def _panel(self, now: datetime) -> tuple[list[Resolver], list[ResolverAnswer]]:
        aside = self._canary.set_aside(now)
        asked = [each for each in self._zones if each not in aside]
        if len(asked) < needed(len(self._zones)):
            lonely = Distrusted("not asked, as too few others are believed")
            return [], [silent(each, aside.get(each, lonely)) for each in self._zones]
        return asked, [silent(each, error) for each, error in aside.items()]

    def _answer(self, resolver: Resolver, name: str, rdtypes: tuple[str, ...]) -> ResolverAnswer:
        outage = self._world.outage(Where.RESOLVERS, name, resolver.port)
        return self._memory.recall(
            name, (resolver, rdtypes), outage, lambda: self._ask(resolver, name, rdtypes)
        )

    def _ask(self, resolver: Resolver, name: str, rdtypes: tuple[str, ...]) -> ResolverAnswer:
        zone = self._zones[resolver]
        try:
            findings = {rdtype: found(zone.answer(name, rdtype), rdtype) for rdtype in rdtypes}
        except SourceError as error:
            return silent(resolver, error)
        return at_trust_key(resolver, findings)

    def _evidence(self, name: str, answers: list[ResolverAnswer], now: datetime) -> Evidence:
        agreement = agree(answers)
        return Evidence(
            domain=name,
            source=self.name,
            source_class=self.source_class,
            outcome=agreement.outcome,
            at=now,
            note=agreement.note,
            delegation=agreement.delegation,
            lame=agreement.lame,
        )


class _ResolverCanary:
    """Who lied about a made-up name or a suffix is set aside for an hour (`dns_canary` at length).

    A resolver that is silent keeps its standing, and has none before it has passed once.
    """

    def __init__(self, zones: Mapping[Resolver, Zone]) -> None:
        self._zones = zones
        self._aside: dict[Resolver, SourceError] = {}
        self._caught_at: dict[Resolver, datetime] = {}
        self._proven: set[Resolver] = set()
        self._fresh_until = datetime.min

    def set_aside(self, now: datetime) -> Mapping[Resolver, SourceError]:
        moment = now.replace(tzinfo=None)
        if moment >= self._fresh_until:
            self._test(now)
            unproven = any(each not in self._proven for each in self._aside)
            self._fresh_until = moment + (_FAILURE if unproven else _EVERY)
        return self._aside

    def _test(self, now: datetime) -> None:
        self._aside = {}
        for resolver, zone in self._zones.items():
            try:
                if _lies(zone):
                    self._proven.discard(resolver)
                    self._caught_at[resolver] = now
                else:
                    self._proven.add(resolver)
            except SourceError as error:
                if resolver not in self._proven:
                    self._aside[resolver] = error
            caught_at = self._caught_at.get(resolver)
            if caught_at is not None and now - caught_at < _QUARANTINE:
                self._aside[resolver] = Distrusted("set aside for a lie")


def _lies(zone: Zone) -> bool:
    """Say whether a resolver knows what does not exist, or denies what does."""
    silence: SourceError | None = None
    for name, exists in ((random_name(SUFFIXES[0]), False), (SUFFIXES[1], True)):
        try:
            if found(zone.answer(name, "NS"), "NS").is_nxdomain is exists:
                return True
        except SourceError as error:
            silence = error
    if silence:
        raise silence
    return False
