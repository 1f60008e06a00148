"""When to look at a domain again, and how deep."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from .lifecycle import State
from .reasons import HoldClass
from .record import Policy, Record

DAILY = timedelta(days=1)
# A hold ends six hours after the first clean look: so it outlasts its reason by 18 h at most.
_WHILE_HELD = timedelta(hours=12)
_BACK_OFF = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_BEFORE_EXPIRY = timedelta(days=30)
_AFTER_EXPIRY = timedelta(days=100)
_JITTER = 0.1
_RAISES_EPOCH = frozenset({HoldClass.LAPSE, HoldClass.CHANGE_OF_HANDS})


class Depth(StrEnum):
    """How much a scheduled look asks: one resolver in rotation, or every source there is."""

    TRIAGE = "triage"
    FULL = "full"


def next_check_at(record: Record, *, now: datetime, policy: Policy, spread: float) -> datetime:
    """Give the time of the next scheduled look.

    `spread` is a number in [0, 1) that the caller draws for the domain; it moves looks that rest
    on a guess (back-off, the rounds of a day) by up to a tenth, so that they do not come in herds.
    """
    if record.silent:
        wait = _BACK_OFF[min(record.silent, len(_BACK_OFF)) - 1]
        return now + wait * (1 + _JITTER * spread)
    if _wants_confirmation(record):
        return now + policy.apart
    wait = _WHILE_HELD if _may_be_over_soon(record) else DAILY
    return now + wait * (1 - _JITTER * spread)


def weight(impact: int, sole_owner: bool, has_second_factor: bool) -> int:
    """Give how much an account weighs: double when nobody else owns it, or no factor guards it."""
    return impact * (2 if sole_owner else 1) * (1 if has_second_factor else 2)


def _wants_confirmation(record: Record) -> bool:
    """Say whether a look six hours from now could settle something."""
    if record.under_review:
        return False
    waiting = any(
        not each.bumped and (each.hold_class in _RAISES_EPOCH or each.first.at == each.last.at)
        for each in record.episodes
    )
    clearing = record.clean_since is not None and any(
        hold.hold_class.ends_by_itself for hold in record.holds
    )
    return waiting or clearing


def _may_be_over_soon(record: Record) -> bool:
    """Say whether an owner may set right today what the domain is on hold for."""
    if record.under_review or record.state is State.RELEASED:
        return False
    return any(hold.hold_class.ends_by_itself for hold in record.holds)


def depth(record: Record, *, now: datetime, policy: Policy, visible_for: timedelta) -> Depth:
    """Say how deep the look that is due now must go.

    Any unhealthy state, a hold, silence before, a registry answer older than a week, or the time
    around the recorded expiry asks for every source; else one resolver is enough. Where a loss
    shows at the registry for less than a week before anybody can register (`visible_for`), the
    registry is asked every three days: who registers a name may copy its hosts.
    """
    if record.state is not State.ACTIVE or record.held or record.silent:
        return Depth.FULL
    if record.fingerprint is None or record.last_conclusive_at is None:
        return Depth.FULL
    age = policy.sweep_registry_age
    if visible_for < age:
        age = policy.unseen_loss_age
    if now - (record.registry_clean_at or record.last_conclusive_at) >= age:
        return Depth.FULL
    return Depth.FULL if _near_expiry(record.expires_at, now) else Depth.TRIAGE


def _near_expiry(expires_at: datetime | None, now: datetime) -> bool:
    return expires_at is not None and -_BEFORE_EXPIRY <= now - expires_at <= _AFTER_EXPIRY


def needs_a_person(record: Record, *, now: datetime, policy: Policy, has_registry: bool) -> bool:
    """Say whether a hold has lasted too long that automation cannot settle.

    That is any hold on a domain no registry source covers, and a hold on one that looks active
    although nothing clears it: its hosts are new, its registry shows no identity, or witnesses
    contradict each other.
    """
    stuck = record.state is State.ACTIVE and record.clean_since is None
    if record.under_review or (has_registry and not stuck):
        return False
    waiting = [hold for hold in record.holds if hold.hold_class is not HoldClass.STAFF]
    if has_registry:
        waiting = [hold for hold in waiting if hold.hold_class.ends_by_itself]
    return any(now - hold.since >= policy.unobserved_hold for hold in waiting)
