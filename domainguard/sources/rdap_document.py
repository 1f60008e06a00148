"""Reads an RDAP domain object (RFC 9083) into a Registration, or says why it cannot be believed.

Pure: bytes and the time go in. Only what a domain registry says of the domain itself is read;
links are not followed, and the states and dates of contacts and hosts are not the domain's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domainguard.core.epp import Status, read_status
from domainguard.core.evidence import Registration
from domainguard.core.names import NameRefused, RegistrableDomain, parse_host

from .base import Limited, Unreadable
from .rdap_dates import read_dates
from .rdap_limits import has_quota_notice
from .rdap_registrar import clean, read_registrar
from .strict_json import read_object

_MOST_ENTRIES = 500
_LONGEST_HANDLE = 255
_ENDING = re.compile(r"redemption|pendingdelet|quarantine|expire|deleted")
_CUT_SHORT = ("object truncated due to excessive load", "object truncated due to unexplainable")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says, and in our own words what of it was left aside."""

    registration: Registration
    remarks: tuple[str, ...]


def read_domain(body: bytes, *, asked_for: RegistrableDomain, now: datetime) -> Registration:
    """Read an RDAP answer about a domain; raises Unreadable, or Limited for a quota notice."""
    return read_document(body, asked_for=asked_for, now=now).registration


def read_document(body: bytes, *, asked_for: RegistrableDomain, now: datetime) -> Reading:
    """Read an RDAP answer and keep what was ignored in it; raises as `read_domain` does."""
    document = read_object(body)
    _check_is_domain(document)
    _check_name(document, asked_for)
    statuses, unknown = _statuses(document)
    nameservers, unnamed = _nameservers(document)
    dates = read_dates(_objects(document, "events"), now=now)
    if not (statuses or unknown or nameservers or dates.registered_at):
        raise Unreadable("it states neither status nor registration date nor name server")
    registration = Registration(
        handle=_handle(document),
        registered_at=dates.registered_at,
        expires_at=dates.expires_at,
        registrar_expires_at=dates.registrar_expires_at,
        registrar=read_registrar(_objects(document, "entities")),
        statuses=statuses,
        nameservers=nameservers,
        signed=_signed(document),
    )
    return Reading(registration, _remarks(unknown, unnamed, dates.ignored))


def _check_is_domain(document: Mapping[str, Any]) -> None:
    if has_quota_notice(document):
        raise Limited("it carries a notice that a quota is used up")
    if "errorCode" in document:
        raise Unreadable("it is an error object")
    if document.get("objectClassName") != "domain":
        raise Unreadable("it is no domain object")
    for member in ("notices", "remarks"):
        value = document.get(member)
        for notice in value if isinstance(value, list) else ():
            if isinstance(notice, dict) and str(notice.get("type")).startswith(_CUT_SHORT):
                raise Unreadable("the server says that it cut the object short")


def _check_name(document: Mapping[str, Any], asked_for: RegistrableDomain) -> None:
    name = document.get("ldhName") or document.get("unicodeName")
    if not isinstance(name, str):
        raise Unreadable("it does not say which domain it is about")
    if _host(name) != asked_for:
        raise Unreadable("it is about another domain")


def _statuses(document: Mapping[str, Any]) -> tuple[frozenset[Status], int]:
    """Give the status words we know and the number of those we do not."""
    words = _list(document, "status")
    if not all(isinstance(word, str) for word in words):
        raise Unreadable("its status is not a list of strings")
    known = {word: read_status(word) for word in words}
    unknown = [word for word, status in known.items() if status is None]
    if any(_ENDING.search(re.sub(r"[^a-z]", "", word.lower())) for word in unknown):
        # To ignore it would be to call a domain healthy that may be on its way out.
        raise Unreadable("it has a status of ending in a spelling we do not know")
    return frozenset(status for status in known.values() if status), len(unknown)


def _nameservers(document: Mapping[str, Any]) -> tuple[frozenset[str], int]:
    """Give the hosts that have a readable name and the number of those that do not."""
    names = [
        server.get("ldhName") or server.get("unicodeName")
        for server in _objects(document, "nameservers")
    ]
    hosts = [_host(name) if isinstance(name, str) else "" for name in names]
    return frozenset(filter(None, hosts)), hosts.count("")


def _handle(document: Mapping[str, Any]) -> str:
    handle = document.get("handle")
    if not isinstance(handle, str | None):
        raise Unreadable("its handle is not a string")
    text = clean(handle or "", _LONGEST_HANDLE)
    # A ROID has no spaces (RFC 5730): that is "REDACTED FOR PRIVACY", "not applicable" or the like.
    is_placeholder = " " in text or text.lower().startswith("redacted")
    return "" if is_placeholder else text


def _signed(document: Mapping[str, Any]) -> bool | None:
    secure_dns = document.get("secureDNS")
    if not isinstance(secure_dns, dict | None):
        raise Unreadable("its secureDNS is not an object")
    signed = (secure_dns or {}).get("delegationSigned")
    return signed if isinstance(signed, bool) else None


def _host(text: str) -> str:
    """Give the A-label form, empty for what is no host name."""
    try:
        return parse_host(text)
    except NameRefused:
        return ""


def _objects(document: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    entries = _list(document, member)
    if not all(isinstance(entry, dict) for entry in entries):
        raise Unreadable(f"its {member} is not a list of objects")
    return entries


def _list(document: Mapping[str, Any], member: str) -> list[Any]:
    value = document.get(member)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"its {member} is not a list")
    if len(value) > _MOST_ENTRIES:
        raise Unreadable(f"its {member} has more than {_MOST_ENTRIES} entries")
    return value


def _remarks(unknown_statuses: int, unnamed_servers: int, ignored_dates: int) -> tuple[str, ...]:
    counted = (
        (unknown_statuses, "status words that we do not know"),
        (unnamed_servers, "name servers without a readable name"),
        (ignored_dates, "expiry dates that cannot be true"),
    )
    return tuple(f"{what}: {count}" for count, what in counted if count)
