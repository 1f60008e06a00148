"""A clock that tests move by hand, and that several processes can share through a small file."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE_VARIABLE = "DOMAINGUARD_CLOCK_FILE"
DOTTED_PATH = "domainguard.testing.clock.virtual_now"


@dataclass(frozen=True, slots=True)
class _Reading:
    """A virtual moment, and the real time (seconds since 1970) since when it runs, or None."""

    at: datetime
    since: float | None = None

    def now(self) -> datetime:
        if self.since is None:
            return self.at
        return self.at + timedelta(seconds=max(0.0, time.time() - self.since))

    def as_text(self) -> str:
        return f"{self.at.isoformat()}\n{'' if self.since is None else repr(self.since)}\n"

    @classmethod
    def from_text(cls, text: str) -> _Reading:
        at, since = text.split("\n")[:2]
        return cls(datetime.fromisoformat(at), float(since) if since else None)


class VirtualClock:
    """Stands still until it is moved, or runs with real time after `run()`; it never goes back.

    With a file, every process that names the same file reads the same time. Many may read it;
    one at a time may move it.
    """

    def __init__(self, at: datetime, *, file: Path | None = None) -> None:
        self.file = file
        self._lock = threading.RLock()
        self._reading = _Reading(_utc(at))
        if file is not None and not file.exists():
            self._write(self._reading)

    def now(self) -> datetime:
        """Give the virtual time, in UTC."""
        return self._read().now()

    def advance(self, by: timedelta) -> datetime:
        """Move on by this much and give the new time; ValueError when it is negative."""
        with self._lock:
            return self.set(self.now() + by)

    def set(self, at: datetime) -> datetime:
        """Move on to this moment and give it; ValueError when it lies in the past."""
        with self._lock:
            reading = self._read()
            at, now = _utc(at), reading.now()
            if at < now:
                raise ValueError(f"the virtual clock stands at {now}: it cannot go back to {at}")
            self._write(_Reading(at, None if reading.since is None else time.time()))
            return at

    def run(self) -> None:
        """Let the clock run with real time from here on."""
        with self._lock:
            self._write(_Reading(self.now(), time.time()))

    def stop(self) -> None:
        """Let the clock stand still from here on."""
        with self._lock:
            self._write(_Reading(self.now()))

    def restart(self, at: datetime) -> None:
        """Begin anew, standing still at any moment: for the next test, which has its own story."""
        with self._lock:
            self._write(_Reading(_utc(at)))

    def _read(self) -> _Reading:
        return self._reading if self.file is None else _Reading.from_text(self.file.read_text())

    def _write(self, reading: _Reading) -> None:
        if self.file is None:
            self._reading = reading
            return
        # A reader never sees half a file: it is replaced in one step.
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        draft.write_text(reading.as_text())
        draft.replace(self.file)


class _VirtualNow:
    """Gives the time of the default clock; `virtual` says so to whoever compares clocks."""

    virtual = True

    def __call__(self) -> datetime:
        return clock.now()


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: the virtual clock takes aware times only")
    return moment.astimezone(UTC)


def _default_clock() -> VirtualClock:
    path = os.environ.get(FILE_VARIABLE)
    return VirtualClock(datetime.now(UTC), file=Path(path) if path else None)


clock = _default_clock()
virtual_now = _VirtualNow()
