from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domainguard.core.evidence import Outcome
from domainguard.sources.base import Deadline, SourceError
from domainguard.sources.dns_canary import ResolverCanary
from domainguard.testing.dns_server import (
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    DnsAnswer,
    DnsServer,
)
from tests.sources.resolving import GONE, NOW, QUICK, SUFFIXES, addresses, knowing, serving

REWRITTEN = DnsAnswer(records=("192.0.2.80",))


def aside(canary: ResolverCanary, minutes: float = 0) -> list[SourceError]:
    now = NOW + timedelta(minutes=minutes)
    return list(canary.set_aside(now=now, deadline=Deadline.after(10)).values())


def canary_of(*servers: DnsServer, **options: object) -> ResolverCanary:
    return ResolverCanary(addresses(list(servers)), **options)  # type: ignore[arg-type]


def rewriting(name: str, rdtype: str) -> DnsAnswer:
    """Answer as a provider does that sells its customers' typing errors."""
    truth = knowing(GONE)(name, rdtype)
    return REWRITTEN if truth is NXDOMAIN and rdtype == "A" else truth


def test_an_honest_resolver_is_not_set_aside():
    with serving(GONE) as (server,):
        assert aside(canary_of(server)) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda name, rdtype: NXDOMAIN, "denying what exists"),
        (lambda name, rdtype: NODATA, "knowing what does not exist"),
        (rewriting, "knowing what does not exist"),
        (
            lambda name, rdtype: DnsAnswer(rcode="NXDOMAIN", cnames=("park.net.",)),
            "knowing what does not exist",
        ),
        (
            lambda name, rdtype: SERVFAIL if name in SUFFIXES else NODATA,
            "knowing what does not exist",
        ),
    ],
)
def test_a_resolver_that_lies_is_set_aside_for_its_lie(answer, reason):
    with DnsServer(answer) as server:
        (error,) = aside(canary_of(server))
    assert error.outcome is Outcome.DISTRUSTED
    assert str(error) == f"set aside for {reason}"


def test_only_the_liar_is_set_aside():
    with serving(GONE, GONE, GONE) as servers:
        servers[1].fault = NXDOMAIN
        found = canary_of(*servers).set_aside(now=NOW, deadline=Deadline.after(10))
        assert list(found) == [addresses(servers)[1]]


def test_resolvers_are_tested_every_five_minutes_and_not_for_every_look():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        for minutes in (0, 1, 4.9):
            aside(canary, minutes)
        assert server.query_count == 3
        aside(canary, 5)
        assert server.query_count == 6


def unproven(canary: ResolverCanary, since: float) -> list[str]:
    found = canary.unproven(since=since, now=NOW, deadline=Deadline.after(10))
    return [str(error) for error in found.values()]


def test_a_denial_counts_only_from_who_passes_a_test_begun_after_it():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        assert aside(canary) == []
        assert unproven(canary, since=time.monotonic()) == []
        server.fault = NXDOMAIN
        assert aside(canary) == []
        assert unproven(canary, since=time.monotonic()) == ["set aside for denying what exists"]
        assert len(aside(canary)) == 1


def test_who_is_silent_in_that_test_proves_nothing_and_is_not_set_aside():
    with serving(GONE) as (server,):
        canary = canary_of(server, patience=QUICK)
        assert aside(canary) == []
        server.fault = SILENCE
        assert unproven(canary, since=time.monotonic()) == ["timed out when tested"]
        assert aside(canary) == []


def test_denials_heard_at_one_time_share_one_test():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        heard = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: unproven(canary, since=heard), range(8)))
        assert found == [[]] * 8
        assert server.query_count == 3


def test_a_liar_stays_aside_for_an_hour_after_it_was_last_caught():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        server.fault = NXDOMAIN
        aside(canary)
        server.fault = None
        (error,) = aside(canary, 59)
        assert str(error) == "set aside for a lie a short while ago"
        assert aside(canary, 65) == []


def test_a_resolver_that_never_passed_is_not_believed_while_it_is_silent():
    with serving(GONE) as (server,):
        canary = canary_of(server, patience=QUICK)
        server.fault = SILENCE
        (error,) = aside(canary)
        assert (error.outcome, str(error)) == (Outcome.TIMED_OUT, "timed out when tested")


def test_a_silent_resolver_is_tested_again_after_a_minute():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        server.fault = SERVFAIL
        assert len(aside(canary)) == 1
        server.fault = None
        assert len(aside(canary, 0.9)) == 1
        assert aside(canary, 1) == []


def test_a_resolver_that_passed_before_keeps_its_standing_in_silence():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        assert aside(canary) == []
        server.fault = SERVFAIL
        assert aside(canary, 5) == []


def test_a_liar_that_falls_silent_has_to_pass_again_before_it_is_believed():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        assert aside(canary) == []
        server.fault = NXDOMAIN
        aside(canary, 5)
        server.fault = SERVFAIL
        (error,) = aside(canary, 120)
    assert error.outcome is Outcome.UNREADABLE


def test_the_names_asked_for_are_new_each_time_and_cannot_be_told_beforehand():
    with serving(GONE) as (server,):
        canary = canary_of(server)
        for minutes in (0, 5):
            aside(canary, minutes)
        made_up = {name for name, _ in server.queries if name not in SUFFIXES}
    assert len(made_up) == 4
    assert {len(name.partition(".")[0]) for name in made_up} == {32}


def test_the_operator_chooses_what_is_known_to_exist():
    with serving({"example.com": {"NS": ("ns1.host.net.",)}}) as (server,):
        assert aside(canary_of(server, known=["example.com"])) == []
        assert ("example.com", "NS") in server.queries
        (error,) = aside(canary_of(server, known=["our-own.org"]))
    assert str(error) == "set aside for denying what exists"
