"""What `domainguard_check` concludes from each recorded RDAP answer, served on a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command

from domainguard.testing import clock as clocks
from domainguard.testing.dns_server import DnsAnswer, DnsServer
from domainguard.testing.http_server import HttpServer
from tests.sources.registry import found
from tests.sources.test_rdap_samples import ANSWERED, SAMPLES, UNREADABLE, pytestmark

__all__ = ["pytestmark"]

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
RECORDS = {
    "NS": ("ns1.sample-hosting.net.", "ns2.sample-hosting.net."),
    "MX": ("10 mx.sample-hosting.net.",),
    "SOA": ("ns1.sample-hosting.net. hostmaster.sample-hosting.net. 1 2 3 4 5",),
}

# What is concluded where the name is in the DNS; an unreadable answer concludes nothing.
STATES = {
    "icann-rdap-conformance-tool__nomeo_multi_entity_response.json": "expired",
    "icann-rdap-conformance-tool__valid_registrant.json": "active",
    "icann-rdap-conformance-tool__valid_tech_name.json": "expired",
    "icann-rdap__example-1_empty_value-expected.json": "expired",
    "icann-rdap__lemonde.fr.json": "expired",
    "icann-rdap__lookup_with_redaction.json": "expired",
    "nomulus__rdap_domain_add_grace_period.json": "expired",
    "nomulus__rdap_domain_pending_delete_redemption_grace_period.json": "redemption",
    "nomulus__rdapjson_domain_full_with_history.json": "active",
    "nomulus__rdapjson_domain_no_nameservers.json": "active",
    "openrdap__domain-example.cz.json": "expired",
    "whodap__amazon.ooo.json": "expired",
    "whodap__bad_response_01.json": "expired",
    "whodap__bad_response_02.json": "expired",
    "whodap__bitcoin.org.json": "active",
    "whodap__bitcoin.top.json": "expired",
    "whodap__deep.surf.json": "expired",
    "whoisit__data_rdap_response_domain1.json": "active",
    "whoisit__data_rdap_response_domain2.json": "active",
}
REFUSED = "icann-rdap__0_2_192_in-addr_arpa.json"  # a name for addresses, which takes no mail


@pytest.fixture
def internet(settings, tmp_path, db) -> Iterator[dict[str, bytes]]:
    """Serve RDAP documents by domain, and a DNS in which every name is delegated."""
    clocks.clock.restart(TODAY)
    documents: dict[str, bytes] = {}
    server = HttpServer(lambda request: found(documents[request.target.rpartition("/")[2]]))
    resolvers = [DnsServer(in_the_dns) for _ in range(3)]
    with server, resolvers[0], resolvers[1], resolvers[2]:
        bootstrap = tmp_path / "bootstrap.json"
        bootstrap.write_text(json.dumps(bootstrap_of(f"{server.url}rdap/")))
        settings.DOMAINGUARD = {
            **settings.DOMAINGUARD,
            "RESOLVERS": [each.resolver for each in resolvers],
            "RDAP_BOOTSTRAP": str(bootstrap),
            "EGRESS_ALLOW": [server.endpoint],
            "SOURCES": ["dns", "rdap"],
            "CLOCK": "domainguard.testing.clock.virtual_now",
        }
        yield documents


def in_the_dns(name: str, rdtype: str) -> DnsAnswer:
    if len(name.partition(".")[0]) == 32:  # a canary's made-up name
        return DnsAnswer(rcode="NXDOMAIN")
    return DnsAnswer(records=RECORDS.get(rdtype, ()))


def bootstrap_of(url: str) -> dict[str, object]:
    tlds = ["com", "cz", "fr", "lol", "net", "no", "ooo", "org", "surf", "top", "xn--q9jyb4c"]
    return {
        "version": "1.0",
        "publication": "2026-07-23T00:00:00Z",
        "services": [[tlds, [url]]],
    }


def check(capsys, domain: str) -> tuple[int, dict[str, Any]]:
    status = 0
    try:
        call_command("domainguard_check", domain, "--json")
    except SystemExit as stopped:
        status = int(stopped.code or 0)
    return status, json.loads(capsys.readouterr().out)["checked"][0]


def test_every_sample_has_a_row():
    assert STATES.keys() | {REFUSED} == ANSWERED.keys()


@pytest.mark.parametrize("name", STATES)
def test_a_recorded_answer_concludes_what_its_row_says(internet, capsys, name):
    domain, _ = ANSWERED[name]
    internet[domain] = (SAMPLES / name).read_bytes()
    status, checked = check(capsys, domain)
    assert (status, checked["state"], checked["conclusive"]) == (0, STATES[name], True)
    assert checked["held"] is (STATES[name] == "redemption")


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_broken_answer_is_inconclusive_with_its_reason(internet, capsys, name):
    domain, reason = UNREADABLE[name]
    internet[domain] = (SAMPLES / name).read_bytes()
    status, checked = check(capsys, domain)
    assert (status, checked["conclusive"], checked["held"]) == (1, False, False)
    (said,) = [each for each in checked["evidence"] if each["source"] == "rdap"]
    assert said["outcome"] == "unreadable"
    assert reason in said["note"]


def test_a_name_for_addresses_is_refused_before_anybody_is_asked(internet, capsys):
    domain, _ = ANSWERED[REFUSED]
    status, checked = check(capsys, domain)
    assert status == 2
    assert "error" in checked
