"""The witnesses of one life: the evidence that the sources would bring home, outages included."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domainguard.core.evidence import Delegation, Evidence, Outcome, Presence, SourceClass
from domainguard.sources.base import TimedOut
from domainguard.sources.canary import Distrusted
from domainguard.sources.dns_canary import SUFFIXES
from domainguard.sources.dns_quorum import ResolverAnswer, agree, needed, silent
from domainguard.sources.dns_wire import Resolver

from .lives import Facts, Life
from .outages import CALM, Calendar, How, Outage, Where
from .registries import registry_source, shown

_RESOLVERS = tuple(Resolver("192.0.2.1", port) for port in range(3))
_NOWHERE = Delegation(presence=Presence.NXDOMAIN, quorum="3/3")
_LIE = Distrusted("set aside for a lie")
_LAME = "none of its name servers answers"


class Witnesses:
    """Whoever can say something about one life.

    What is true stays the same between two turns, and so does the evidence, its time included.
    """

    def __init__(self, life: Life, outages: Calendar = CALM) -> None:
        self.life = life
        self.source = registry_source(life.domain.rpartition(".")[2])
        self._outages = outages
        self._kept: dict[int, tuple[Evidence, ...]] = {}
        self._turn = 0

    def look(self, now: datetime) -> tuple[Evidence, ...]:
        """Ask the resolvers and the registry."""
        truth = self._truth(self.life.at(now))
        failing = self._outages.at(now)
        if not failing:
            return truth
        dns, *registry = truth
        resolved = self._agreed(dns, [self._answer(each, dns, now) for each in _RESOLVERS])
        return (resolved, *(self._registered(each, now) for each in registry))

    def triage(self, now: datetime) -> Evidence:
        """Ask one resolver that is believed, each time the next."""
        dns = self._truth(self.life.at(now))[0]
        if not self._outages.at(now):
            return dns
        believed = [each for each in _RESOLVERS if not self._is_a_liar(each, now)]
        if len(believed) < needed(len(_RESOLVERS)):
            return self._agreed(dns, [self._answer(each, dns, now) for each in _RESOLVERS])
        self._turn += 1
        return self._agreed(dns, [self._answer(believed[self._turn % len(believed)], dns, now)])

    def _truth(self, facts: Facts) -> tuple[Evidence, ...]:
        kept = self._kept.get(id(facts))
        if kept is None:
            kept = (self._dns(facts), *self._registry(facts))
            self._kept[id(facts)] = kept
        return kept

    def _dns(self, facts: Facts) -> Evidence:
        said = _said(facts)
        return Evidence(
            domain=self.life.domain,
            source="dns",
            source_class=SourceClass.DNS,
            outcome=Outcome.ANSWERED if said else Outcome.UNREADABLE,
            at=self.life.turns[0].at,
            delegation=said,
            lame=said is None,
        )

    def _registry(self, facts: Facts) -> tuple[Evidence, ...]:
        if self.source is None:
            return ()
        registration = shown(self.life.domain, facts)
        found = Outcome.ANSWERED if registration else Outcome.NOT_FOUND
        return (
            Evidence(
                domain=self.life.domain,
                source=self.source,
                source_class=SourceClass.REGISTRY,
                outcome=found,
                at=self.life.turns[0].at,
                registration=registration,
            ),
        )

    def _answer(self, resolver: Resolver, dns: Evidence, now: datetime) -> ResolverAnswer:
        if self._is_a_liar(resolver, now):
            return silent(resolver, _LIE)
        outage = self._meeting(now, Where.RESOLVERS, resolver.port)
        if outage is not None:
            if outage.how is not How.NO_SUCH_NAME:
                return silent(resolver, TimedOut("timed out"))
            return ResolverAnswer(resolver, Outcome.ANSWERED, "NXDOMAIN", _NOWHERE)
        if dns.delegation is None:
            return ResolverAnswer(resolver, dns.outcome, _LAME, lame=True)
        return ResolverAnswer(resolver, Outcome.ANSWERED, "as it is", dns.delegation)

    def _agreed(self, dns: Evidence, answers: list[ResolverAnswer]) -> Evidence:
        said = agree(answers)
        return replace(dns, outcome=said.outcome, delegation=said.delegation, lame=said.lame)

    def _is_a_liar(self, resolver: Resolver, now: datetime) -> bool:
        """Say whether the resolver fails its test now: it denies a TLD that everybody knows."""
        return any(
            each.where is Where.RESOLVERS
            and each.how is How.NO_SUCH_NAME
            and any(each.touches(suffix, now, resolver.port) for suffix in SUFFIXES)
            for each in self._outages.at(now)
        )

    def _registered(self, registry: Evidence, now: datetime) -> Evidence:
        where = Where.RDAP if registry.source == "rdap" else Where.WHOIS
        outage = self._meeting(now, where)
        if outage is None:
            return registry
        if outage.how is not How.NO_SUCH_NAME:
            return replace(registry, outcome=Outcome.TIMED_OUT, registration=None)
        believed = not outage.touches(f"nic.{self.life.domain.partition('.')[2]}", now)
        outcome = Outcome.NOT_FOUND if believed else Outcome.DISTRUSTED
        return replace(registry, outcome=outcome, registration=None)

    def _meeting(self, now: datetime, where: Where, resolver: int | None = None) -> Outage | None:
        # A question about the name meets the first outage that touches it, as in `World`.
        for each in self._outages.at(now):
            if each.where is where and each.touches(self.life.domain, now, resolver):
                return each
        return None


def _said(facts: Facts) -> Delegation | None:
    """Give what every honest resolver says of these facts; None for a lame delegation."""
    if not facts.delegated:
        return _NOWHERE
    if facts.lame:
        return None
    master = facts.ns[0] if facts.ns else ""
    return Delegation(
        presence=Presence.DELEGATED if facts.ns else Presence.NODATA,
        ns=frozenset(facts.ns),
        mx=frozenset(facts.mx) - {"."},
        null_mx=facts.mx == (".",),
        ds=frozenset(facts.ds),
        soa=f"{master} hostmaster.{master.partition('.')[2]}" if master else "",
        quorum="3/3",
    )
