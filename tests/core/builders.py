"""Evidence, records and walks through looks, in few words. Times count in hours from NOON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from domainguard.core.epp import Status
from domainguard.core.evidence import (
    Delegation,
    Evidence,
    Outcome,
    Presence,
    Registration,
    SourceClass,
)
from domainguard.core.policy import Settled, bumped, corroborate, settle
from domainguard.core.reasons import Code, HoldClass
from domainguard.core.record import Policy, Record
from domainguard.core.verdict import Known, Verdict, conclude

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BORN = datetime(2015, 6, 1, tzinfo=UTC)
VERIFIED = datetime(2020, 1, 1, tzinfo=UTC)
DOMAIN = "maintainer.org"
NS = frozenset({"ns1.hoster.net", "ns2.hoster.net"})
MX = frozenset({"mx.hoster.net"})
OTHER_NS = frozenset({"ns1.elsewhere.net", "ns2.elsewhere.net"})
OTHER_MX = frozenset({"mx.elsewhere.net"})
PARKING_NS = frozenset({"ns1.sedoparking.com", "ns2.sedoparking.com"})
POLICY = Policy()
SILENCE = tuple(outcome for outcome in Outcome if not outcome.speaks)


def after(hours: float) -> datetime:
    return NOON + hours * HOUR


def registration(*statuses: Status, **facts) -> Registration:
    given = {
        "handle": "D1-ORG",
        "registered_at": BORN,
        "expires_at": NOON + 200 * DAY,
        "registrar": "iana:1",
        "statuses": frozenset(statuses or {Status.ACTIVE}),
        "nameservers": NS,
    }
    return Registration(**{**given, **facts})


def reregistered(at: datetime = NOON, **facts) -> Registration:
    return registration(**{"handle": "D2-ORG", "registered_at": at, **facts})


def _read(answer: Registration | Outcome) -> tuple[Outcome, Registration | None]:
    return (answer, None) if isinstance(answer, Outcome) else (Outcome.ANSWERED, answer)


def _evidence(source: str, source_class: SourceClass, outcome: Outcome, **facts) -> Evidence:
    return Evidence(
        domain=DOMAIN, source=source, source_class=source_class, outcome=outcome, at=NOON, **facts
    )


def registry(answer: Registration | Outcome | None = None, *, source: str = "rdap") -> Evidence:
    outcome, held = _read(answer or registration())
    return _evidence(source, SourceClass.REGISTRY, outcome, registration=held)


def vendor(answer: Registration | Outcome | None = None, **facts) -> Evidence:
    outcome, held = _read(answer or Outcome.ANSWERED)
    return _evidence("fastly", SourceClass.VENDOR, outcome, registration=held, **facts)


def dns(ns: Iterable[str] = NS, mx: Iterable[str] = MX, **facts) -> Evidence:
    seen = Delegation(
        **{"presence": Presence.DELEGATED, "ns": frozenset(ns), "mx": frozenset(mx), **facts}
    )
    return _evidence("dns", SourceClass.DNS, Outcome.ANSWERED, delegation=seen)


def nxdomain() -> Evidence:
    return dns((), (), presence=Presence.NXDOMAIN)


def nodata() -> Evidence:
    return dns((), (), presence=Presence.NODATA)


def silent(source_class: SourceClass, outcome: Outcome = Outcome.TIMED_OUT) -> Evidence:
    names = {SourceClass.REGISTRY: "rdap", SourceClass.DNS: "dns", SourceClass.VENDOR: "fastly"}
    return _evidence(names[source_class], source_class, outcome)


HEALTHY = (registry(), dns())
LAPSED = (registry(Outcome.NOT_FOUND), nxdomain())
REDEMPTION = (
    registry(registration(Status.PENDING_DELETE, Status.REDEMPTION_PERIOD)),
    nxdomain(),
)
RESCUE = (registry(registration(Status.PENDING_DELETE, Status.PENDING_RESTORE)), nxdomain())
UNDELEGATED = (registry(), nxdomain())
SUSPENDED = (registry(registration(Status.CLIENT_HOLD)), dns())
EXPIRED = (registry(registration(expires_at=NOON - DAY)), dns())
ANEW = (registry(reregistered()), dns())
NO_IDENTITY = registry(registration(handle="", registered_at=None))
QUIET = (silent(SourceClass.REGISTRY), silent(SourceClass.DNS))


def baseline(**facts) -> Record:
    """Give the record of a domain that was seen healthy an hour before NOON."""
    return at(Record(), HEALTHY, -1, **facts).record


def known_of(
    record: Record,
    *,
    has_registry: bool = True,
    trusted_since: datetime | None = VERIFIED,
    visible_for: timedelta = timedelta(0),
) -> Known:
    return Known(
        has_registry=has_registry,
        visible_for=visible_for,
        state=record.state,
        fingerprint=record.fingerprint,
        baseline_at=record.baseline_at,
        trusted_since=trusted_since,
        lapse_seen_at=record.lapse_seen_at,
        troubled_at=record.troubled_at,
        registry_clean_at=record.registry_clean_at,
    )


def verdict(
    evidence: Iterable[Evidence],
    record: Record | None = None,
    *,
    hours: float = 0,
    max_age: timedelta = POLICY.sweep_registry_age,
    **facts,
) -> Verdict:
    """Weigh a look at an hour against a record, by default the baseline's."""
    known = known_of(baseline() if record is None else record, **facts)
    return conclude(evidence, known, now=after(hours), registry_max_age=max_age)


def signs(look: Iterable[Evidence], **facts) -> set[tuple[Code, HoldClass, SourceClass]]:
    """Give what a look has against the domain: word, class of hold, and whose word it is."""
    seen = verdict(look, **facts).signals
    return {(each.code, each.hold_class, each.source_class) for each in seen}


def at(record: Record, evidence: Iterable[Evidence], hours: float, **facts) -> Settled:
    """Settle one look at an hour."""
    return settle(record, verdict(evidence, record, hours=hours, **facts), POLICY)


def walk(record: Record, *looks: tuple[float, Iterable[Evidence]], **facts) -> Record:
    """Settle looks in turn, and raise the epoch as soon as a row allows it."""
    for hours, evidence in looks:
        record = bump(at(record, evidence, hours, **facts).record)
    return record


def bump(record: Record) -> Record:
    corroboration = corroborate(record, POLICY)
    return bumped(record, corroboration) if corroboration else record
