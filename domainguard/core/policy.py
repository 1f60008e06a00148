"""Verdict and policy: what a look does to a domain's record, and when an epoch may go up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from .episodes import DENIALS, by_class, extended, is_enough, may_be_a_mistake, unbroken
from .evidence import SourceClass
from .fingerprint import SLACK, Fingerprint, changed_fields, is_same_registration
from .lifecycle import State
from .parking import is_parked
from .reasons import Code, Hold, HoldClass, Signal, heaviest
from .record import Act, AdverseLook, Cause, Episode, Policy, Record
from .verdict import Verdict

_IDENTITY = frozenset({"handle", "registered_at", "registrar", "ns", "mx"})


@dataclass(frozen=True, slots=True)
class Settled:
    """The record after a look, and what changed for the people behind it."""

    record: Record
    acts: tuple[Act, ...] = ()


def settle(record: Record, verdict: Verdict, policy: Policy) -> Settled:
    """Apply one verdict to a record. Hold at once, release slowly, and let silence change nothing.

    An observation older than the last one changes nothing at all.
    """
    if record.last_look_at and verdict.at < record.last_look_at:
        return Settled(record)
    looked = replace(record, last_look_at=verdict.at)
    if not verdict.conclusive:
        return Settled(replace(looked, silent=record.silent + 1))
    learned = _remember(looked, verdict)
    if record.exempt:
        return Settled(_renew_baseline(learned, verdict) if verdict.healthy else learned)
    if verdict.adverse:
        return _hold(learned, verdict)
    return _clear(learned, verdict, policy)


def _remember(record: Record, verdict: Verdict) -> Record:
    """Keep what any look that concluded something teaches."""
    # A name that its registry alone denies is no name that its registrar sells.
    troubled = (
        {each.code for each in verdict.signals} - DENIALS
        or verdict.state in (State.EXPIRED, State.SUSPENDED)
        or is_parked(verdict.observed.ns)
    )
    registry_clean = SourceClass.REGISTRY in verdict.clean
    known = record if record.fingerprint else _at_first_sight(record, verdict)
    return replace(
        known,
        state=_state(record, verdict),
        silent=0,
        observed=verdict.observed,
        troubled_at=verdict.at if troubled else record.troubled_at,
        last_conclusive_at=verdict.at,
        registry_clean_at=verdict.at if registry_clean else record.registry_clean_at,
        expires_at=verdict.expires_at or record.expires_at,
        runs_out_at=verdict.runs_out_at if verdict.expires_at else record.runs_out_at,
        waivers={name: until for name, until in record.waivers.items() if until > verdict.at},
    )


def _state(record: Record, verdict: Verdict) -> State:
    # A new registration that is well by itself is still not the one people verified.
    changed = any(hold.hold_class is HoldClass.CHANGE_OF_HANDS for hold in record.holds)
    anew = changed and record.state is State.REREGISTERED and verdict.state is State.ACTIVE
    return State.REREGISTERED if anew else verdict.state


def _at_first_sight(record: Record, verdict: Verdict) -> Record:
    # What is first seen in trouble may stand on somebody's parking page: its registration is a
    # baseline, its hosts are none.
    hosts = Fingerprint() if verdict.adverse else verdict.observed
    seen = replace(verdict.observed, ns=hosts.ns, mx=hosts.mx, ds=hosts.ds, soa=hosts.soa)
    return replace(record, fingerprint=seen, baseline_at=verdict.at)


def _hold(record: Record, verdict: Verdict) -> Settled:
    holds = {hold.hold_class: hold for hold in record.holds}
    for hold_class, signals in by_class(verdict.signals).items():
        fresh = _raised(hold_class, signals, verdict)
        fresh = replace(fresh, waived_until=record.waivers.get(hold_class))
        standing = holds.get(hold_class)
        holds[hold_class] = _widened(standing, fresh) if standing else fresh
    lapsed = any(
        each.hold_class is HoldClass.LAPSE and each.source_class is SourceClass.REGISTRY
        for each in verdict.signals
    )
    after = replace(
        record,
        holds=tuple(holds[hold_class] for hold_class in sorted(holds)),
        episodes=extended(record.episodes, verdict),
        clean_since=None,
        lapse_seen_at=verdict.at if lapsed else record.lapse_seen_at,
    )
    return Settled(after, () if record.held else (Act.HOLD,))


def _raised(hold_class: HoldClass, signals: frozenset[Signal], verdict: Verdict) -> Hold:
    # A registration date says when a change of hands began; it says nothing of other troubles.
    t0 = verdict.t0 if hold_class is HoldClass.CHANGE_OF_HANDS else None
    sources = frozenset(signal.source_class for signal in signals)
    return Hold(hold_class, heaviest(signals).code, verdict.at, sources, t0)


def _widened(standing: Hold, fresh: Hold) -> Hold:
    # A hold never comes to spare anybody whom it touched before.
    t0 = max(standing.t0, fresh.t0) if standing.t0 and fresh.t0 else None
    return replace(standing, code=fresh.code, sources=standing.sources | fresh.sources, t0=t0)


def _clear(record: Record, verdict: Verdict, policy: Policy) -> Settled:
    if not verdict.healthy:  # expired, or being restored: neither adverse nor well
        rows = unbroken(record.episodes, verdict)
        return Settled(replace(record, episodes=rows, clean_since=None))
    if not record.held:
        calm = replace(record, episodes=())
        return Settled(
            calm if _is_newly_parked(record, verdict) else _renew_baseline(calm, verdict)
        )
    rows = tuple(each for each in record.episodes if _outlasts_calm(each, record))
    calmed = replace(record, episodes=rows)
    if _has_changed(record, verdict):
        return Settled(replace(calmed, clean_since=None))
    if not _answers_for_every_hold(record, verdict):
        return Settled(calmed)
    since = record.clean_since or verdict.at
    calmed = replace(calmed, clean_since=since)
    if record.under_review or verdict.at - since < policy.apart:
        return Settled(calmed)
    return _release(calmed, verdict)


def _is_newly_parked(record: Record, verdict: Verdict) -> bool:
    # Many registries show a domain nobody paid for as healthy while its registrar parks it. What
    # the owner will come back with, or a buyer replace, is the fingerprint from before.
    before = record.fingerprint
    return bool(before and is_parked(verdict.observed.ns) and not is_parked(before.ns))


def _outlasts_calm(row: Episode, record: Record) -> bool:
    # While its hold stands, a lapse that raised the epoch is one lapse, however often it flickers.
    standing = any(hold.hold_class is HoldClass.LAPSE for hold in record.holds)
    return row.bumped and row.hold_class is HoldClass.LAPSE and standing


def _has_changed(record: Record, verdict: Verdict) -> bool:
    return bool(changed_fields(_baseline(record), verdict.observed) & _IDENTITY)


def _answers_for_every_hold(record: Record, verdict: Verdict) -> bool:
    """Say whether a clean look shows the old registration, by all who raised what may end now."""
    ending = [hold for hold in record.holds if hold.hold_class.ends_by_itself]
    if not all(hold.sources <= verdict.clean for hold in ending):
        return False
    before, after = _baseline(record), verdict.observed
    same = is_same_registration(before, after)
    if same is not None:
        return same
    # Where the registry shows neither handle nor date, unchanged hosts must do; but whoever
    # registers a lapsed name can copy those.
    lapsed = any(hold.hold_class is HoldClass.LAPSE for hold in ending)
    return not _shows_identity(before) and None not in (before.ns, after.ns) and not lapsed


def _release(record: Record, verdict: Verdict) -> Settled:
    kept = tuple(hold for hold in record.holds if not hold.hold_class.ends_by_itself)
    after = replace(record, holds=kept, episodes=(), clean_since=None)
    if kept:
        return Settled(after)
    healed = replace(after, lapse_seen_at=None)
    return Settled(_renew_baseline(healed, verdict), (Act.RELEASE,))


def _baseline(record: Record) -> Fingerprint:
    return record.fingerprint or Fingerprint()


def _shows_identity(fingerprint: Fingerprint) -> bool:
    return bool(fingerprint.handle or fingerprint.registered_at)


def _renew_baseline(record: Record, verdict: Verdict) -> Record:
    before, seen = _baseline(record), verdict.observed
    if Code.AUTO_RENEW in verdict.remarks:
        # After expiry the hosts may be the registrar's page. Those of the owner stay what is
        # compared with, or who pays late would look like a stranger for ever.
        hosts = before.filled_from(seen)
        seen = replace(seen, ns=hosts.ns, mx=hosts.mx, ds=hosts.ds, soa=hosts.soa)
    return replace(
        record,
        fingerprint=seen.filled_from(before),
        baseline_at=record.baseline_at or verdict.at,
    )


@dataclass(frozen=True, slots=True)
class Corroboration:
    """Why an epoch may go up: the cause, the two looks it rests on, and when the change began."""

    cause: Cause
    looks: tuple[AdverseLook, AdverseLook]
    t0: datetime | None = None
    signals: frozenset[Signal] = field(default_factory=frozenset)


def corroborate(record: Record, policy: Policy) -> Corroboration | None:
    """Say whether the record's adverse looks are enough to raise the epoch, and why.

    A change of hands waits for a look that shows the new registration: it is the next baseline.
    """
    if record.exempt or record.under_review:
        return None
    for cause in (Cause.CHANGE_OF_HANDS, Cause.LAPSE):
        row = record.episode(HoldClass(cause.value))
        if row is None or row.bumped:
            continue
        seen = cause is Cause.LAPSE or _shows_identity(record.observed or Fingerprint())
        doubtful = may_be_a_mistake(row, record.episode(HoldClass.SUSPENSION))
        apart = policy.apart_when_denied if doubtful else policy.apart
        if seen and is_enough(cause, row.first, row.last, apart=apart):
            return Corroboration(cause, (row.first, row.last), row.last.t0, row.last.signals)
    return None


def bumped(record: Record, corroboration: Corroboration) -> Record:
    """Give the record with its epoch one higher; a new registration becomes the new baseline."""
    hold_class = HoldClass(corroboration.cause.value)
    episodes = tuple(
        replace(each, bumped=True) if each.hold_class is hold_class else each
        for each in record.episodes
    )
    after = replace(record, control_epoch=record.control_epoch + 1, episodes=episodes)
    if corroboration.cause is Cause.LAPSE or record.observed is None:
        return after
    return replace(
        after,
        fingerprint=record.observed,
        baseline_at=record.last_look_at,
        lapse_seen_at=None,
    )


def is_carried_along(verified_at: datetime | None, t0: datetime | None) -> bool:
    """Say whether an address was verified after a change began, and so is not touched by it."""
    return verified_at is not None and t0 is not None and verified_at > t0 + SLACK


def touches(hold: Hold, verified_at: datetime | None) -> bool:
    """Say whether a hold refuses an address verified at this time."""
    return not is_carried_along(verified_at, hold.t0)


class Standing(StrEnum):
    """Why an address is eligible or not; `eligible` is the only yes."""

    ELIGIBLE = "eligible"
    NOT_VERIFIED = "not_verified"
    NEVER_PROVEN = "never_proven"
    OLDER_EPOCH = "older_epoch"
    HELD = "held"


def eligible(
    *,
    verified: bool,
    verified_epoch: int | None,
    verified_at: datetime | None,
    control_epoch: int,
    holds: tuple[Hold, ...],
) -> Standing:
    """Apply the one rule to an address: verified, at the present epoch, and nothing on hold.

    `holds` are those of the trust key, the mail domain and every dependency together.
    """
    if verified_epoch is not None and verified_epoch != control_epoch:
        return Standing.OLDER_EPOCH
    if any(touches(hold, verified_at) for hold in holds):
        return Standing.HELD
    if not verified:
        return Standing.NOT_VERIFIED
    return Standing.NEVER_PROVEN if verified_epoch is None else Standing.ELIGIBLE
