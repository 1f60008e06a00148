"""The evidence that the simulation makes of a life is what the real parsers make of its answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.virtual_sources import VirtualSources
from domainguard.core.evidence import Evidence, Registration, SourceClass
from domainguard.core.names import RegistrableDomain
from domainguard.simulation.generator import generate
from domainguard.simulation.life_classes import TLD_CLASSES
from domainguard.simulation.outages import Calendar, How, Outage, Where
from domainguard.simulation.registries import registry_source
from domainguard.simulation.witnesses import Witnesses
from domainguard.testing.clock import VirtualClock
from domainguard.testing.world import World

START = datetime(2026, 3, 1, tzinfo=UTC)
HALF_A_DAY = timedelta(hours=12)
MIX = dict.fromkeys(("registered_by_a_stranger", "suspended", "aftermarket_sale", "lapsed"), 0.2)


def substance(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Leave out words for people, parts of seconds, and the vendor, whom no simulation asks."""
    return [
        replace(
            each,
            at=START,
            asked="",
            note="",
            delegation=each.delegation and replace(each.delegation, quorum=""),
            registration=each.registration and _to_the_second(each.registration),
        )
        for each in evidence
        if each.source_class is not SourceClass.VENDOR
    ]


def _to_the_second(registration: Registration) -> Registration:
    dates = {
        name: moment.replace(microsecond=0)
        for name in ("registered_at", "expires_at", "registrar_expires_at")
        if (moment := getattr(registration, name))
    }
    return replace(registration, **dates)


def test_every_turn_of_a_life_gives_the_evidence_that_the_parsers_give():
    world = World(VirtualClock(START))
    parsed, compared = VirtualSources(world), set()
    moments = []
    for life in generate(5, 400, START, 20, MIX):
        world.add(life)
        moments += [(turn.at + HALF_A_DAY, life) for turn in life.turns[1:5] if turn.at > START]
    for at, life in sorted(moments, key=lambda each: each[0]):
        world.clock.set(at)
        there = parsed.look(RegistrableDomain(life.domain), now=at)
        assert substance(Witnesses(life).look(at)) == substance(there), (life.domain, at)
        compared.add((life.domain.rpartition(".")[2], life.at(at).statuses))

    tlds = {tld for each in TLD_CLASSES for tld in each.tlds}
    assert {tld for tld, _ in compared} == tlds
    assert len(compared) > 60


@pytest.mark.parametrize(
    ("where", "how", "options"),
    [
        (Where.RESOLVERS, How.ERROR, {}),
        (Where.RESOLVERS, How.SILENT, {"resolver": 2}),
        (Where.RESOLVERS, How.BOGUS, {"tld": "com"}),
        (Where.RESOLVERS, How.NO_SUCH_NAME, {}),
        (Where.RESOLVERS, How.NO_SUCH_NAME, {"resolver": 1}),
        (Where.RESOLVERS, How.NO_SUCH_NAME, {"tld": "de"}),
        (Where.RDAP, How.NO_SUCH_NAME, {}),
        (Where.RDAP, How.NO_SUCH_NAME, {"share": 0.5}),
        (Where.RDAP, How.ERROR, {}),
        (Where.WHOIS, How.NO_SUCH_NAME, {"tld": "eu"}),
        (Where.WHOIS, How.LIMITED, {}),
    ],
)
def test_an_outage_silences_or_lies_as_the_parsers_would_hear_it(where, how, options):
    outage = Outage(where=where, how=how, start=START + HALF_A_DAY, **options)
    world = World(VirtualClock(START))
    world.plan(outage)
    parsed = VirtualSources(world)
    lives = {life.domain.rpartition(".")[2]: life for life in generate(5, 300, START, 20)}
    for life in lives.values():
        world.add(life)
        parsed.look(RegistrableDomain(life.domain), now=START)
    at = world.clock.set(START + timedelta(days=1))
    for life in lives.values():
        ours = {each.source: each for each in Witnesses(life, Calendar([outage])).look(at)}
        there = {each.source: each for each in parsed.look(RegistrableDomain(life.domain), now=at)}
        there.pop("fastly")
        assert ours.keys() == there.keys()
        for source, evidence in ours.items():
            assert evidence.speaks is there[source].speaks, (life.domain, source)
            assert evidence.registration == there[source].registration
            assert _without_quorum(evidence) == _without_quorum(there[source])


def _without_quorum(evidence: Evidence) -> object:
    return evidence.delegation and replace(evidence.delegation, quorum="")


def test_a_tld_without_rdap_and_without_our_whois_has_no_registry_source():
    assert [registry_source(tld) for tld in ("com", "eu", "ws", "edu")] == [
        "rdap",
        "whois",
        None,
        None,
    ]
