"""The app's own witnesses over a world of lives, without a socket: a day passes in a millisecond.

RDAP, WHOIS and Fastly are the real sources with another transport, canaries included. Of the DNS
the quorum is real, and its canary is retold in a few lines. `tests/test_virtual_sources.py` holds
all of this beside the same lives on real sockets.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache

from benchmarks.virtual_dns import VirtualDns
from benchmarks.virtual_memory import Memory
from benchmarks.virtual_wire import FASTLY_URL, RDAP_URL, Dial, Fetch
from domainguard.core.evidence import Evidence, SourceClass
from domainguard.core.names import RegistrableDomain
from domainguard.simulation.outages import Where
from domainguard.sources.base import Deadline, Source
from domainguard.sources.canary import CanariedSource, RegistryCanary
from domainguard.sources.fastly import FastlyKey, FastlySource
from domainguard.sources.rdap import RdapSource
from domainguard.sources.rdap_bootstrap import Bootstrap
from domainguard.sources.whois import WhoisSource
from domainguard.sources.whois_layout import layout
from domainguard.sources.whois_table import WhoisServer, WhoisTable
from domainguard.testing.bootstrap import tlds_with_rdap
from domainguard.testing.whois_server import whois_formats
from domainguard.testing.world import World

_NEVER = Deadline(float("inf"))


class VirtualSources:
    """Every witness of one world, asked as a sweep asks them; its canaries remember as there."""

    def __init__(self, world: World) -> None:
        fetch, dial = Fetch(world), Dial(world)
        self.dns = VirtualDns(world)
        self._registries = (
            _guarded(RdapSource(_bootstrap(), fetch), world, Where.RDAP),
            _guarded(WhoisSource(_whois_table(), dial), world, Where.WHOIS),
        )
        vendor = FastlySource(FASTLY_URL, FastlyKey("none"), fetch)
        self._vendor = _Remembering(vendor, world, Where.FASTLY)

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say whether a registry source knows the domain's TLD."""
        return any(source.covers(domain) for source in self._registries)

    def look(self, domain: RegistrableDomain, *, now: datetime) -> tuple[Evidence, ...]:
        """Ask every source that can know the domain."""
        asked: list[Source] = [self.dns, *self._registries, self._vendor]
        return tuple(
            source.look(domain, now=now, deadline=_NEVER)
            for source in asked
            if source.covers(domain)
        )


class _Remembering:
    """A source that is not asked twice for what has not changed: only its answer's time differs."""

    def __init__(self, source: Source, world: World, where: Where) -> None:
        self._source = source
        self._world = world
        self._where = where
        self._memory = Memory[Evidence](world)

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def source_class(self) -> SourceClass:
        return self._source.source_class

    def covers(self, domain: RegistrableDomain) -> bool:
        return self._source.covers(domain)

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        outage = self._world.outage(self._where, domain)
        evidence = self._memory.recall(
            domain,
            self._where,
            outage,
            lambda: self._source.look(domain, now=now, deadline=deadline),
        )
        return evidence if evidence.at == now else replace(evidence, at=now)


def _guarded(source: Source, world: World, where: Where) -> Source:
    remembering = _Remembering(source, world, where)
    return CanariedSource(remembering, RegistryCanary(remembering))


@cache
def _bootstrap() -> Bootstrap:
    return Bootstrap("", dict.fromkeys(tlds_with_rdap(), RDAP_URL))


@cache
def _whois_table() -> WhoisTable:
    servers = {
        suffix: WhoisServer(
            host="whois.small-internet.net", port=43, query="{domain}", layout=layout(form)
        )
        for suffix, form in whois_formats().items()
    }
    return WhoisTable("", servers).without(lambda suffix: bool(_bootstrap().server_for(suffix)))
