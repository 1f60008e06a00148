"""RDAP documents in the shapes that registries really send, written from FIELD.md 2.1."""

from __future__ import annotations

from typing import Any

ASKED_FOR = "birch.com"
_LOCKS = ["client delete prohibited", "client transfer prohibited", "client update prohibited"]
_TERMS = {
    "title": "Terms of Use",
    "description": ["Service subject to Terms of Use."],
    "links": [{"href": "https://registry.example/terms", "type": "text/html"}],
}


def _event(action: str, date: str) -> dict[str, str]:
    return {"eventAction": action, "eventDate": date}


def _server(name: str, **members: Any) -> dict[str, Any]:
    return {"objectClassName": "nameserver", "ldhName": name, **members}


def _registrar(**members: Any) -> dict[str, Any]:
    return {
        "objectClassName": "entity",
        "handle": "292",
        "roles": ["registrar"],
        "publicIds": [{"type": "IANA Registrar ID", "identifier": "292"}],
        "vcardArray": [
            "vcard",
            [["version", {}, "text", "4.0"], ["fn", {}, "text", "Elm Registrar, Inc."]],
        ],
        "entities": [
            {
                "objectClassName": "entity",
                "roles": ["abuse"],
                "vcardArray": ["vcard", [["tel", {"type": "voice"}, "uri", "tel:+1.5550100"]]],
            }
        ],
        **members,
    }


def _domain(**members: Any) -> dict[str, Any]:
    return {"rdapConformance": ["rdap_level_0"], "objectClassName": "domain", **members}


UPPER_CASE_GTLD = _domain(
    handle="2138514_DOMAIN_COM-VRSN",
    ldhName="BIRCH.COM",
    links=[{"rel": "related", "href": "https://registrar.example/domain/BIRCH.COM"}],
    status=_LOCKS,
    entities=[_registrar()],
    events=[
        _event("registration", "1997-09-15T04:00:00Z"),
        _event("expiration", "2028-09-14T04:00:00Z"),
        _event("last update of RDAP database", "2026-11-22T09:34:01Z"),
    ],
    secureDNS={"delegationSigned": True, "dsData": [{"keyTag": 1, "digest": "DEADFACE"}]},
    nameservers=[_server("NS1.BIRCH.COM"), _server("NS2.BIRCH.COM")],
    notices=[_TERMS],
)
REDACTED_GTLD = _domain(
    ldhName="birch.com",
    status=["server transfer prohibited", "auto renew period"],
    events=[
        _event("registration", "2003-10-10T01:55:12.0Z"),
        _event("expiration", "2026-10-10T01:55:12.57Z"),
        _event("registrar expiration", "2025-10-10T01:55:12.571Z"),
        _event("reregistration", "2025-10-10T01:55:12.571Z"),
    ],
    entities=[_registrar(), {"objectClassName": "entity", "roles": ["registrant"]}],
    redacted=[{"name": {"description": "Registry Domain ID"}, "method": "removal"}],
    nameservers=[_server("ns1.elm.example")],
    secureDNS={"delegationSigned": False, "zoneSigned": True},
)
IN_REDEMPTION = _domain(
    handle="10-LOL",
    ldhName="birch.com",
    status=["pending delete", "redemption period", "client hold"],
    events=[
        _event("registration", "1999-01-01T00:00:00.000Z"),
        _event("deletion", "2026-11-01T00:00:00.000Z"),
        _event("expiration", "294247-01-10T04:00:54.775Z"),
    ],
    entities=[_registrar(publicIds=[])],
)
CCTLD_WITHOUT_DATES = _domain(ldhName="birch.com.", status=["active"], nameservers=[
    _server("ns1.elm.example."),
    _server("ns2.birch.com.", ipAddresses={"v4": ["192.0.2.1"], "v6": ["2001:db8::1"]}),
])  # fmt: skip
CCTLD_WITH_OFFSETS = _domain(
    handle="birch.com",
    ldhName="birch.com",
    unicodeName="birch.com",
    status=["https://icann.org/epp#clientHold", "ok"],
    events=[_event("registration", "2004-08-30T22:55:00+02:00")],
    entities=[{"objectClassName": "entity", "handle": "REG-ELM", "roles": ["registrar"]}],
    nameservers=[_server("ns1.b\u00fccher.example", unicodeName="ns1.b\u00fccher.example")],
    fred_nsset={"handle": "NSS:ELM:1", "nameservers": [_server("ns1.elm.example")]},
)
ERROR = {"errorCode": 404, "title": "Not Found", "description": ["No such domain."]}
QUOTA = {"notices": {"title": "401 Unauthorized", "description": "Quota exceeded (31/30)"}}

SEEDS: tuple[dict[str, Any], ...] = (
    UPPER_CASE_GTLD,
    REDACTED_GTLD,
    IN_REDEMPTION,
    CCTLD_WITHOUT_DATES,
    CCTLD_WITH_OFFSETS,
    ERROR,
    QUOTA,
)
