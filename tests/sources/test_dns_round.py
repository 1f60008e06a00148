"""Very many triages at once: the same evidence as one by one, whoever is silent or lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from domainguard.core.evidence import Evidence, Outcome, Presence
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.dns import DnsSource
from domainguard.sources.dns_canary import ResolverCanary
from domainguard.testing.dns_server import (
    BOGUS,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    DnsAnswer,
    DnsServer,
)
from tests.patience import LONG, ends
from tests.sources.resolving import EXAMPLE, NOW, addresses, knowing, said, serving, source


def names(count: int) -> list[RegistrableDomain]:
    return [RegistrableDomain(f"name-{number}.com") for number in range(count)]


def healthy(name: str, rdtype: str) -> DnsAnswer:
    """Answer for every `name-…` as for the example; the canary's names begin otherwise."""
    return knowing({name: EXAMPLE} if name.startswith("name-") else {})(name, rdtype)


def believing(servers: list[DnsServer], **options: object) -> DnsSource:
    return source(servers, canary=ResolverCanary(addresses(servers)), **options)


def triage(
    dns: DnsSource, domains: Iterable[RegistrableDomain], seconds: float = 30
) -> list[Evidence]:
    return list(dns.triage_many(domains, now=NOW, deadline=Deadline.after(seconds)))


@contextmanager
def resolvers(count: int) -> Iterator[list[DnsServer]]:
    """Start healthy resolvers."""
    with serving(*[{}] * count) as servers:
        for server in servers:
            server.answer = healthy
        yield servers


def asked_about(server: DnsServer) -> Counter[str]:
    return Counter(name for name, _ in server.queries if name.startswith("name-"))


def test_each_domain_gets_the_evidence_that_a_triage_of_its_own_gives():
    with resolvers(1) as servers:
        dns, domains = believing(servers), names(400)
        found = {each.domain: each for each in triage(dns, domains)}
        alone = dns.triage(domains[7], now=NOW, deadline=Deadline.after(10))
    assert sorted(found) == sorted(domains)
    assert found[domains[7]] == alone
    assert said(alone).presence is Presence.DELEGATED


def test_the_resolvers_share_the_work_and_each_domain_is_asked_whole_of_one():
    with resolvers(3) as servers:
        triage(believing(servers), names(300))
        for server in servers:
            assert set(asked_about(server).values()) == {3}
            assert len(asked_about(server)) > 50


def test_a_name_that_is_gone_is_gone():
    with resolvers(1) as servers:
        (evidence,) = triage(believing(servers), [RegistrableDomain("gone.com")])
    assert said(evidence).presence is Presence.NXDOMAIN


def test_odd_answers_are_read_as_carefully_as_one_by_one():
    odd = {
        "cut.com": {**EXAMPLE, "NS": DnsAnswer(records=EXAMPLE["NS"], truncated=True)},
        "alias.com": {**EXAMPLE, "MX": DnsAnswer(cnames=("a.net.",), records=("10 mx.net.",))},
        "strange.com": {**EXAMPLE, "MX": ("10 a.net.", "20 a.net.", r"30 \@.net.")},
        "loop.com": {**EXAMPLE, "NS": DnsAnswer(cnames=("b.net.", "b.net."))},
        "bogus.com": {"NS": BOGUS, "SOA": BOGUS, "MX": BOGUS},
        "contrary.com": {"NS": DnsAnswer(rcode="NXDOMAIN", records=EXAMPLE["NS"])},
        "null.com": {**EXAMPLE, "MX": ("0 .",)},
        "huge.com": {**EXAMPLE, "MX": tuple(f"1 m{n}.{'x' * 60}.net." for n in range(60))},
    }
    with serving(odd) as servers:
        dns = source(servers)
        found = triage(dns, [RegistrableDomain(name) for name in odd])
        alone = [dns.triage(each.domain, now=NOW, deadline=Deadline.after(10)) for each in found]
    assert len(found) == len(odd)
    assert found == alone


def test_silent_names_are_asked_twice_of_two_resolvers_and_hold_nobody_up():
    def mostly(name: str, rdtype: str) -> DnsAnswer:
        return SILENCE if name.endswith("7.com") else healthy(name, rdtype)

    with resolvers(2) as servers:
        for server in servers:
            server.answer = mostly
        found = triage(believing(servers, patience=(0.3, 0.5)), names(1200))
        silent = [each for each in found if each.delegation is None]
        for server in servers:
            assert asked_about(server)["name-7.com"] == 3
    assert len(found) == 1200
    assert {each.outcome for each in silent} == {Outcome.TIMED_OUT}
    assert len(silent) == 120
    # The first thousand were given out before patience with the silent was at its end.
    assert all(each.delegation for each in found[:500])


def test_a_name_that_one_resolver_fails_at_is_answered_by_another():
    with resolvers(2) as servers:
        servers[1].answer = lambda name, rdtype: (
            SERVFAIL if name.startswith("name-") else healthy(name, rdtype)
        )
        found = triage(believing(servers), names(50))
    assert len(found) == 50
    assert all(each.delegation for each in found)


def test_a_resolver_that_is_not_there_is_unreachable_at_once():
    with resolvers(1) as servers:
        gone = addresses(servers)
    deadline = Deadline.after(3 * LONG)
    dns = DnsSource(gone, patience=(2 * LONG, 2 * LONG))
    found = list(dns.triage_many(names(20), now=NOW, deadline=deadline))
    assert {each.outcome for each in found} == {Outcome.UNREACHABLE}
    assert deadline.remaining() > LONG


def test_no_answer_of_a_resolver_that_begins_to_lie_is_given_out():
    with resolvers(3) as servers:
        dns = believing(servers)
        seen = []
        for evidence in dns.triage_many(names(3000), now=NOW, deadline=Deadline.after(60)):
            seen.append(evidence)
            servers[1].fault = NXDOMAIN  # once the first answers are out
        liar = servers[1].resolver
        asked = servers[1].query_count
        later = triage(dns, names(100))
        assert servers[1].query_count - asked <= 6  # two tests
    assert sorted(each.domain for each in seen) == sorted(names(3000))
    assert {said(each).presence for each in (*seen, *later)} == {Presence.DELEGATED}
    assert any(liar in each.asked for each in seen)


def test_without_enough_resolvers_to_believe_nothing_is_said():
    with resolvers(3) as servers:
        servers[0].fault = servers[2].fault = NXDOMAIN
        found = triage(believing(servers), names(600))
        assert not asked_about(servers[1])
    assert {each.outcome for each in found} == {Outcome.DISTRUSTED}
    assert len(found) == 600


def test_when_too_many_begin_to_lie_the_rest_of_the_round_says_nothing():
    with resolvers(3) as servers:
        seen = []
        for evidence in believing(servers).triage_many(
            names(3000), now=NOW, deadline=Deadline.after(60)
        ):
            seen.append(evidence)
            servers[0].fault = servers[1].fault = NXDOMAIN
    assert len(seen) == 3000
    assert {each.outcome for each in seen} == {Outcome.ANSWERED, Outcome.DISTRUSTED}
    assert {said(each).presence for each in seen if each.delegation} == {Presence.DELEGATED}


def test_at_the_deadline_nobody_new_is_asked_and_what_was_is_settled():
    domains = iter(names(5000))
    with resolvers(1) as servers:
        dns = believing(servers, patience=(2 * LONG, 2 * LONG))
        servers[0].answer = lambda name, rdtype: (
            SILENCE if name.startswith("name-") else healthy(name, rdtype)
        )
        with ends():
            found = list(dns.triage_many(domains, now=NOW, deadline=Deadline.after(1.5)))
    assert {each.outcome for each in found} == {Outcome.TIMED_OUT}
    assert len(found) + len(list(domains)) == 5000


def test_domains_are_drawn_as_they_can_be_asked():
    drawn = 0

    def draw() -> Iterator[RegistrableDomain]:
        nonlocal drawn
        for drawn, name in enumerate(names(20_000), 1):  # noqa: B007
            yield name

    with resolvers(1) as servers:
        looks = believing(servers).triage_many(draw(), now=NOW, deadline=Deadline.after(60))
        for given, _ in enumerate(looks, 1):
            assert drawn - given < 6000
            if given == 2000:
                break
        looks.close()  # type: ignore[attr-defined]
    assert drawn < 9000
