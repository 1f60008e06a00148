"""Verdict and policy: what a look does to a domain's record, and when an epoch may go up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from .evidence import SourceClass
from .fingerprint import Fingerprint, changed_fields, is_same_registration
from .lifecycle import State
from .look import SLACK
from .parking import is_parked
from .reasons import Code, Hold, HoldClass, Signal, heaviest
from .record import Act, AdverseLook, Cause, Episode, Policy, Record
from .verdict import Verdict

_IDENTITY = frozenset({"handle", "registered_at", "registrar", "ns", "mx"})
_REGISTRATION_SIGNS = frozenset({Code.NEW_HANDLE, Code.LATER_REGISTRATION, Code.LAPSE_SEEN})


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
    looked = replace(record, last_look_at=verdict.at, observed=verdict.observed)
    if record.exempt:
        return Settled(replace(_remember(looked, verdict), holds=record.holds))
    if verdict.adverse:
        return _hold(_remember(looked, verdict), verdict)
    if not verdict.conclusive:
        return Settled(replace(looked, silent=record.silent + 1, observed=record.observed))
    return _clear(_remember(looked, verdict), verdict, policy)


def _remember(record: Record, verdict: Verdict) -> Record:
    """Keep what any look that concluded something teaches."""
    troubled = (
        verdict.adverse
        or verdict.state in (State.EXPIRED, State.SUSPENDED)
        or is_parked(verdict.observed.ns)
    )
    registry_clean = verdict.conclusive and SourceClass.REGISTRY in verdict.clean
    return replace(
        record,
        state=verdict.state,
        silent=0 if verdict.conclusive else record.silent + 1,
        troubled_at=verdict.at if troubled else record.troubled_at,
        last_conclusive_at=verdict.at if verdict.conclusive else record.last_conclusive_at,
        registry_clean_at=verdict.at if registry_clean else record.registry_clean_at,
        expires_at=verdict.expires_at or record.expires_at,
    )


def _hold(record: Record, verdict: Verdict) -> Settled:
    holds = {hold.hold_class: hold for hold in record.holds}
    episodes = {each.hold_class: each for each in record.episodes}
    for hold_class in {signal.hold_class for signal in verdict.signals}:
        signals = frozenset(each for each in verdict.signals if each.hold_class is hold_class)
        holds[hold_class] = _raise(holds.get(hold_class), signals, verdict)
        look = AdverseLook(verdict.at, signals)
        running = episodes.get(hold_class)
        episodes[hold_class] = (
            replace(running, last=look) if running else Episode(hold_class, look, look)
        )
    lapsed = any(
        each.hold_class is HoldClass.LAPSE and each.source_class is SourceClass.REGISTRY
        for each in verdict.signals
    )
    after = replace(
        record,
        holds=tuple(sorted(holds.values(), key=lambda hold: hold.hold_class)),
        episodes=tuple(sorted(episodes.values(), key=lambda each: each.hold_class)),
        clean_since=None,
        lapse_seen_at=verdict.at if lapsed else record.lapse_seen_at,
    )
    return Settled(after, () if record.held else (Act.HOLD,))


def _raise(standing: Hold | None, signals: frozenset[Signal], verdict: Verdict) -> Hold:
    sources = frozenset(signal.source_class for signal in signals)
    code = heaviest(signals).code
    if standing is None:
        hold_class = heaviest(signals).hold_class
        return Hold(hold_class, code, verdict.at, sources, verdict.t0)
    # A hold that touches everybody never shrinks to one that spares the newly verified.
    t0 = verdict.t0 if standing.t0 is not None else None
    return replace(standing, code=code, sources=standing.sources | sources, t0=t0)


def _clear(record: Record, verdict: Verdict, policy: Policy) -> Settled:
    if not verdict.healthy:
        return Settled(record)  # expired, or being restored: neither adverse nor well
    calmed = replace(record, episodes=())
    if not record.held:
        return Settled(_renew_baseline(calmed, verdict))
    if not _is_as_before(record, verdict):
        return Settled(replace(calmed, clean_since=None))
    since = record.clean_since or verdict.at
    calmed = replace(calmed, clean_since=since)
    if record.under_review or verdict.at - since < policy.apart:
        return Settled(calmed)
    return _release(calmed, verdict)


def _release(record: Record, verdict: Verdict) -> Settled:
    kept = tuple(
        hold
        for hold in record.holds
        if not hold.hold_class.ends_by_itself or not hold.sources <= verdict.clean
    )
    after = replace(record, holds=kept)
    if kept:
        return Settled(after)
    healed = replace(after, clean_since=None, lapse_seen_at=None, troubled_at=None)
    return Settled(_renew_baseline(healed, verdict), (Act.RELEASE,))


def _is_as_before(record: Record, verdict: Verdict) -> bool:
    """Say whether the look shows the registration of the baseline, hosts and all.

    Where the baseline has a handle or date, one of them must be seen again.
    """
    before = record.fingerprint
    if before is None:
        return True
    same = is_same_registration(before, verdict.observed)
    shown = same is True or (same is None and not (before.handle or before.registered_at))
    return shown and not changed_fields(before, verdict.observed) & _IDENTITY


def _renew_baseline(record: Record, verdict: Verdict) -> Record:
    before = record.fingerprint or Fingerprint()
    return replace(
        record,
        fingerprint=verdict.observed.filled_from(before),
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

    Two looks at least `policy.apart` apart must agree, and the later one must carry either both
    source classes (a lapse: registry and DNS) or two independent registration signals.
    """
    if record.exempt or record.under_review:
        return None
    for cause in (Cause.CHANGE_OF_HANDS, Cause.LAPSE):
        episode = record.episode(HoldClass(cause.value))
        if episode is None or episode.bumped:
            continue
        first, last = episode.first, episode.last
        if last.at - first.at >= policy.apart and _is_enough(cause, last.signals):
            return Corroboration(cause, (first, last), _t0(record, cause), last.signals)
    return None


def _is_enough(cause: Cause, signals: frozenset[Signal]) -> bool:
    if cause is Cause.LAPSE:
        classes = {signal.source_class for signal in signals}
        return {SourceClass.REGISTRY, SourceClass.DNS} <= classes
    signs = {
        (signal.code, signal.source) for signal in signals if signal.code in _REGISTRATION_SIGNS
    }
    return len(signs) >= 2


def _t0(record: Record, cause: Cause) -> datetime | None:
    return next((hold.t0 for hold in record.holds if hold.hold_class.value == cause.value), None)


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
