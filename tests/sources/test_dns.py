from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domainguard.core.evidence import Outcome, Presence, SourceClass
from domainguard.core.names import MailDomain
from domainguard.sources.base import Deadline
from domainguard.sources.dns import DnsSource, read_resolvers, system_resolvers
from domainguard.sources.dns_canary import ResolverCanary
from domainguard.sources.dns_conversation import PATIENCE
from domainguard.sources.dns_wire import Resolver
from domainguard.testing.dns_server import (
    BOGUS,
    LAME,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    SILENCE,
    DnsAnswer,
)
from tests.sources.resolving import (
    DIGEST,
    EXAMPLE_COM,
    GONE,
    HEALTHY,
    NOW,
    QUICK,
    addresses,
    knowing,
    look,
    said,
    serving,
    source,
)


def test_a_healthy_domain_is_delegated_with_everything_its_fingerprint_needs():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        evidence = look(servers)
    assert (evidence.domain, evidence.source) == ("example.com", "dns")
    assert (evidence.source_class, evidence.outcome) == (SourceClass.DNS, Outcome.ANSWERED)
    assert (evidence.at, evidence.note) == (NOW, "")
    found = said(evidence)
    assert found.presence is Presence.DELEGATED
    assert found.ns == {"ns1.host.net", "ns2.host.net"}
    assert found.mx == {"mx1.mail.org", "mx2.mail.org"}
    assert found.ds == {f"4711/13/2/{DIGEST}"}
    assert found.soa == "ns1.host.net hostmaster.host.net"
    assert found.quorum == "3/3"


def test_evidence_names_the_resolvers_that_were_asked_and_the_types():
    with serving(HEALTHY, HEALTHY) as servers:
        evidence = look(servers)
        one, other = (server.resolver for server in servers)
    assert evidence.asked == f"NS SOA MX DS of example.com from {one}, {other}"


def test_a_name_that_does_not_exist_is_an_answer_and_not_silence():
    with serving(GONE, GONE, GONE) as servers:
        evidence = look(servers)
    assert evidence.outcome is Outcome.ANSWERED
    assert said(evidence).presence is Presence.NXDOMAIN
    assert said(evidence).quorum == "3/3"


def test_a_name_without_name_servers_is_no_data_and_not_nxdomain():
    with serving({"example.com": {"A": ("192.0.2.1",)}}) as servers:
        evidence = look(servers)
    assert said(evidence).presence is Presence.NODATA
    assert said(evidence).ns == frozenset()


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        (SILENCE, Outcome.TIMED_OUT, "timed out"),
        (SERVFAIL, Outcome.UNREADABLE, "SERVFAIL"),
        (BOGUS, Outcome.UNREADABLE, "bogus by DNSSEC"),
        (LAME, Outcome.UNREADABLE, "lame: none of its name servers answers"),
        (REFUSED, Outcome.REFUSED, "REFUSED"),
        (DnsAnswer(rcode="NOTIMP"), Outcome.UNREADABLE, "NOTIMP"),
        (DnsAnswer(rcode="FORMERR"), Outcome.UNREADABLE, "FORMERR"),
    ],
)
def test_each_kind_of_failure_says_nothing_in_words_of_its_own(fault, outcome, words):
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        for server in servers:
            server.fault = fault
        evidence = look(servers, patience=QUICK if fault is SILENCE else PATIENCE)
        who = ", ".join(server.resolver for server in servers)
    assert evidence.outcome is outcome
    assert evidence.delegation is None
    assert evidence.note == f"no quorum on NS: 3 of 3 {words} for NS ({who})"


def test_a_resolver_that_is_not_there_is_unreachable_at_once():
    with serving(HEALTHY) as servers:
        gone = addresses(servers)
    evidence = DnsSource(gone, patience=(60,)).look(
        EXAMPLE_COM, now=NOW, deadline=Deadline.after(60)
    )
    assert evidence.outcome is Outcome.UNREACHABLE


def test_a_silent_third_resolver_holds_nobody_up():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        servers[1].fault = SILENCE
        deadline = Deadline.after(10)
        evidence = source(servers, patience=(60,)).look(EXAMPLE_COM, now=NOW, deadline=deadline)
        assert deadline.remaining() > 5
    assert said(evidence).quorum == "2/3"


def test_a_resolver_that_failed_is_asked_once_more():
    failed = set()

    def at_first_servfail(name: str, rdtype: str) -> DnsAnswer:
        if rdtype in failed:
            return knowing(HEALTHY)(name, rdtype)
        failed.add(rdtype)
        return SERVFAIL

    with serving(HEALTHY) as servers:
        servers[0].answer = at_first_servfail
        assert said(look(servers)).presence is Presence.DELEGATED
        servers[0].answer = lambda name, rdtype: SERVFAIL
        before = servers[0].query_count
        assert look(servers).outcome is Outcome.UNREADABLE
        assert servers[0].query_count - before == 8


def test_triage_asks_one_resolver_at_a_time_and_each_in_its_turn():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        dns = source(servers)
        looks = [dns.triage(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10)) for _ in servers]
        assert [sorted(server.queries) for server in servers] == [
            [("example.com", "MX"), ("example.com", "NS"), ("example.com", "SOA")]
        ] * 3
    assert {said(each).quorum for each in looks} == {"1/1"}
    assert said(looks[0]).ns == {"ns1.host.net", "ns2.host.net"}
    assert looks[0].asked == f"NS SOA MX of example.com from {servers[0].resolver}"


def test_triage_says_how_its_one_resolver_failed():
    with serving(HEALTHY) as servers:
        servers[0].fault = REFUSED
        evidence = source(servers).triage(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
    assert evidence.outcome is Outcome.REFUSED


def test_one_lying_resolver_of_three_is_set_aside_and_the_others_are_a_quorum():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        servers[1].fault = NXDOMAIN
        dns = source(servers, canary=ResolverCanary(addresses(servers)))
        evidence = dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
        asked = servers[1].query_count
        dns.triage(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
        dns.triage(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
        assert servers[1].query_count == asked
    assert said(evidence).quorum == "2/3"
    assert evidence.note == f"1 of 3 set aside for denying what exists ({servers[1].resolver})"


def test_with_two_lying_resolvers_of_three_nothing_is_asked_and_nothing_believed():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        servers[0].fault = servers[1].fault = NXDOMAIN
        dns = source(servers, canary=ResolverCanary(addresses(servers)))
        looks = [
            dns.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10)),
            dns.triage(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10)),
            dns.look_mail_domain(MailDomain("example.com"), now=NOW, deadline=Deadline.after(10)),
        ]
        assert not any(("example.com", "NS") in server.queries for server in servers)
    for evidence in looks:
        assert (evidence.outcome, evidence.delegation) == (Outcome.DISTRUSTED, None)
        assert "2 of 3 set aside" in evidence.note
        assert "1 of 3 not asked, as too few others are believed" in evidence.note


def test_when_all_resolvers_time_out_the_canary_leaves_it_a_time_out():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        for server in servers:
            server.fault = SILENCE
        canary = ResolverCanary(addresses(servers), patience=QUICK)
        assert look(servers, canary=canary).outcome is Outcome.TIMED_OUT


def test_the_deadline_of_the_caller_ends_a_look_that_would_be_more_patient():
    with serving(HEALTHY) as servers:
        servers[0].fault = SILENCE
        deadline = Deadline.after(0.1)
        evidence = source(servers, patience=(60, 60)).look(EXAMPLE_COM, now=NOW, deadline=deadline)
    assert evidence.outcome is Outcome.TIMED_OUT


@pytest.mark.parametrize(
    ("text", "resolvers"),
    [
        ("192.0.2.1", (Resolver("192.0.2.1", 53),)),
        (
            "192.0.2.1:5301, 192.0.2.2:5302,",
            (Resolver("192.0.2.1", 5301), Resolver("192.0.2.2", 5302)),
        ),
        ("[2001:db8::1]:5301", (Resolver("2001:db8::1", 5301),)),
        ("2001:DB8::1", (Resolver("2001:db8::1", 53),)),
        (["192.0.2.1:53"], (Resolver("192.0.2.1", 53),)),
        ("", ()),
    ],
)
def test_resolvers_are_read_from_the_settings(text, resolvers):
    assert read_resolvers(text) == resolvers
    assert read_resolvers([str(each) for each in resolvers]) == resolvers


@pytest.mark.parametrize(
    "text",
    [
        "resolver.example.net",
        "192.0.2.1:0",
        "192.0.2.1:65536",
        "192.0.2.1:x",
        "[2001:db8::1",
        ":53",
    ],
)
def test_a_resolver_that_is_no_address_and_port_is_refused_by_its_text(text):
    with pytest.raises(ValueError, match="is no resolver"):
        read_resolvers(text)


def test_the_system_resolvers_are_those_of_resolv_conf(tmp_path: Path):
    path = tmp_path / "resolv.conf"
    path.write_text(
        "# nameserver 192.0.2.9\nsearch lan\nnameserver 192.0.2.1\nnameserver\nnameserver ::1\n"
    )
    assert system_resolvers(path) == (Resolver("192.0.2.1"), Resolver("::1"))
    assert system_resolvers(tmp_path / "absent") == ()


@pytest.mark.parametrize(
    ("resolvers", "message"),
    [
        ([], "DNS needs 1 to 7 resolvers, got 0"),
        (
            [Resolver("192.0.2.1", port) for port in range(1, 9)],
            "DNS needs 1 to 7 resolvers, got 8",
        ),
        ([Resolver("192.0.2.1"), Resolver("192.0.2.1")], "named twice would vote twice"),
    ],
)
def test_a_panel_that_cannot_vote_is_refused(resolvers, message):
    with pytest.raises(ValueError, match=message):
        DnsSource(resolvers)


def test_many_threads_share_one_source():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers, ThreadPoolExecutor(8) as pool:
        dns = source(servers, canary=ResolverCanary(addresses(servers)))
        looks = [
            pool.submit(dns.look, EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))
            for _ in range(40)
        ]
        assert {said(each.result()).ns for each in looks} == {
            frozenset({"ns1.host.net", "ns2.host.net"})
        }
        asked = sum(server.query_count for server in servers)
    assert asked == 40 * 12 + 3 * 3  # the canary is asked once, not by each thread


def test_dns_covers_every_domain():
    assert DnsSource([Resolver("192.0.2.1")]).covers(EXAMPLE_COM)
