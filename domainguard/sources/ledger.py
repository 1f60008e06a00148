"""Counts questions to servers and complaints from them, in one storage of the `limits` library."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter

SWEEP_SHARE = 0.7  # what is left is for people who wait for a reset mail
FIRST_BACK_OFF = 30.0  # seconds, doubled with each further complaint
LONGEST_BACK_OFF = 3600.0
JITTER = 0.25
_A_MINUTE = 60


class Errand(StrEnum):
    """Why a question is asked: for a person who waits, or in a sweep that can wait."""

    PERSON = "person"
    SWEEP = "sweep"


class Ledger:
    """Keys expire by themselves; `troubles` are what the storage raises when it is out of reach."""

    def __init__(self, storage: Storage, chance: Callable[[], float]) -> None:
        self._storage = storage
        self._windows = MovingWindowRateLimiter(storage)
        self._chance = chance
        bases = storage.base_exceptions
        self.troubles: tuple[type[Exception], ...] = (
            StorageError,
            *(bases if isinstance(bases, tuple) else (bases,)),
        )

    def take(self, server: str, errand: Errand, per_minute: int) -> timedelta | None:
        """Count one question, or give the time to wait.

        Sweeps never take the people's share. People take the sweeps' only in minutes in which no
        sweep asks: a flood of resets must not keep the others' lapses from being seen.
        """
        if self._storage.get(_closed(server)):
            return _until(self._storage.get_expiry(_closed(server)))
        for_sweeps = max(1, int(per_minute * SWEEP_SHARE))
        if errand is Errand.SWEEP:
            self._storage.clear(_sweeping(server))  # or the mark would end a minute after the first
            self._storage.incr(_sweeping(server), _A_MINUTE)
        if (wait := self._full(per_minute, "all", server)) is not None:
            return wait  # before a share is used up for nothing
        if errand is Errand.SWEEP:
            wait = self._hit(for_sweeps, "sweep", server)
        else:
            wait = self._hit(max(1, per_minute - for_sweeps), "people", server)
            if not self._storage.get(_sweeping(server)):
                wait = None
        if wait is not None:
            return wait
        return self._hit(per_minute, "all", server)

    def back_off(self, server: str, asked_for: timedelta | None) -> None:
        """Close a server for as long as it asked, or twice as long as last time, with jitter.

        A Retry-After shorter than our own step is not taken at its word: it follows a complaint.
        """
        complaints = self._storage.incr(_complaints(server), int(LONGEST_BACK_OFF))
        step = FIRST_BACK_OFF * 2 ** min(complaints - 1, 10)
        wanted = max(step, asked_for.total_seconds() if asked_for else 0.0)
        seconds = min(wanted * (1 + JITTER * self._chance()), LONGEST_BACK_OFF)
        self._storage.clear(_closed(server))
        self._storage.incr(_closed(server), int(seconds))

    def forgive(self, server: str) -> None:
        """Forget complaints, since the server answers again."""
        self._storage.clear(_complaints(server))

    def _hit(self, per_minute: int, *key: str) -> timedelta | None:
        item = RateLimitItemPerMinute(per_minute, namespace="domainguard")
        if self._windows.hit(item, *key):
            return None
        return _until(self._windows.get_window_stats(item, *key).reset_time)

    def _full(self, per_minute: int, *key: str) -> timedelta | None:
        item = RateLimitItemPerMinute(per_minute, namespace="domainguard")
        if self._windows.test(item, *key):
            return None
        return _until(self._windows.get_window_stats(item, *key).reset_time)


def _closed(server: str) -> str:
    return f"domainguard/closed/{server}"


def _sweeping(server: str) -> str:
    return f"domainguard/sweeping/{server}"


def _complaints(server: str) -> str:
    return f"domainguard/complaints/{server}"


def _until(moment: float) -> timedelta:
    # Expiring counters live on the storage's wall clock, so this is real time, not ours.
    return timedelta(seconds=max(1.0, min(moment - time.time(), LONGEST_BACK_OFF)))
