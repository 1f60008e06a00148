"""The ways back for an address that lost its trust: which are open to whom (RULES 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .fingerprint import SLACK, Fingerprint, changed_fields, is_same_registration
from .reasons import Hold, HoldClass
from .record import Record

_CONTROL = frozenset({"handle", "registered_at", "registrar", "ns", "mx"})


class Way(StrEnum):
    """How trust comes back. Each proves the person; none rests on the lost mailbox alone."""

    SAME_REGISTRATION = "same_registration"
    SIGNED_IN = "signed_in"
    SAVED_CODE = "saved_code"
    DNS_PROOF = "dns_proof"
    CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the owner of a lost address still has.

    A second factor and saved codes count only from before the change: later ones may be those of
    whoever had the password then. `other_address` may win back the account and hangs on another
    trust key. `same_owner` says that the registration and all its hosts are as before the loss,
    `lapsed` that nothing but a lapse took the trust. `provable` is false while a hold without a
    date touches also what is proven today.
    """

    second_factor: bool = False
    other_address: bool = False
    saved_codes: bool = False
    same_owner: bool = False
    lapsed: bool = False
    provable: bool = True


def ways_open(situation: Situation) -> tuple[Way, ...]:
    """Give the ways that are open, the quickest first. The last is always there."""
    has_code = situation.other_address and situation.saved_codes
    ways = {
        Way.SAME_REGISTRATION: situation.lapsed,
        Way.SIGNED_IN: situation.second_factor and situation.provable,
        Way.SAVED_CODE: has_code and situation.provable,
        Way.DNS_PROOF: situation.same_owner,
        Way.CASE: True,
    }
    return tuple(way for way, is_open in ways.items() if is_open)


def is_as_before(before: Fingerprint | None, now: Fingerprint | None) -> bool:
    """Say whether the registry shows the same registration, and nothing of its control changed.

    Whoever buys a domain at an auction keeps its handle and date; its registrar or its hosts tell.
    """
    if before is None or now is None or is_same_registration(before, now) is not True:
        return False
    return not changed_fields(before, now) & _CONTROL


def is_spent(hold: Hold, record: Record, raised_at: datetime | None) -> bool:
    """Say whether all that a hold warns of has become an epoch: whom it touched is behind by one.

    `raised_at` is when the epoch was last raised for a change of hands. A change seen since then,
    also one that was not seen again, keeps the hold alive until people or another look settle it.
    """
    if hold.hold_class is not HoldClass.CHANGE_OF_HANDS or raised_at is None:
        return False
    row, before, seen = record.episode(hold.hold_class), record.fingerprint, record.observed
    if hold.since > raised_at or (row is not None and not row.bumped):
        return False
    return before is not None and seen is not None and is_same_registration(before, seen) is True


def began_before(moment: datetime | None, change: datetime) -> bool:
    """Say whether something is older than a change of hands, whatever clock dated that."""
    return moment is not None and moment < change - SLACK


def is_fresh_factor(age: timedelta, *, limit: timedelta) -> bool:
    """Say whether a second factor was given lately; what a wrong clock dated ahead was not."""
    return timedelta(0) <= age <= limit
