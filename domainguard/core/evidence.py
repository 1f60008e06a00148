"""Evidence: who said what about which domain, when, or why they said nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from .epp import Status


class SourceClass(StrEnum):
    """Kinds of witness. Two witnesses of one class never corroborate each other's lapse."""

    REGISTRY = "registry"  # RDAP at the domain registry, or port-43 WHOIS by our own table
    DNS = "dns"
    VENDOR = "vendor"  # a commercial status API


class Outcome(StrEnum):
    """What came of asking. Everything after NOT_FOUND is silence, each kind a fact of its own."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"  # the registry knows no such object; a resolver's NXDOMAIN is ANSWERED
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    LIMITED = "limited"  # rate limited, in any of its disguises
    UNREADABLE = "unreadable"  # an answer that is broken, oversized, or about something else
    REFUSED = "refused"  # the egress policy or the server would not have it
    UNSUPPORTED = "unsupported"  # no server is known for this TLD
    DISTRUSTED = "distrusted"  # canary failed, or the resolvers do not agree

    @property
    def speaks(self) -> bool:
        """Whether the source said something about the domain; silence never does."""
        return self in (Outcome.ANSWERED, Outcome.NOT_FOUND)


class Presence(StrEnum):
    """What the resolvers agree on for one name (RFC 1034, RFC 8020)."""

    DELEGATED = "delegated"  # NS records, or at a mail domain inside a zone: any record
    NODATA = "nodata"  # NOERROR without the records asked for: the name exists, says nothing more
    NXDOMAIN = "nxdomain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a domain registry holds about a name. Host names are A-labels without a trailing dot.

    `handle` is the ROID (RFC 5730), empty where redacted. `registrar` is `iana:<id>` where the
    registry gives the IANA id, else the name in lower case. `expires_at` is the registry's date,
    which auto-renewal moves a year ahead; `registrar_expires_at` is the registrar's own.
    """

    handle: str = ""
    registered_at: datetime | None = None
    expires_at: datetime | None = None
    registrar_expires_at: datetime | None = None
    registrar: str = ""
    statuses: frozenset[Status] = frozenset()
    nameservers: frozenset[str] = frozenset()
    signed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """What DNS says about a name, as agreed by the resolvers asked.

    `ns` and `mx` are host names, `ds` is `keytag/algorithm/digesttype/digest`, `soa` is
    `mname rname` without the serial. `null_mx` is RFC 7505. `quorum` reads "3/3".
    """

    presence: Presence
    ns: frozenset[str] = frozenset()
    mx: frozenset[str] = frozenset()
    ds: frozenset[str] = frozenset()
    soa: str = ""
    null_mx: bool = False
    quorum: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One witness about one name. `note` is our own sentence, never raw remote text.

    `lame` says that the resolvers agree on this much: none of the name's servers answers.
    """

    domain: str
    source: str
    source_class: SourceClass
    outcome: Outcome
    at: datetime
    asked: str = ""
    note: str = ""
    registration: Registration | None = None
    delegation: Delegation | None = None
    for_sale: bool = False
    lame: bool = False
    retry_after: timedelta | None = None

    @property
    def speaks(self) -> bool:
        """Whether this witness said anything about the domain."""
        return self.outcome.speaks


def registration_as_json(registration: Registration) -> dict[str, Any]:
    """Give a registration as JSON values; sets are sorted, times are ISO 8601 in UTC."""
    return {
        "handle": registration.handle,
        "registered_at": _time(registration.registered_at),
        "expires_at": _time(registration.expires_at),
        "registrar_expires_at": _time(registration.registrar_expires_at),
        "registrar": registration.registrar,
        "statuses": sorted(registration.statuses),
        "nameservers": sorted(registration.nameservers),
        "signed": registration.signed,
    }


def delegation_as_json(delegation: Delegation) -> dict[str, Any]:
    """Give a delegation as JSON values; sets are sorted."""
    return {
        "presence": delegation.presence.value,
        "ns": sorted(delegation.ns),
        "mx": sorted(delegation.mx),
        "ds": sorted(delegation.ds),
        "soa": delegation.soa,
        "null_mx": delegation.null_mx,
        "quorum": delegation.quorum,
    }


def evidence_as_json(evidence: Evidence) -> dict[str, Any]:
    """Give evidence as one JSON document, the form an Observation keeps."""
    return {
        "domain": evidence.domain,
        "source": evidence.source,
        "source_class": evidence.source_class.value,
        "outcome": evidence.outcome.value,
        "at": _time(evidence.at),
        "asked": evidence.asked,
        "note": evidence.note,
        "registration": evidence.registration and registration_as_json(evidence.registration),
        "delegation": evidence.delegation and delegation_as_json(evidence.delegation),
        "for_sale": evidence.for_sale,
        "lame": evidence.lame,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
