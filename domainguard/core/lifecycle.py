"""The states of a domain, what each means, and which state may follow which."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from .epp import HOLDS, Status
from .evidence import Evidence, Outcome, Registration


class State(StrEnum):
    """What we concluded about a domain. A registry's own word is a status, never a state."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REDEMPTION = "redemption"
    PENDING_DELETE = "pending_delete"
    RELEASED = "released"
    REREGISTERED = "reregistered"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


MEANING = {
    State.ACTIVE: "Registered and working as before.",
    State.EXPIRED: "Past its expiry date; its owner may still renew it.",
    State.REDEMPTION: "Deleted by its registrar; only its last owner can restore it.",
    State.PENDING_DELETE: "About to be released; nobody can renew it any more.",
    State.RELEASED: "Not registered: anyone can register it.",
    State.REREGISTERED: "Registered anew, perhaps by somebody else.",
    State.SUSPENDED: "Registered, but taken out of the DNS.",
    State.UNKNOWN: "Nothing conclusive was heard yet.",
}

_ALIVE = frozenset({State.ACTIVE, State.EXPIRED, State.SUSPENDED})

# RFC 3915 and ICANN's ERRP. Some registries delete without redemption, so a living domain may go
# straight to its last days; only a name that was about to be free, or was, is registered anew.
_FROM_LIFE = _ALIVE | {State.REDEMPTION, State.PENDING_DELETE}
MAY_FOLLOW = {
    State.UNKNOWN: frozenset(State),
    State.ACTIVE: _FROM_LIFE,
    State.EXPIRED: _FROM_LIFE,
    State.SUSPENDED: _FROM_LIFE,
    State.REDEMPTION: _FROM_LIFE,
    State.PENDING_DELETE: frozenset({State.RELEASED, State.REREGISTERED}),
    State.RELEASED: frozenset({State.REREGISTERED}),
    State.REREGISTERED: _FROM_LIFE,
}


def is_usual_step(before: State, after: State) -> bool:
    """Say whether a domain can go from one state to the other without skipping a stage."""
    return after == before or after in MAY_FOLLOW[before]


def state_in_registry(evidence: Evidence, *, now: datetime) -> State:
    """Read the state off one registry answer; statuses are a set, never a first match."""
    if evidence.outcome is Outcome.NOT_FOUND:
        return State.RELEASED
    if evidence.registration is None:
        return State.UNKNOWN
    return _state_of(evidence.registration, now)


def is_being_restored(registration: Registration) -> bool:
    """Say whether the last owner is rescuing the domain from redemption (RFC 3915)."""
    return Status.PENDING_RESTORE in registration.statuses


def _state_of(registration: Registration, now: datetime) -> State:
    statuses = registration.statuses
    if Status.REDEMPTION_PERIOD in statuses or is_being_restored(registration):
        return State.REDEMPTION
    if Status.PENDING_DELETE in statuses:
        return State.PENDING_DELETE
    if statuses & HOLDS:
        return State.SUSPENDED
    if _unpaid(registration, now):
        return State.EXPIRED
    return State.ACTIVE


def _unpaid(registration: Registration, now: datetime) -> bool:
    # The registry renews by itself at expiry and moves its date a year ahead, so its date alone
    # never proves payment; the registrar's own date does, where it is published.
    dates = (registration.registrar_expires_at, registration.expires_at)
    return any(date is not None and date < now for date in dates)
