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
        ("Registered on these pages are names\nDomain: alder.example", "prose, not a date"),
        ("Status: unavailable", "the state of the server, for all we know"),
        ("Status: free", "the same"),
        ("Remarks: No match", "a phrase in somebody's field"),
        ("Registrant:\n  No match for birch.example\n", "a phrase in somebody's address"),
    ],
)
def test_what_proves_nothing_is_unreadable(text: str, why: str):
    with pytest.raises(Unreadable):
        read(text)


def test_an_internationalised_name_is_recognised_in_both_spellings():
    name = "xn--bcher-kva.de"
    assert read("Domain: b\u00fccher.de\nStatus: free\n", name, "denic") is NOT_FOUND
    assert read("Domain: XN--BCHER-KVA.DE\nStatus: free\n", name, "denic") is NOT_FOUND


def test_a_date_of_creation_in_the_future_is_no_date():
    text = "Domain: alder.example\nCreated: 2026-12-24\n"
    assert registration(text).registered_at is None


def test_a_redacted_handle_is_no_handle():
    record = RECORD.replace("D4711-EX", "REDACTED FOR PRIVACY")
    assert registration(record).handle == ""


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
