"""Very many triages at once: the same evidence as one by one, whoever is silent or lies."""

from __future__ import annotations

from collections import Counter

from domainguard.core.evidence import Evidence, Presence
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.dns import DnsSource
from domainguard.sources.dns_canary import ResolverCanary
from domainguard.testing.dns_server import DnsAnswer, DnsServer
from tests.sources.resolving import EXAMPLE, NOW, addresses, knowing, said, serving, source


def names(count: int) -> list[RegistrableDomain]:
    return [RegistrableDomain(f"name-{number}.com") for number in range(count)]


def healthy(name: str, rdtype: str) -> DnsAnswer:
    """Answer for every `name-…` as for the example; the canary's names begin otherwise."""
    return knowing({name: EXAMPLE} if name.startswith("name-") else {})(name, rdtype)


def believing(servers: list[DnsServer], **options: object) -> DnsSource:
    return source(servers, canary=ResolverCanary(addresses(servers)), **options)


def triage(dns: DnsSource, domains: list[RegistrableDomain], seconds: float = 30) -> list[Evidence]:
    return list(dns.triage_many(domains, now=NOW, deadline=Deadline.after(seconds)))


def test_each_domain_gets_the_evidence_that_a_triage_of_its_own_gives():
    with serving({}) as servers:
        servers[0].answer = healthy
        dns, domains = believing(servers), names(400)
        found = {each.domain: each for each in triage(dns, domains)}
        alone = dns.triage(domains[7], now=NOW, deadline=Deadline.after(10))
    assert sorted(found) == sorted(domains)
    assert found[domains[7]] == alone
    assert said(alone).presence is Presence.DELEGATED


def test_the_resolvers_share_the_work_and_each_domain_is_asked_whole_of_one():
    with serving({}, {}, {}) as servers:
        for server in servers:
            server.answer = healthy
        triage(believing(servers), names(300))
        for server in servers:
            asked = Counter(name for name, _ in server.queries if name.startswith("name-"))
            assert set(asked.values()) == {3}
            assert len(asked) > 50
