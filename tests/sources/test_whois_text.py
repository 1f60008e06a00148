from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.epp import Status
from domainguard.core.evidence import Registration
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Limited, SourceError, Unreadable
from domainguard.sources.whois_layout import layout, layout_names
from domainguard.sources.whois_text import NOT_FOUND, NotFound, read_whois

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = "alder.example"
REDEMPTION = frozenset({Status.PENDING_DELETE, Status.REDEMPTION_PERIOD})
RECORD = """
Domain Name: ALDER.EXAMPLE
Registry Domain ID: D4711-EX
Creation Date: 2010-03-04T05:06:07Z
Registry Expiry Date: 2027-03-04T05:06:07Z
Registrar Registration Expiration Date: 2026-03-04T05:06:07Z
Registrar: Birch Names Ltd
Registrar IANA ID: 9999
Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
Domain Status: ok (https://icann.org/epp#ok)
Name Server: NS1.ALDER.EXAMPLE. 192.0.2.1
Name Server: ns2.birch.example
DNSSEC: unsigned
"""


def read(text: str, name: str = NAME, layout_name: str = "plain") -> Registration | NotFound:
    asked_for = RegistrableDomain(name)
    return read_whois(text.encode(), layout=layout(layout_name), asked_for=asked_for, now=NOW)


def registration(text: str, name: str = NAME, layout_name: str = "plain") -> Registration:
    found = read(text, name, layout_name)
    assert isinstance(found, Registration)
    return found


def test_a_record_is_read_into_a_registration():
    assert registration(RECORD) == Registration(
        handle="D4711-EX",
        registered_at=datetime(2010, 3, 4, 5, 6, 7, tzinfo=UTC),
        expires_at=datetime(2027, 3, 4, 5, 6, 7, tzinfo=UTC),
        registrar_expires_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        registrar="iana:9999",
        statuses=frozenset({Status.CLIENT_TRANSFER_PROHIBITED, Status.ACTIVE}),
        nameservers=frozenset({"ns1.alder.example", "ns2.birch.example"}),
        signed=False,
    )


@pytest.mark.parametrize(
    ("layout_name", "name", "text"),
    [
        ("denic", "alder.de", "Domain: alder.de\nStatus: free\n"),
        ("eurid", "alder.eu", "Domain: alder\nScript: LATIN\nStatus: AVAILABLE\n"),
        ("dnsbe", "alder.be", "Domain:\talder.be\nStatus:\tAVAILABLE\n"),
        ("nicit", "alder.it", "Domain:             alder.it\nStatus:             AVAILABLE\n"),
        ("nicat", "alder.at", "% Copyright\n%\n% nothing found\n"),
        ("punktum", "alder.dk", "# Hello\n\nNo entries found for the selected source.\n"),
        ("tcinet", "alder.ru", "\nNo entries found for the selected source(s).\n\nLast updated on"),
        ("iis", "alder.se", '# terms\ndomain "alder.se" not found.\n'),
        ("jprs", "alder.jp", "[ JPRS database provides information ]\n\nNo match!!\n"),
        ("kaznic", "alder.kz", "Whois Server for the KZ\n\n*** Nothing found for this query.\n"),
        ("cnnic", "alder.cn", "No matching record.\n"),
        (
            "kisa",
            "alder.kr",
            "query : alder.kr\n\nThe requested domain was not found in the Registry or "
            "Registrar\u2019s WHOIS Server.\n",
        ),
        ("hkirc", "alder.hk", "The domain has not been registered.\n"),
        ("dnspt", "alder.pt", "alder.pt - No Match\n"),
        ("nichu", "alder.hu", "% Whois server\n\nNincs (\u00faj) tal\u00e1lat / No match\n"),
        ("iedr", "alder.ie", "Not found: alder.ie\n"),
        ("domreg", "alder.lt", "Domain:\t\t\talder.lt\nStatus:\t\t\tavailable\n"),
        (
            "niclv",
            "alder.lv",
            "[Domain]\nDomain: alder.lv\nStatus: free\n\n[Whois]\nUpdated: now\n",
        ),
        ("restena", "alder.lu", "% WHOIS alder.lu\n% No such domain\n"),
        ("tldee", "alder.ee", "Estonia .ee Top Level Domain WHOIS server\n\nDomain not found\n"),
        ("rnids", "alder.rs", "%ERROR:103: Domain is not registered\n"),
        ("carnet", "alder.hr", "%ERROR: no entries found\n"),
        ("registerbg", "alder.bg", "Domain name alder.bg does not exist in database!\n"),
        ("trabis", "alder.com.tr", 'No match found for "alder.com.tr"\n'),
        ("isocil", "alder.co.il", "% No data was found to match the request criteria.\n"),
        ("nicmx", "alder.mx", "No_Se_Encontro_El_Objeto/Object_Not_Found\n"),
        ("niccl", "alder.cl", "alder.cl: no entries found.\n"),
        ("nznic", "alder.nz", "domain_name: alder.nz\nquery_status: 220 Available\n"),
        ("zarc", "alder.co.za", "Available\nDomain: alder.co.za\n"),
        ("nictm", "alder.tm", "Domain alder.tm is available for purchase\n"),
        ("nicim", "alder.im", "The domain alder.im was not found.\n"),
        ("cocca", "alder.ki", "Domain Name: alder.ki\nDomain Status: No Object Found\n"),
        ("plain", "alder.ir", "%ERROR:101: no entries found\n"),
        ("plain", "alder.by", "Object does not exist\n"),
    ],
)
def test_a_free_name_is_recognised_by_its_registrys_own_words(
    layout_name: str, name: str, text: str
):
    assert read(text, name, layout_name) is NOT_FOUND


@pytest.mark.parametrize(
    "text",
    [
        "Too many requests...",
        "%% Too many requests\n%% No entries found in the AFNIC Database.",
        "No match for alder.example\nWHOIS LIMIT EXCEEDED",
        "% Error: 55000000002 Connection refused; access control limit reached.\nStatus: free",
        "Domain Name: alder.example\nquery_status: 440 Request Denied\n",
        "Please go away for 13 Seconds",
        "-3: IP address blocked",
        "Requests of this client are not permitted.\nNot found",
        "Your connection limit exceeded. Please slow down and try again later.",
        "Queried interval is too short.",
        "No Data Found\nYou have exceeded your quota of queries",
    ],
)
def test_a_refusal_is_limited_whatever_else_it_says(text: str):
    with pytest.raises(Limited):
        read(text)


@pytest.mark.parametrize(
    "terms",
    [
        "% Excessive querying will lead to an IP address blocked for a day.",
        "We reserve the right; access may be blocked if a rate limit has been exceeded.",
        "You should try again later if the data is not current.",
    ],
)
def test_terms_of_use_that_mention_limits_are_no_refusal(terms: str):
    assert read(f"{terms}\nNo match for alder.example\n") is NOT_FOUND


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing came"),
        ("Welcome to the WHOIS server.", "no word of the name"),
        ("<html><body>\nNot found\n</body></html>", "a page of a web server"),
        ("HTTP/1.1 404 Not Found\r\n\r\nNot found\r\n", "a web server on this port"),
        ("No match for birch.example", "not found, but about another name"),
        ("Domain Name: birch.example\nCreation Date: 2010-01-01", "a record of another name"),
        ("Domain Name: alder.example", "the name alone, with nothing held about it"),
        ("Domain Name: alder.example\nStatus: fallow", "the name and a word nobody documented"),
        ("Domain Name: alder.example\nStatus: invalid", "a name the registry cannot hold"),
        (RECORD + "No match for alder.example\n", "registered and not registered at once"),
        ("Domain: alder.example\nCreated: 2001-01-01\nStatus: free", "the same in one record"),
        ("This name is not available for registration", "refused, which is neither"),
        ("I have not found alder.example, no match for it anywhere", "words inside a sentence"),
        ("Whois: whois.evil.example\nReferral: whois://whois.evil.example", "a referral alone"),
        ("Remarks: No match", "a phrase in somebody's field"),
        ("Registrant:\n  No match for birch.example\n", "a phrase in somebody's address"),
    ],
)
def test_what_proves_nothing_is_unreadable(text: str, why: str):
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("layout_name", "name", "status", "statuses"),
    [
        ("denic", "alder.de", "Status: redemptionPeriod", REDEMPTION),
        ("denic", "alder.de", "Status: connect", {Status.ACTIVE}),
        ("denic", "alder.de", "Status: failed", {Status.INACTIVE}),
        ("dnsbe", "alder.be", "Status:\tNOT AVAILABLE", {Status.ACTIVE}),
        ("dnsbe", "alder.be", "Status:\tQUARANTINE", REDEMPTION),
        ("dnsbe", "alder.be", "Status:\tOUT OF SERVICE", REDEMPTION),
        ("eurid", "alder.eu", "Status: QUARANTINE", REDEMPTION),
        ("eurid", "alder.eu", "Status: SUSPENDED", {Status.SERVER_HOLD}),
        ("nicit", "alder.it", "Status: pendingDelete / redemptionPeriod", REDEMPTION),
        ("nicit", "alder.it", "Status: REDEMPTION-NO-PROVIDER", REDEMPTION),
        (
            "nicit",
            "alder.it",
            "Status: ok / autoRenewPeriod",
            {Status.ACTIVE, Status.AUTO_RENEW_PERIOD},
        ),
        ("nicit", "alder.it", "Status: UNASSIGNABLE", {Status.RESERVED}),
        ("tcinet", "alder.ru", "state: REGISTERED, DELEGATED, VERIFIED", {Status.ACTIVE}),
        (
            "tcinet",
            "alder.ru",
            "state: REGISTERED, NOT DELEGATED",
            {Status.ACTIVE, Status.INACTIVE},
        ),
        (
            "iis",
            "alder.se",
            "state: active\nstatus: pendingDelete",
            {Status.ACTIVE, Status.PENDING_DELETE},
        ),
        ("iis", "alder.se", "state: deactivated", {Status.SERVER_HOLD}),
        ("jprs", "alder.jp", "[Status]          Suspended", REDEMPTION),
        ("jprs", "alder.co.jp", "[State]           Deleted (2026/10/31)", REDEMPTION),
        ("jprs", "alder.co.jp", "g. [Organization]  Suspended Domain Name", REDEMPTION),
        ("jprs", "alder.co.jp", "[State]           Connected (2027/03/31)", {Status.ACTIVE}),
        ("nznic", "alder.nz", "query_status: 210 PendingRelease", REDEMPTION),
        ("tldee", "alder.ee", "status: expired\nstatus: serverHold", {Status.SERVER_HOLD}),
        ("sknic", "alder.sk", "Domain-status   DOM_EXP", set()),
        ("sknic", "alder.sk", "EPP Status: serverHold", {Status.SERVER_HOLD}),
        ("rnids", "alder.rs", "Domain status: Locked", {Status.LOCKED}),
        ("domreg", "alder.lt", "Status: pendingRelease", REDEMPTION),
    ],
)
def test_a_registrys_word_becomes_epp_statuses(
    layout_name: str, name: str, status: str, statuses: set[Status]
):
    label = "[Domain Name]  " if layout_name == "jprs" else "Domain: "
    found = registration(f"{label}{name}\n{status}\n", name, layout_name)
    assert found.statuses == statuses


@pytest.mark.parametrize(
    ("layout_name", "name", "text"),
    [
        (
            "trabis",
            "alder.com.tr",
            "** Domain Name: alder.com.tr\n\n"
            "** Domain Servers:\nns1.b.example\n"
            "ns2.b.example 192.0.2.1\n\nCreated on..............: 2010-Mar-04.\n",
        ),
        (
            "channelisles",
            "alder.gg",
            "Domain:\n     alder.gg\n\nRelevant dates:\n"
            "     Registered on 4th March 2010 at 00:00:00.000\n\nName servers:\n"
            "     ns1.b.example\n     ns2.b.example\n",
        ),
        (
            "tldee",
            "alder.ee",
            "Domain:\nname:       alder.ee\nregistered: 2010-03-04\n\n"
            "Registrant:\nname: Carl\nregistered: 2024-01-01\n\n"
            "Name servers:\nnserver: ns1.b.example\n"
            "nserver: ns2.b.example\n",
        ),
        (
            "nicit",
            "alder.it",
            "Domain: alder.it\nStatus: ok\nCreated: 2010-03-04\n\nRegistrant\n"
            "  Organization: Carl\n  Created: 2024-01-01 00:00:00\n\nNameservers\n  ns1.b.example\n"
            "  ns2.b.example\n",
        ),
        (
            "punktum",
            "alder.dk",
            "Domain: alder.dk\nDNS: alder.dk\n"
            "Registered: 2010-03-04\n\nNameservers\n"
            "Hostname: ns1.b.example\nHostname: ns2.b.example\n",
        ),
        (
            "jprs",
            "alder.jp",
            "[Domain Name]  ALDER.JP\n[Name Server]  ns1.b.example\n"
            "[Name Server]  ns2.b.example\n[Created on]  2010/03/04\n",
        ),
        (
            "registerbg",
            "alder.bg",
            "DOMAIN NAME: alder.bg\nactivated on: 04/03/2010 00:00:00 EET\n"
            "NAME SERVER INFORMATION:\nns1.b.example\nns2.b.example (192.0.2.1)\n",
        ),
        (
            "kaznic",
            "alder.kz",
            "Domain Name............: alder.kz\n\n"
            "Primary server.......: ns1.b.example\n"
            "Secondary server.....: ns2.b.example\n\n"
            "Domain created: 2010-03-04 00:00:00 (GMT+0:00)\n",
        ),
    ],
)
def test_each_layout_gives_date_and_name_servers_of_the_domain_itself(
    layout_name: str, name: str, text: str
):
    found = registration(text, name, layout_name)
    assert found.registered_at == datetime(2010, 3, 4, tzinfo=UTC)
    assert found.nameservers == {"ns1.b.example", "ns2.b.example"}


def test_an_internationalised_name_is_recognised_in_both_spellings():
    name = "xn--bcher-kva.de"
    assert read("Domain: b\u00fccher.de\nStatus: free\n", name, "denic") is NOT_FOUND
    assert read("Domain: XN--BCHER-KVA.DE\nStatus: free\n", name, "denic") is NOT_FOUND


def test_a_date_of_creation_in_the_future_is_no_date():
    text = "Domain: alder.example\nCreated: 2026-12-24\n"
    assert registration(text).registered_at is None


def test_a_name_that_the_registry_reserves_is_registered_to_nobody():
    assert registration("Reserved by the registry\n").statuses == {Status.RESERVED}


@pytest.mark.parametrize("layout_name", layout_names())
def test_an_empty_answer_is_unreadable_in_every_layout(layout_name: str):
    with pytest.raises(Unreadable):
        read("\r\n\r\n", NAME, layout_name)


@pytest.mark.parametrize(
    "answer",
    [
        b"x" * 70_000,
        b"\n" * 65_536,
        b"a:\n" * 21_000,
        b"status: ok\n" * 5_900,
        b"no match for alder.example " * 2_400,
        b"nameserver: " + b"a." * 32_000,
        b"[" * 65_536,
        b"created: " + b"9" * 65_000,
        b"Domain: " + b" " * 65_000,
        b"%" * 65_536,
        b"terms of use, line by line, that end in nothing at all for us: x\n" * 990,
        b"Name Server: ns1.alder.example, and then some words of no use\n" * 990,
        bytes(range(256)) * 256,
        ("\u0130" * 30_000).encode(),
        b"Registered on 1:1:1:" * 3_000,
    ],
    ids=lambda answer: repr(answer[:12]),
)
def test_a_monstrous_answer_is_refused_within_50_ms(answer: bytes):
    asked_for = RegistrableDomain(NAME)
    start = time.thread_time()
    try:
        found = read_whois(answer, layout=layout("plain"), asked_for=asked_for, now=NOW)
    except SourceError:
        found = None
    assert time.thread_time() - start < 0.050
    assert not isinstance(found, NotFound)


@given(
    answer=st.one_of(
        st.binary(max_size=2000),
        st.lists(
            st.sampled_from(
                [
                    *RECORD.splitlines(),
                    "Status: free",
                    "No match",
                    "Registrar:",
                    "\tName: x",
                    "Created: 99/99/9999",
                    "Expires: 294247-01-10",
                    "Domain:",
                    "[Status] ok",
                    "% % %",
                ]
            ),
            max_size=30,
        ).map(lambda lines: "\n".join(lines).encode()),
    )
)
def test_whatever_comes_nothing_but_a_source_error_leaves_the_reader(answer: bytes):
    asked_for = RegistrableDomain(NAME)
    try:
        found = read_whois(answer, layout=layout("plain"), asked_for=asked_for, now=NOW)
    except SourceError:
        return
    assert isinstance(found, Registration) or b"created" not in answer.lower()
