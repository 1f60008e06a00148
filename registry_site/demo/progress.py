"""Shows how far the demo's days have come: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import TextIO

from domainguard.models import DomainStatus

from .story import Story

_BAR = 40
_EVERY = 10


class Progress:
    """Called with the time at each stop on the way."""

    def __init__(self, story: Story, out: TextIO) -> None:
        self._story = story
        self._out = out
        self._on_terminal = out.isatty()
        self._said = 0

    def __call__(self, at: datetime) -> None:
        """Say where we are, where it is worth saying."""
        day = (at - self._story.begins).days
        if self._on_terminal:
            self._draw(day)
        elif day >= self._said + _EVERY:
            self._said = day - day % _EVERY
            self._say(f"day {self._said} of {self._story.days}: on hold: {_held()}\n")

    def _draw(self, day: int) -> None:
        full = _BAR * day // self._story.days
        bar = "#" * full + "." * (_BAR - full)
        end = "\n" if day >= self._story.days else ""
        self._say(f"\r[{bar}] day {day} of {self._story.days}, on hold: {_held()} {end}")

    def _say(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def _held() -> int:
    return DomainStatus.objects.filter(held=True).count()
