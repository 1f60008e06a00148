"""What must be concluded from each recorded RDAP answer, served and read over a real socket."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, Registration
from tests.sources.registry import Registry, found, registry

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAMPLES = SHARED / "samples" / "rdap"

pytestmark = pytest.mark.skipif(
    not SAMPLES.exists() and not (os.environ.get("CI") == "true" and SHARED.exists()),
    reason=f"the recorded RDAP answers are not in {SAMPLES}",
)


def day(year: int, month: int, date: int, hour: int = 0, minute: int = 0, second: int = 0):
    return datetime(year, month, date, hour, minute, second, tzinfo=UTC)


S = Status
CLIENT_LOCKS = {
    S.CLIENT_DELETE_PROHIBITED,
    S.CLIENT_TRANSFER_PROHIBITED,
    S.CLIENT_UPDATE_PROHIBITED,
}
SERVER_LOCKS = {
    S.SERVER_DELETE_PROHIBITED,
    S.SERVER_TRANSFER_PROHIBITED,
    S.SERVER_UPDATE_PROHIBITED,
}
NOMULUS_LOCKS = {
    S.CLIENT_DELETE_PROHIBITED,
    S.CLIENT_RENEW_PROHIBITED,
    S.CLIENT_TRANSFER_PROHIBITED,
    S.SERVER_UPDATE_PROHIBITED,
}
REDACTED = Registration(
    registered_at=day(1997, 6, 3),
    expires_at=day(2021, 6, 3, 4),
    registrar="iana:1",
    statuses=frozenset(SERVER_LOCKS | {S.CLIENT_TRANSFER_PROHIBITED}),
    nameservers=frozenset({"ns1.example.com", "ns2.example.com"}),
    signed=False,
)

# file -> domain asked for, and what it says
ANSWERED: dict[str, tuple[str, Registration]] = {
    "icann-rdap-conformance-tool__nomeo_multi_entity_response.json": (
        "nomeo.com",
        Registration(
            handle="2138514_DOMAIN_COM-EXMP",
            registered_at=day(2003, 10, 10, 1, 55, 12),
            expires_at=day(2026, 10, 10, 1, 55, 12),
            registrar="iana:4148",
            statuses=frozenset({S.ACTIVE}),
            nameservers=frozenset({"ns53.be"}),
        ),
    ),
    "icann-rdap-conformance-tool__valid_registrant.json": (
        "example.com",  # its registrar stands there as registrant: no registrar is named
        Registration(
            handle="2138514_DOMAIN_COM-EXMP",
            registered_at=day(1997, 9, 15, 4),
            expires_at=day(2028, 9, 14, 4),
            statuses=frozenset(CLIENT_LOCKS | SERVER_LOCKS),
            nameservers=frozenset(f"ns{number}.example.com" for number in (1, 2, 3, 4)),
            signed=False,
        ),
    ),
    "icann-rdap-conformance-tool__valid_tech_name.json": (
        "example-25.net",
        Registration(
            registered_at=day(1997, 6, 3),
            expires_at=day(2021, 6, 3, 4),
            statuses=REDACTED.statuses,
            nameservers=REDACTED.nameservers,
            signed=False,
        ),
    ),
    "icann-rdap__0_2_192_in-addr_arpa.json": (
        "0.2.192.in-addr.arpa",
        Registration(
            handle="XXXX",
            registered_at=day(1990, 12, 31, 23, 59, 59),
            nameservers=frozenset({"ns1.rir.example", "ns2.rir.example"}),
            signed=True,
        ),
    ),
    "icann-rdap__example-1_empty_value-expected.json": ("example-1.net", REDACTED),
    "icann-rdap__lookup_with_redaction.json": ("example.com", REDACTED),
    "icann-rdap__lemonde.fr.json": (
        "lemonde.fr",
        Registration(
            handle="DOM000000024309-FRNIC",
            registered_at=day(2005, 8, 2, 14, 16, 36),
            expires_at=day(2025, 6, 9, 22, 8, 9),
            registrar="iana:1251",
            statuses=frozenset(SERVER_LOCKS),
            nameservers=frozenset(f"ns-cloud-b{n}.googledomains.com" for n in (1, 2, 3, 4)),
        ),
    ),
    "nomulus__rdap_domain_add_grace_period.json": (
        "addgraceperiod.lol",
        Registration(
            handle="10-LOL",
            registered_at=day(2000, 1, 1),
            expires_at=day(2001, 1, 1),
            registrar="iana:1",
            statuses=frozenset({S.ACTIVE, S.ADD_PERIOD}),
            nameservers=frozenset({"ns1.cat.lol"}),
            signed=False,
        ),
    ),
    "nomulus__rdap_domain_pending_delete_redemption_grace_period.json": (
        "redemption.lol",  # expires in the year 294247: that date is unknown, the rest stands
        Registration(
            handle="10-LOL",
            registered_at=day(1999, 1, 1),
            registrar="iana:1",
            statuses=frozenset({S.PENDING_DELETE, S.REDEMPTION_PERIOD}),
            nameservers=frozenset({"ns1.cat.lol"}),
            signed=False,
        ),
    ),
    "nomulus__rdapjson_domain_full_with_history.json": (
        "cat.xn--q9jyb4c",
        Registration(
            handle="F-Q9JYB4C",
            registered_at=day(1999, 9, 1),
            expires_at=day(2110, 10, 8, 0, 44, 59),
            registrar="iana:1",
            statuses=frozenset(NOMULUS_LOCKS),
            nameservers=frozenset({"ns1.cat.xn--q9jyb4c", "ns2.cat.xn--q9jyb4c"}),
            signed=True,
        ),
    ),
    "nomulus__rdapjson_domain_no_nameservers.json": (
        "fish.xn--q9jyb4c",
        Registration(
            handle="10-Q9JYB4C",
            registered_at=day(2000, 1, 1),
            expires_at=day(2110, 10, 8, 0, 44, 59),
            registrar="iana:1",
            statuses=frozenset(NOMULUS_LOCKS | {S.INACTIVE}),
            signed=True,
        ),
    ),
    "openrdap__domain-example.cz.json": (
        "example.cz",  # the registry names its registrar by handle alone
        Registration(
            handle="example.cz",
            registered_at=day(2004, 8, 30, 22, 55),
            expires_at=day(2019, 8, 30, 12),
            registrar="reg-internet-cz",
            statuses=frozenset({S.ACTIVE}),
            nameservers=frozenset({"ns.pipni.cz", "ns2.pipni.cz", "ns3.pipni.cz"}),
        ),
    ),
    "whodap__amazon.ooo.json": (
        "amazon.ooo",
        Registration(
            handle="D63507059-CNIC",
            registered_at=day(2014, 10, 23),
            expires_at=day(2021, 10, 23),
            registrar="iana:470",
            statuses=frozenset(CLIENT_LOCKS),
            nameservers=frozenset(
                {"nsgbr.comlaude.co.uk", "nssui.comlaude.ch", "nsusa.comlaude.net"}
            ),
            signed=False,
        ),
    ),
    "whodap__bitcoin.top.json": (
        "bitcoin.top",
        Registration(
            handle="D20141118G10001G_19970343-top",
            registered_at=day(2014, 11, 17, 16, 0, 29),
            expires_at=day(2021, 11, 17, 16, 0, 29),
            registrar="iana:1556",
            statuses=frozenset({S.ACTIVE}),
            nameservers=frozenset({"ns1.72dns.com", "ns2.idc1.cn"}),
            signed=False,
        ),
    ),
    # four whose dates have no zone: read as UTC
    "whodap__bitcoin.org.json": (
        "bitcoin.org",
        Registration(
            handle="D153621148-LROR",
            registered_at=day(2008, 8, 18, 13, 19, 55),
            expires_at=day(2029, 8, 18, 13, 19, 55),
            statuses=frozenset({S.CLIENT_TRANSFER_PROHIBITED}),
            nameservers=frozenset({"dns1.registrar-servers.com", "dns2.registrar-servers.com"}),
            signed=False,
        ),
    ),
    "whodap__deep.surf.json": (
        "deep.surf",
        Registration(
            handle="D_01B5C010_DAAAFDD824C241EC90A5FBE4A352BAB6_000001730AB2D444-SURF",
            registered_at=day(2020, 7, 1, 14, 5, 58),
            expires_at=day(2021, 7, 1, 14, 5, 58),
            statuses=frozenset({S.CLIENT_TRANSFER_PROHIBITED}),
            nameservers=frozenset(
                {
                    "ns-22.awsdns-02.com",
                    "ns-540.awsdns-03.net",
                    "ns-1488.awsdns-58.org",
                    "ns-2005.awsdns-58.co.uk",
                }
            ),
            signed=False,
        ),
    ),
    "whodap__bad_response_01.json": (
        "something-not-real.com",  # its contacts are broken, and no fact rests on those
        Registration(
            registered_at=day(2023, 7, 5),
            expires_at=day(2024, 7, 5),
            registrar="iana:1250",
            statuses=frozenset({S.ACTIVE}),
            signed=False,
        ),
    ),
    "whodap__bad_response_02.json": (
        "something-not-real.com",
        Registration(
            registered_at=day(2023, 7, 5),
            expires_at=day(2024, 7, 5),
            statuses=frozenset({S.ACTIVE}),
            signed=False,
        ),
    ),
    "whoisit__data_rdap_response_domain1.json": (
        "google.com",
        Registration(
            handle="2138514_DOMAIN_COM-VRSN",
            registered_at=day(1997, 9, 15, 4),
            expires_at=day(2028, 9, 14, 4),
            registrar="iana:292",
            statuses=frozenset(CLIENT_LOCKS | SERVER_LOCKS),
            nameservers=frozenset(f"ns{number}.google.com" for number in (1, 2, 3, 4)),
            signed=True,
        ),
    ),
    "whoisit__data_rdap_response_domain2.json": (
        "norway.no",
        Registration(
            handle="NOR34044D-NORID",
            registered_at=day(2017, 1, 24, 12, 9, 23),
            registrar="reg42-norid",
            nameservers=frozenset(
                f"ns{n}-09.azure-dns.{tld}"
                for n, tld in ((1, "com"), (2, "net"), (3, "org"), (4, "info"))
            ),
        ),
    ),
}

NO_FACT = "it states neither status nor registration date nor name server"
# file -> domain asked for, and why nothing is concluded
UNREADABLE: dict[str, tuple[str, str]] = {
    "icann-rdap-conformance-tool__missing_handle_no_redacted_remark.json": ("example.com", NO_FACT),
    "icann-rdap-conformance-tool__technical_voice_array_type.json": ("example.com", NO_FACT),
    "icann-rdap-conformance-tool__valid_cc.json": (
        "example.com",
        "it does not say which domain it is about",
    ),
    "nomulus__rdap_domain_unicode.json": ("example.lol", "it is about another domain"),
    "nomulus__rdapjson_domain_summary.json": (
        "cat.xn--q9jyb4c",
        "the server says that it cut the object short",
    ),
}


def serving(name: str, domain: str):
    return registry({domain: found((SAMPLES / name).read_bytes())})


def test_every_sample_has_its_row():
    assert {path.name for path in SAMPLES.glob("*.json")} == ANSWERED.keys() | UNREADABLE.keys()


@pytest.mark.parametrize("name", ANSWERED)
def test_a_sample_says_what_its_row_says(name: str):
    domain, registration = ANSWERED[name]
    with serving(name, domain) as asked:
        evidence = asked.look(domain)
    assert (evidence.outcome, evidence.registration) == (Outcome.ANSWERED, registration)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_broken_sample_is_inconclusive_for_its_reason(name: str):
    domain, reason = UNREADABLE[name]
    with serving(name, domain) as asked:
        evidence = asked.look(domain)
    assert (evidence.outcome, evidence.registration) == (Outcome.UNREADABLE, None)
    assert evidence.note == f"{evidence.asked}: {reason}"


@pytest.mark.parametrize("name", ANSWERED)
def test_no_sample_speaks_about_another_domain(name: str):
    with registry(found((SAMPLES / name).read_bytes())) as asked:
        assert _outcome_for(asked, "another.com") is Outcome.UNREADABLE


def _outcome_for(asked: Registry, domain: str) -> Outcome:
    return asked.look(domain).outcome
