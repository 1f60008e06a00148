"""RDAP documents (RFC 9083) written from facts, in the shape of the registry that answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from domainguard.core.epp import Status
from domainguard.simulation.lives import Facts
from domainguard.simulation.rdap_shapes import Shape

RDAP_TYPE = "application/rdap+json"
_CONFORMANCE = ["rdap_level_0", "icann_rdap_response_profile_1", "redacted"]
_EPP_WORDS = {Status.ACTIVE: "ok", Status.ASSOCIATED: "linked"}


def domain_document(domain: str, facts: Facts, shape: Shape, *, now: datetime) -> bytes:
    """Write the answer for a registered domain."""
    name = _spelled(domain, shape) + ("." if shape.name_dot else "")
    document: dict[str, Any] = {
        "rdapConformance": _CONFORMANCE,
        "objectClassName": "domain",
        "ldhName": name,
        "status": [_word(status, shape) for status in sorted(facts.statuses)],
        "events": list(_events(facts, shape, now)),
        "entities": [_registrar(facts, shape)],
        "nameservers": [_nameserver(host, shape) for host in facts.ns],
        "secureDNS": _secure_dns(facts),
        "notices": [_NOTICE],
    }
    if shape.handle:
        document["handle"] = facts.handle
    else:
        document["redacted"] = [_REDACTED_HANDLE]
    return json.dumps(document).encode()


def error_document(status: int, title: str, text: str) -> bytes:
    """Write an error answer (RFC 9083 section 6)."""
    document = {
        "rdapConformance": ["rdap_level_0"],
        "errorCode": status,
        "title": title,
        "description": [text],
    }
    return json.dumps(document).encode()


def help_document() -> bytes:
    """Write the answer to /help (RFC 9082 section 3.1.6)."""
    return json.dumps({"rdapConformance": ["rdap_level_0"], "notices": [_NOTICE]}).encode()


_NOTICE = {
    "title": "A small internet",
    "description": ["This registry is made up. It answers on loopback, for tests."],
}
_REDACTED_HANDLE = {
    "name": {"description": "Registry Domain ID"},
    "prePath": "$.handle",
    "method": "removal",
}


def _events(facts: Facts, shape: Shape, now: datetime) -> Iterator[dict[str, str]]:
    redemption = Status.REDEMPTION_PERIOD in facts.statuses
    if shape.dates_in_redemption or not redemption:
        for action, moment in _moments(facts, shape):
            if moment is not None:
                yield {"eventAction": action, "eventDate": shape.dates.write(moment)}
    yield {
        "eventAction": "last update of RDAP database",
        "eventDate": shape.dates.write(now),
    }


def _moments(facts: Facts, shape: Shape) -> Iterator[tuple[str, datetime | None]]:
    yield "registration", facts.registered_at
    if shape.expiration:
        yield "expiration", facts.expires_at
    if shape.registrar_expiration:
        yield "registrar expiration", facts.registrar_expires_at
    if shape.renewal_event:
        yield shape.renewal_event, facts.renewed_at
    yield "transfer", facts.transferred_at
    changes = (facts.registered_at, facts.renewed_at, facts.transferred_at)
    yield "last changed", max((each for each in changes if each), default=None)


def _registrar(facts: Facts, shape: Shape) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "objectClassName": "entity",
        "handle": str(facts.registrar) if shape.iana_id else f"TAG-{facts.registrar}",
        "roles": ["registrar"],
        "vcardArray": [
            "vcard",
            [
                ["version", {}, "text", "4.0"],
                ["fn", {}, "text", f"Registrar {facts.registrar} Ltd"],
            ],
        ],
    }
    if shape.iana_id:
        entity["publicIds"] = [{"type": "IANA Registrar ID", "identifier": str(facts.registrar)}]
    return entity


def _nameserver(host: str, shape: Shape) -> dict[str, str]:
    name = _spelled(host, shape) + ("." if shape.host_dots else "")
    return {"objectClassName": "nameserver", "ldhName": name}


def _secure_dns(facts: Facts) -> dict[str, Any]:
    if not facts.ds:
        return {"delegationSigned": False}
    return {"delegationSigned": True, "dsData": [_ds_data(each) for each in facts.ds]}


def _ds_data(ds: str) -> dict[str, Any]:
    tag, algorithm, digest_type, digest = ds.split("/")
    return {
        "keyTag": int(tag),
        "algorithm": int(algorithm),
        "digestType": int(digest_type),
        "digest": digest,
    }


def _spelled(name: str, shape: Shape) -> str:
    return name.upper() if shape.upper_case else name


def _word(status: Status, shape: Shape) -> str:
    if not shape.epp_words:
        return status.value
    first, *rest = status.value.split(" ")
    return _EPP_WORDS.get(status, first + "".join(word.capitalize() for word in rest))
