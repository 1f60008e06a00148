"""F02 and F03 at one look: whoever denies a name is tested before the denial is believed."""

from __future__ import annotations

from domainguard.core.evidence import Outcome, Presence
from domainguard.sources.base import Deadline
from domainguard.sources.dns import DnsSource
from domainguard.sources.dns_canary import ResolverCanary
from domainguard.testing.dns_server import NXDOMAIN, SERVFAIL, DnsAnswer, DnsServer
from tests.sources.resolving import (
    EXAMPLE_COM,
    GONE,
    HEALTHY,
    NOW,
    addresses,
    knowing,
    said,
    serving,
    source,
)


def lying_from_now_on(servers: list[DnsServer], *liars: int) -> DnsSource:
    """Give a source whose canary has passed all resolvers a moment before some begin to lie."""
    dns = source(servers, canary=ResolverCanary(addresses(servers)))
    assert said(dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))).quorum == "3/3"
    for number in liars:
        servers[number].fault = NXDOMAIN
    return dns


def test_a_resolver_that_begins_to_lie_is_set_aside_at_its_first_lie():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        dns = lying_from_now_on(servers, 1)
        first = dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
        asked = servers[1].query_count
        dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
        assert servers[1].query_count == asked
    assert said(first).quorum == "2/3"
    assert first.note == f"1 of 3 set aside for denying what exists ({servers[1].resolver})"


def test_the_first_lie_of_a_quorum_of_liars_is_not_believed():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        dns = lying_from_now_on(servers, 0, 2)
        first = dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
    assert (first.outcome, first.delegation) == (Outcome.DISTRUSTED, None)


def test_the_first_lie_to_a_triage_is_not_believed():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        dns = lying_from_now_on(servers, 0, 1, 2)
        evidence = dns.triage(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
    assert (evidence.outcome, evidence.delegation) == (Outcome.DISTRUSTED, None)


def test_a_name_that_is_gone_is_gone_once_its_deniers_have_passed_again():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        dns = lying_from_now_on(servers)
        for server in servers:
            server.answer = knowing(GONE)
        evidence = dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
    assert (said(evidence).presence, said(evidence).quorum) == (Presence.NXDOMAIN, "3/3")


def test_a_denier_that_falls_silent_when_tested_has_said_nothing():
    def denying_the_example_alone(name: str, rdtype: str) -> DnsAnswer:
        return NXDOMAIN if name == EXAMPLE_COM else SERVFAIL

    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        dns = lying_from_now_on(servers)
        servers[0].answer = denying_the_example_alone
        evidence = dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
    assert (said(evidence).presence, said(evidence).quorum) == (Presence.DELEGATED, "2/3")
    assert "SERVFAIL when tested" in evidence.note
