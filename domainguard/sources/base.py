"""What a source is, how long it may take, and the ways it can fail to answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from domainguard.core.evidence import Evidence, Outcome, SourceClass
from domainguard.core.names import RegistrableDomain


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock after which nobody waits any more."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Set a deadline this many seconds from now."""
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Give the seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())

    def within(self, seconds: float) -> Deadline:
        """Give the earlier of this deadline and one this many seconds from now."""
        return Deadline(min(self.at, time.monotonic() + seconds))


class Source(Protocol):
    """One witness. `look` never raises for anything the outside world does: it gives Evidence."""

    @property
    def name(self) -> str:
        """The short name kept with each Observation: `dns`, `rdap`, `whois`, `fastly`."""

    @property
    def source_class(self) -> SourceClass:
        """The class this witness counts for."""

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say whether this source can know anything about the domain's TLD."""

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask now and give Evidence, also when the answer is that none came."""


class SourceError(Exception):
    """A source gave no usable answer. The text says who was asked, for what, and what came."""

    outcome: ClassVar[Outcome] = Outcome.UNREADABLE
    retry_after: timedelta | None = None


class TimedOut(SourceError):
    """The deadline passed."""

    outcome = Outcome.TIMED_OUT


class Unreachable(SourceError):
    """No connection, or it broke."""

    outcome = Outcome.UNREACHABLE


class Limited(SourceError):
    """The server asks us to slow down."""

    outcome = Outcome.LIMITED

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreadable(SourceError):
    """An answer came and cannot be believed: broken, too large, or about something else."""


class Refused(SourceError):
    """Our egress policy forbids the connection, or the server refuses the question."""

    outcome = Outcome.REFUSED


class Unsupported(SourceError):
    """No server is known that could answer for this TLD."""

    outcome = Outcome.UNSUPPORTED
