"""A clock that is wrong beside the world's own, and is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domainguard.testing import clock as clocks


@dataclass
class Wrong:
    """The world's time and so much more; declared virtual, lest the database contradict it."""

    by: timedelta = timedelta(0)
    virtual = True

    def __call__(self) -> datetime:
        return clocks.clock.now() + self.by


wrong = Wrong()
