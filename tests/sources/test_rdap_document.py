from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Registration
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Limited, Unreadable
from domainguard.sources.rdap_document import read_document, read_domain

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BORN = datetime(2010, 3, 4, 5, 6, 7, tzinfo=UTC)


def event(action: object, date: object) -> dict[str, object]:
    return {"eventAction": action, "eventDate": date}


def registrar(**members: Any) -> dict[str, Any]:
    return {"objectClassName": "entity", "roles": ["registrar"], **members}


def iana(identifier: object) -> list[dict[str, object]]:
    return [{"type": "IANA Registrar ID", "identifier": identifier}]


def card(name: object) -> list[Any]:
    return ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]]


BORN_EVENT = event("registration", "2010-03-04T05:06:07Z")
DOCUMENT: dict[str, Any] = {
    "objectClassName": "domain",
    "handle": "1-COM",
    "ldhName": "birch.com",
    "status": ["active"],
    "events": [BORN_EVENT],
    "entities": [registrar(publicIds=iana("292"))],
    "nameservers": [{"objectClassName": "nameserver", "ldhName": "NS1.Elm.Example."}],
    "secureDNS": {"delegationSigned": True},
}


def read(asked_for: str = "birch.com", **changes: Any) -> Registration:
    """Read the document with these members changed, or left out where they are `...`."""
    changed = {key: value for key, value in {**DOCUMENT, **changes}.items() if value is not ...}
    body = json.dumps(changed).encode()
    return read_domain(body, asked_for=RegistrableDomain(asked_for), now=NOW)


def remarks(**changes: Any) -> tuple[str, ...]:
    body = json.dumps({**DOCUMENT, **changes}).encode()
    return read_document(body, asked_for=RegistrableDomain("birch.com"), now=NOW).remarks


def test_a_whole_document_is_read():
    assert read() == Registration(
        handle="1-COM",
        registered_at=BORN,
        registrar="iana:292",
        statuses=frozenset({Status.ACTIVE}),
        nameservers=frozenset({"ns1.elm.example"}),
        signed=True,
    )


# About which domain


@pytest.mark.parametrize(
    ("asked_for", "names"),
    [
        ("birch.com", {"ldhName": "BIRCH.COM"}),
        ("birch.com", {"ldhName": "birch.com."}),
        ("birch.com", {"ldhName": ..., "unicodeName": "Birch.com"}),
        ("birch.com", {"ldhName": "", "unicodeName": "birch.com"}),
        ("birch.com", {"ldhName": None, "unicodeName": "birch.com."}),
        ("xn--bcher-kva.de", {"ldhName": "XN--BCHER-KVA.DE"}),
        ("xn--bcher-kva.de", {"ldhName": ..., "unicodeName": "bücher.de"}),
        ("xn--bcher-kva.de", {"ldhName": "bücher.de"}),
        ("birch.com", {"ldhName": "birch.com", "unicodeName": "elm.com"}),
    ],
)
def test_the_name_asked_for_is_recognised_in_any_spelling(asked_for: str, names: dict[str, Any]):
    assert read(asked_for, **names).handle == "1-COM"


@pytest.mark.parametrize(
    "names",
    [
        {"ldhName": "elm.com"},
        {"ldhName": "elm.com", "unicodeName": "birch.com"},
        {"ldhName": "www.birch.com"},
        {"ldhName": "birch.com.."},
        {"ldhName": "birch.com\x00"},
        {"ldhName": "birch.com/"},
        {"ldhName": "%NAME%"},
        {"ldhName": "b\u0456rch.com"},
        {"ldhName": "birch\udc00.com"},
        {"ldhName": "b" * 300 + ".com"},
        {"ldhName": ["birch.com"]},
        {"ldhName": {"birch.com": 1}},
        {"ldhName": 1},
        {"ldhName": True},
        {"ldhName": ...},
        {"ldhName": ..., "unicodeName": ["birch.com"]},
    ],
)
def test_a_document_that_is_not_about_the_domain_is_unreadable(names: dict[str, Any]):
    with pytest.raises(Unreadable, match=r"about another|which domain"):
        read(**names)


# Schema


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"objectClassName": "nameserver"}, "no domain object"),
        ({"objectClassName": "Domain"}, "no domain object"),
        ({"objectClassName": ["domain"]}, "no domain object"),
        ({"objectClassName": ...}, "no domain object"),
        ({"errorCode": 404}, "an error object"),
        ({"errorCode": None}, "an error object"),
        ({"status": "active"}, "its status is not a list"),
        ({"status": [["active"]]}, "its status is not a list of strings"),
        ({"status": [1]}, "its status is not a list of strings"),
        ({"status": [None]}, "its status is not a list of strings"),
        ({"status": {"active": 1}}, "its status is not a list"),
        ({"status": ["active"] * 501}, "more than 500"),
        ({"events": {}}, "its events is not a list"),
        ({"events": ["x"]}, "its events is not a list of objects"),
        ({"events": [[]]}, "its events is not a list of objects"),
        ({"events": [event(["registration"], "x")]}, "action or date is not a string"),
        ({"events": [event("registration", ["x"])]}, "action or date is not a string"),
        ({"events": [event("registration", 1267678000)]}, "action or date is not a string"),
        ({"events": [BORN_EVENT] * 10_000}, "more than 500"),
        ({"nameservers": "ns1.elm.example"}, "its nameservers is not a list"),
        ({"nameservers": ["ns1.elm.example"]}, "its nameservers is not a list of objects"),
        ({"entities": {"roles": ["registrar"]}}, "its entities is not a list"),
        ({"entities": ["registrar"]}, "its entities is not a list of objects"),
        ({"secureDNS": True}, "its secureDNS is not an object"),
        ({"secureDNS": []}, "its secureDNS is not an object"),
        ({"handle": ["1-COM"]}, "its handle is not a string"),
        ({"handle": 1}, "its handle is not a string"),
        ({"status": ..., "events": ..., "nameservers": ...}, "neither status"),
        ({"status": [], "events": [], "nameservers": []}, "neither status"),
        ({"notices": [{"type": "object truncated due to excessive load"}]}, "cut the object short"),
        ({"remarks": [{"type": "object truncated due to unexplainable reasons"}]}, "cut the obj"),
    ],
)
def test_a_document_of_another_shape_is_unreadable(changes: dict[str, Any], reason: str):
    with pytest.raises(Unreadable, match=reason):
        read(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"remarks": [{"type": "object truncated due to authorization"}]},
        {"remarks": "none", "notices": [1, None, {"title": 1, "description": [2]}]},
        {"links": "x", "port43": 1, "lang": [], "variants": {}, "redacted": 1, "network": None},
        {"entities": None, "handle": None, "secureDNS": None, "nameservers": None},
    ],
)
def test_what_is_not_read_may_have_any_shape(changes: dict[str, Any]):
    assert read(**changes).registered_at == BORN


def test_an_answer_that_a_quota_is_used_up_is_limited():
    with pytest.raises(Limited, match="quota"):
        read(notices={"title": "429", "description": "Too many requests"})


# Dates (F26)


def dates(*events: dict[str, object]) -> tuple[datetime | None, ...]:
    read_ = read(events=list(events))
    return read_.registered_at, read_.expires_at, read_.registrar_expires_at


def test_the_dates_are_kept_apart():
    assert dates(
        event("Registration", "2010-03-04T05:06:07Z"),
        event("expiration", "2027-03-04T05:06:07Z"),
        event(" registrar expiration ", "2026-03-04T05:06:07Z"),
        event("reregistration", "2025-03-04T05:06:07Z"),
        event("reinstantiation", "2025-03-05T05:06:07Z"),
        event("transfer", "2020-01-01T00:00:00Z"),
        event("last changed", "no date"),
        event("delegation check", None),
        event(None, "2020-01-01T00:00:00Z"),
        {},
    ) == (BORN, BORN.replace(year=2027), BORN.replace(year=2026))


def test_reregistration_alone_is_no_registration_date():
    assert dates(event("reregistration", "2025-03-04T05:06:07Z")) == (None, None, None)


@pytest.mark.parametrize("absent", [[], [{}], [event("registration", None)], ..., None])
def test_a_registration_date_that_is_not_stated_is_unknown(absent: object):
    assert read(events=absent).registered_at is None


@pytest.mark.parametrize(
    "date",
    [
        "2010-03-04",
        "",
        "0000-00-00T00:00:00Z",
        "1984-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "2026-11-23T12:00:01Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "294247-01-10T04:00:54.775Z",
    ],
)
def test_a_registration_date_that_cannot_be_believed_makes_the_document_inconclusive(date: str):
    with pytest.raises(Unreadable, match="registration date"):
        read(events=[event("registration", date)])


@pytest.mark.parametrize("date", ["1985-01-01T00:00:00Z", "2026-11-23T12:00:00Z"])
def test_the_bounds_of_a_registration_date_are_believed(date: str):
    assert read(events=[event("registration", date)]).registered_at


def test_the_same_registration_date_twice_is_one_date():
    assert dates(BORN_EVENT, event("registration", "2010-03-04T06:06:07+01:00"))[0] == BORN


@pytest.mark.parametrize("other", ["2026-11-01T00:00:00Z", "2001-01-01T00:00:00Z", "x"])
def test_registration_dates_that_differ_make_the_document_inconclusive(other: str):
    for events in (
        [BORN_EVENT, event("registration", other)],
        [event("registration", other), BORN_EVENT],
    ):
        with pytest.raises(Unreadable, match="contradict"):
            read(events=events)


@pytest.mark.parametrize(
    "date",
    [
        "294247-01-10T04:00:54.775Z",
        "9999-12-31T23:59:59Z",
        "",
        "1970-01-01T00:00:00Z",
    ],
)
def test_an_absurd_expiry_date_is_unknown_and_the_document_stands(date: str):
    events = [BORN_EVENT, event("expiration", date), event("registrar expiration", date)]
    assert dates(*events) == (BORN, None, None)
    assert remarks(events=events) == ("expiry dates that cannot be true: 2",)


def test_of_several_expiry_dates_the_earliest_counts():
    first = event("expiration", "2027-01-01T00:00:00Z")
    events = [event("expiration", "2028-01-01T00:00:00Z"), first, event("expiration", "x")]
    assert dates(*events)[1] == datetime(2027, 1, 1, tzinfo=UTC)


def test_an_expiry_date_leaves_room_to_reckon_with():
    far = NOW + timedelta(days=150 * 365)
    assert dates(event("expiration", far.isoformat()))[1] == far


# Status


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        (
            ["pending delete", "redemption period"],
            {Status.PENDING_DELETE, Status.REDEMPTION_PERIOD},
        ),
        (["pendingDelete"], {Status.PENDING_DELETE}),
        (["REDEMPTION PERIOD"], {Status.REDEMPTION_PERIOD}),
        (["https://icann.org/epp#serverHold", "ok"], {Status.SERVER_HOLD, Status.ACTIVE}),
        (["clientDeleteProhibited"], {Status.CLIENT_DELETE_PROHIBITED}),
        (["inactive"], {Status.INACTIVE}),
        (["active", "active", "Active"], {Status.ACTIVE}),
        (["active", "server recover prohibited", ""], {Status.ACTIVE}),
    ],
)
def test_status_words_are_read_in_any_spelling(words: list[str], statuses: set[Status]):
    assert read(status=words).statuses == statuses


def test_status_words_we_do_not_know_are_counted():
    assert remarks(status=["active", "shiny", "<b>new</b>", "shiny"]) == (
        "status words that we do not know: 2",
    )


@pytest.mark.parametrize(
    "word",
    [
        "redemption",
        "Pending Delete Restorable",
        "pending-deletion",
        "in quarantine",
        "expired",
        "deleted",
    ],
)
def test_an_unknown_status_that_speaks_of_an_end_makes_the_document_inconclusive(word: str):
    with pytest.raises(Unreadable, match="status of ending"):
        read(status=["active", word])


# Handle


@pytest.mark.parametrize(
    ("handle", "text"),
    [
        ("D123-LROR", "D123-LROR"),
        (None, ""),
        ("", ""),
        ("REDACTED FOR PRIVACY", ""),
        ("REDACTED", ""),
        ("not applicable", ""),
        ("1-COM\x00\x1b[2J\u202e\ud800", ""),
        ("\u200b1-COM\n", "1-COM"),
        ("x" * 10_000, "x" * 255),
    ],
)
def test_a_handle_is_cleaned_and_a_placeholder_is_none(handle: str | None, text: str):
    assert read(handle=handle).handle == text


# Registrar


@pytest.mark.parametrize(
    ("entities", "name"),
    [
        ([registrar(publicIds=iana("0292"))], "iana:292"),
        ([registrar(publicIds=iana(292))], "iana:292"),
        ([registrar(roles=["sponsor", "Registrar"], publicIds=iana("1"))], "iana:1"),
        ([registrar(roles="registrar", publicIds=iana("1"))], "iana:1"),
        ([registrar(vcardArray=card("Elm \x07Registrar,\n Inc."))], "elm registrar, inc."),
        ([registrar(vcardArray=card("x" * 500))], "x" * 120),
        ([registrar(handle="REG-ELM")], "reg-elm"),
        ([registrar(publicIds=iana("292a"), vcardArray=card("Elm"))], "elm"),
        ([registrar(publicIds=iana("9" * 50), vcardArray=card("Elm"))], "elm"),
        ([registrar(publicIds=[{"type": "Local ID", "identifier": "7"}], handle="E")], "e"),
        ([registrar(handle="A"), registrar(publicIds=iana("5"))], "iana:5"),
        ([registrar(vcardArray=[]), registrar(vcardArray=card("Elm"))], "elm"),
        ([{"roles": ["registrant"], "publicIds": iana("292"), "handle": "x"}], ""),
        ([{"publicIds": iana("292")}], ""),
        ([{"roles": ["technical"], "entities": [registrar(publicIds=iana("3"))]}], ""),
        ([], ""),
    ],
)
def test_the_registrar_is_its_iana_id_else_its_name_else_its_handle(
    entities: list[dict[str, Any]], name: str
):
    assert read(entities=entities).registrar == name


@pytest.mark.parametrize(
    "members",
    [
        {"publicIds": "292"},
        {"publicIds": [292, [], None, {"type": 1}, {"type": "IANA Registrar ID"}]},
        {"vcardArray": "vcard"},
        {"vcardArray": ["vcard", "fn"]},
        {"vcardArray": ["vcard", [["fn"], ["fn", {}, "text", ["a"]], "fn", 1, None]]},
        {"vcardArray": {"fn": "x"}},
        {"handle": ["x"]},
        {"roles": [["registrar"], {"registrar": 1}, None]},
    ],
)
def test_an_odd_card_of_the_registrar_is_passed_over(members: dict[str, Any]):
    assert read(entities=[registrar(**members)]).registrar == ""


# Name servers and DNSSEC


def test_name_servers_are_normalised_and_those_without_a_name_counted():
    names = ["NS1.Elm.Example", "ns1.elm.example.", "ns_2.elm.example", "bücher.example"]
    servers: list[dict[str, Any]] = [{"ldhName": name} for name in names]
    servers += [{"ldhName": odd} for odd in ("a b", "-", "10.0.0.1", None, 7, ["x"], "x" * 300)]
    servers += [{"unicodeName": "ns3.elm.example"}]
    assert read(nameservers=servers).nameservers == {
        "ns1.elm.example",
        "ns_2.elm.example",
        "xn--bcher-kva.example",
        "ns3.elm.example",
    }
    assert remarks(nameservers=servers) == ("name servers without a readable name: 7",)


@pytest.mark.parametrize(
    ("secure_dns", "signed"),
    [
        ({"delegationSigned": True}, True),
        ({"delegationSigned": False, "zoneSigned": True}, False),
        ({"zoneSigned": True}, None),
        ({"delegationSigned": "true"}, None),
        ({"delegationSigned": 1}, None),
        (None, None),
        (..., None),
    ],
)
def test_signed_is_what_the_registry_says_of_the_delegation(
    secure_dns: object, signed: bool | None
):
    assert read(secureDNS=secure_dns).signed is signed
