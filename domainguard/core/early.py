"""What an owner is told early of a domain: it runs out soon, is in grace, or is on hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .lifecycle import State
from .record import Record

DAYS_BEFORE = (60, 30, 7)
LASTS = timedelta(days=1)  # trouble that is over within a day is nobody's trouble
LOOK_FIRST = timedelta(hours=6)
_WORD_IS_YOUNG = timedelta(hours=26)


class Trouble(StrEnum):
    """What may stand between an owner and their domain."""

    EXPIRY = "expiry"
    GRACE = "grace"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing to tell an owner. `day` is when it ends (expiry) or began; `step` days before."""

    trouble: Trouble
    day: date
    step: int = 0

    @property
    def about(self) -> str:
        """The key under which this is told once."""
        return f"{self.trouble}:{self.day}" + (f":{self.step}" if self.step else "")


def warning_of(record: Record, *, now: datetime) -> Warning | None:
    """Give what an owner should know of now, the worst alone; None while all is well.

    A mailbox provider's renewals are no concern of who has a mailbox there. `runs_out_at` is a
    date on which something ends unless somebody renews: see `verdict`.
    """
    if record.exempt:
        return None
    if record.held:
        return held_since(min(hold.since for hold in record.holds), now=now)
    if record.state is State.EXPIRED:
        return _grace(record.expires_at, now)
    return _expiry(record, now)


def held_since(since: datetime, *, now: datetime) -> Warning | None:
    """Give the warning of a hold that has lasted for a day."""
    return Warning(Trouble.HOLD, since.date()) if now - since >= LASTS else None


def next_warning_at(record: Record, *, now: datetime, told: str) -> datetime | None:
    """Give when an owner has to be told something new; `told` is the key of what was told last."""
    current = warning_of(record, now=now)
    if current is not None and current.about != told:
        return now
    return min((each for each in _moments(record) if each > now), default=None)


def wants_word(record: Record, warn_at: datetime | None, *, now: datetime) -> bool:
    """Say whether the registry should be asked before its date is repeated to an owner."""
    if warn_at is None or record.exempt or record.held or record.state is not State.ACTIVE:
        return False
    return warn_at - now <= LOOK_FIRST and not is_word_young(record, now=now)


def is_word_young(record: Record, *, now: datetime) -> bool:
    """Say whether the registry was heard lately enough to repeat its date to anybody."""
    heard = record.registry_clean_at
    return heard is not None and now - heard <= _WORD_IS_YOUNG


def _grace(expired_at: datetime | None, now: datetime) -> Warning | None:
    if expired_at is None or now - expired_at < LASTS:
        return None
    return Warning(Trouble.GRACE, expired_at.date())


def _expiry(record: Record, now: datetime) -> Warning | None:
    ends = record.runs_out_at
    if ends is None or ends <= now or record.state is not State.ACTIVE:
        return None
    steps = [step for step in DAYS_BEFORE if ends - now <= timedelta(days=step)]
    return Warning(Trouble.EXPIRY, ends.date(), min(steps)) if steps else None


def _moments(record: Record) -> list[datetime]:
    if record.exempt:
        return []
    if record.held:
        return [min(hold.since for hold in record.holds) + LASTS]
    if record.state is State.EXPIRED:
        return [record.expires_at + LASTS] if record.expires_at else []
    ends = record.runs_out_at
    return [ends - timedelta(days=step) for step in DAYS_BEFORE] if ends else []
