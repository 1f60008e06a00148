"""What the benchmarks take for evidence is what the real sources say of the same lives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.virtual_sources import VirtualSources
from domainguard import wiring
from domainguard.core.evidence import Evidence
from domainguard.core.names import RegistrableDomain
from domainguard.simulation.generator import generate
from domainguard.simulation.lives import Life
from domainguard.sources.base import Deadline
from domainguard.testing import SmallInternet, VirtualClock

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LAPSES = {"lapsed": 0.5, "registered_by_a_stranger": 0.5}
OTHERS = dict.fromkeys(("transferred", "dnssec_rollover", "suspended", "aftermarket_sale"), 0.25)


def one_per_tld(lives: Iterable[Life]) -> list[Life]:
    return list({life.domain.rpartition(".")[2]: life for life in lives}.values())


@pytest.fixture
def net(settings) -> Iterator[SmallInternet]:
    with SmallInternet(VirtualClock(START)) as net:
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, **net.settings()}
        yield net


def real(domain: str, now: datetime) -> list[Evidence]:
    name, deadline = RegistrableDomain(domain), Deadline.after(10)
    sources = (wiring.dns(), *wiring.registry_sources_for(name), *wiring.vendor_sources())
    return [source.look(name, now=now, deadline=deadline) for source in sources]


def substance(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Leave out the words for people, the addresses, and how many resolvers were in time."""
    return [
        replace(
            each,
            asked="",
            note="",
            retry_after=None,
            delegation=each.delegation and replace(each.delegation, quorum=""),
        )
        for each in evidence
    ]


def agree_about(domain: str, sources: VirtualSources, now: datetime) -> None:
    virtual = sources.look(RegistrableDomain(domain), now=now)
    assert substance(virtual) == substance(real(domain, now))


@pytest.mark.parametrize("mix", [LAPSES, OTHERS], ids=["lapses", "other events"])
def test_every_turn_of_a_life_gives_the_evidence_that_the_real_sources_give(net, mix):
    lives = one_per_tld(generate(11, 250, START, 1, mix))
    for life in lives:
        net.add(life)
    sources, compared = VirtualSources(net.world), 0
    turns = [(turn.at + DAY / 2, life.domain) for life in lives for turn in life.turns[1:]]
    for moment, domain in sorted(each for each in turns if START < each[0] < START + 110 * DAY):
        agree_about(domain, sources, net.clock.set(moment))
        compared += 1

    assert len(lives) > 18
    assert compared > 35


@pytest.mark.parametrize(
    ("where", "how", "options"),
    [
        ("resolvers", "error", {}),
        ("resolvers", "down", {}),
        ("resolvers", "bogus", {"tld": "org"}),
        ("resolvers", "no_such_name", {}),
        ("resolvers", "no_such_name", {"resolver": 1}),
        ("resolvers", "no_such_name", {"tld": "eu"}),
        ("rdap", "no_such_name", {}),
        ("rdap", "no_such_name", {"tld": "org", "share": 0.5}),
        ("rdap", "down", {}),
        ("rdap", "error", {}),
        ("rdap", "limited", {}),
        ("rdap", "forbidden", {}),
        ("rdap", "quota_notice", {}),
        ("whois", "limited", {}),
        ("whois", "no_such_name", {}),
        ("whois", "down", {}),
        ("fastly", "unknown", {}),
        ("fastly", "error", {}),
    ],
)
def test_an_outage_looks_the_same_to_both(net, where, how, options):
    sources = VirtualSources(net.world)
    lives = [life for life in generate(11, 120, START, 30) if life.domain.endswith(("org", "eu"))]
    for life in lives[:3]:
        net.add(life)
        agree_about(life.domain, sources, net.clock.now())
    net.clock.advance(DAY)
    with net.outage(where, how, **options):
        for life in lives[:3]:
            agree_about(life.domain, sources, net.clock.now())


def test_a_triage_asks_one_resolver_in_both(net):
    (life,) = generate(11, 1, START, 30)
    net.add(life)
    name = RegistrableDomain(life.domain)
    there = wiring.dns().triage(name, now=START, deadline=Deadline.after(5))

    assert substance([VirtualSources(net.world).dns.triage(name, now=START)]) == substance([there])
