"""What a person's word does to a domain's record: hold it, clear it, override its holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from .fingerprint import Fingerprint, is_same_registration
from .reasons import Code, Hold, HoldClass
from .record import Record

# A lapse and a change of hands are how an account is taken over: who waives them gives trust.
TAKEOVERS = frozenset({HoldClass.LAPSE, HoldClass.CHANGE_OF_HANDS})


def held(record: Record, *, at: datetime) -> Record:
    """Put a domain on hold by staff's word; one such hold is enough."""
    if any(hold.hold_class is HoldClass.STAFF for hold in record.holds):
        return record
    hold = Hold(HoldClass.STAFF, Code.HELD_BY_STAFF, at, frozenset())
    return replace(record, holds=(*record.holds, hold), clean_since=None)


def cleared(record: Record, *, at: datetime) -> Record:
    """End every hold, and take the domain as it was last seen for what it should be.

    The epoch stays: who lost trust by a rise of it has not got it back. A lapse that raised the
    epoch is remembered until a clean look, so that it is one lapse also for who looks next.
    """
    return replace(
        record,
        holds=(),
        episodes=tuple(each for each in record.episodes if each.bumped),
        fingerprint=_as_seen(record),
        baseline_at=record.baseline_at or at,
        clean_since=None,
        lapse_seen_at=None,
        under_review=False,
    )


def overridden(record: Record, *, until: datetime) -> Record:
    """Let the holds of the present classes refuse nobody until then; looks and epochs go on."""
    classes = {hold.hold_class for hold in record.holds if hold.hold_class is not HoldClass.STAFF}
    return _waived(record, dict.fromkeys(classes, until))


def not_overridden(record: Record) -> Record:
    """Let every hold refuse again."""
    return _waived(record, {})


def gives_trust(record: Record, *, bumped_at: datetime | None) -> bool:
    """Say whether ending the holds would trust people whom a takeover may have touched.

    It would not where the epoch has gone up since the hold began: that stays.
    """
    before, after = record.fingerprint or Fingerprint(), record.observed or Fingerprint()
    if is_same_registration(before, after) is False:
        return True
    risky = [hold for hold in record.holds if hold.hold_class in TAKEOVERS]
    return any(bumped_at is None or bumped_at < hold.since for hold in risky)


def _as_seen(record: Record) -> Fingerprint | None:
    if record.observed is None:
        return record.fingerprint
    return record.observed.filled_from(record.fingerprint or Fingerprint())


def _waived(record: Record, waivers: dict[HoldClass, datetime]) -> Record:
    holds = tuple(replace(hold, waived_until=waivers.get(hold.hold_class)) for hold in record.holds)
    return replace(record, holds=holds, waivers=MappingProxyType(waivers))
