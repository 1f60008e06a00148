"""The fingerprint of a registration: is it still the same one, and what about it has changed?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from .evidence import Delegation, Evidence, Presence, Registration, SourceClass

SLACK = timedelta(hours=48)  # absorbs date-only registries and time zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What makes a registration recognisable. None or empty means: not known.

    `mx` is None where it was never asked, and an empty set where the domain has no MX.
    """

    handle: str = ""
    registered_at: datetime | None = None
    registrar: str = ""
    ns: frozenset[str] | None = None
    mx: frozenset[str] | None = None
    ds: frozenset[str] | None = None
    soa: str = ""

    def filled_from(self, other: Fingerprint) -> Fingerprint:
        """Give this fingerprint with its unknown fields taken from another."""
        missing = {
            field.name: getattr(other, field.name)
            for field in fields(self)
            if _unknown(getattr(self, field.name))
        }
        return replace(self, **missing)


def changed_fields(before: Fingerprint, after: Fingerprint) -> frozenset[str]:
    """Name the fields known in both fingerprints that differ."""
    return frozenset(
        field.name
        for field in fields(before)
        if not _unknown(old := getattr(before, field.name))
        and not _unknown(new := getattr(after, field.name))
        and _differ(old, new)
    )


def _differ(old: object, new: object) -> bool:
    # RDAP dates a registration to the second, port-43 WHOIS often to the day, in some time zone.
    if isinstance(old, datetime) and isinstance(new, datetime):
        return abs(new - old) > SLACK
    return old != new


def is_unchanged(before: Fingerprint | None, triage: Evidence) -> bool:
    """Say whether a triage shows NS, MX and SOA as they were; silence and absence do not."""
    seen = triage.delegation
    if before is None or seen is None or not triage.speaks:
        return False
    if seen.presence is not Presence.DELEGATED:
        return False
    return (seen.ns, seen.mx, seen.soa) == (before.ns, before.mx, before.soa)


def is_same_registration(before: Fingerprint, after: Fingerprint) -> bool | None:
    """Say whether both describe one registration; None when neither handle nor date can tell.

    RFC 5730 gives every object a handle of its own when it is created, and EPP keeps the
    creation date over transfers: either one that differs means deleted and created again. Dates
    no more than 48 h apart are one date.
    """
    changed = changed_fields(before, after)
    if changed & {"handle", "registered_at"}:
        return False
    comparable = (before.handle and after.handle) or (before.registered_at and after.registered_at)
    return True if comparable else None


def fingerprint_of(evidence: Iterable[Evidence]) -> Fingerprint:
    """Take the fingerprint that these witnesses show together; registry facts only from it.

    Witnesses who did not speak show nothing, whatever they carry.
    """
    seen = Fingerprint()
    spoke = (each for each in evidence if each.speaks)
    for witness in sorted(spoke, key=lambda each: (each.source, each.asked)):
        if witness.source_class is SourceClass.REGISTRY and witness.registration:
            seen = seen.filled_from(_from_registration(witness.registration))
        if witness.source_class is SourceClass.DNS and witness.delegation:
            seen = seen.filled_from(_from_delegation(witness.delegation))
    return seen


def _from_registration(registration: Registration) -> Fingerprint:
    return Fingerprint(
        handle=registration.handle,
        registered_at=registration.registered_at,
        registrar=registration.registrar,
    )


def _from_delegation(delegation: Delegation) -> Fingerprint:
    if delegation.presence is Presence.NXDOMAIN:
        return Fingerprint()
    return Fingerprint(ns=delegation.ns, mx=delegation.mx, ds=delegation.ds, soa=delegation.soa)


def fingerprint_as_json(fingerprint: Fingerprint | None) -> dict[str, Any] | None:
    """Give a fingerprint as JSON values; sets are sorted."""
    if fingerprint is None:
        return None
    return {
        "handle": fingerprint.handle,
        "registered_at": fingerprint.registered_at and fingerprint.registered_at.isoformat(),
        "registrar": fingerprint.registrar,
        **{name: _sorted(getattr(fingerprint, name)) for name in ("ns", "mx", "ds")},
        "soa": fingerprint.soa,
    }


def fingerprint_from_json(kept: dict[str, Any] | None) -> Fingerprint | None:
    """Read back what `fingerprint_as_json` gave."""
    if kept is None:
        return None
    registered_at = kept["registered_at"]
    return Fingerprint(
        handle=kept["handle"],
        registered_at=datetime.fromisoformat(registered_at) if registered_at else None,
        registrar=kept["registrar"],
        soa=kept["soa"],
        **{name: _frozen(kept[name]) for name in ("ns", "mx", "ds")},
    )


def _unknown(value: object) -> bool:
    return value is None or value == ""


def _sorted(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _frozen(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)
