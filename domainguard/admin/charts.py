"""Draws charts as plain shapes for inline SVG: the template writes them, a style sheet paints them.

All lengths are in the units of the drawing's own `viewBox`; nothing here is text from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 400, 130
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 392, 12, 104
_ROOM = 30  # for a number like 10-12
BAR = 100  # the longest bar of a table


@dataclass(frozen=True, slots=True)
class Tick:
    """A label beside an axis, and where it stands."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line over days. `points` is for a polyline, `area` for the shape below it."""

    points: str
    area: str
    last: tuple[float, float]
    across: Sequence[Tick]
    down: Sequence[Tick]


def line(values: Sequence[tuple[date, int]]) -> Line | None:
    """Draw counts over days from zero up; None for fewer than two days, which make no line."""
    if len(values) < 2:
        return None
    top = _round_up(max(count for _, count in values))
    first, days = values[0][0], (values[-1][0] - values[0][0]).days or 1
    spots = [(_x((day - first).days / days), _y(count / top)) for day, count in values]
    points = " ".join(f"{x:g},{y:g}" for x, y in spots)
    area = f"{spots[0][0]:g},{_BOTTOM} {points} {spots[-1][0]:g},{_BOTTOM}"
    return Line(points, area, spots[-1], _days(values), _counts(top))


def lengths(counts: Sequence[int]) -> list[float]:
    """Give how long the bar of each count is; what is not nothing is never too short to see."""
    top = max(counts, default=0)
    return [max(round(BAR * count / top, 1), 1.5) if count else 0 for count in counts]


def spots(moments: Sequence[float]) -> list[float]:
    """Spread moments over the width in their order, each with room for a number below it.

    The distances follow the time where there is room.
    """
    if not moments:
        return []
    length = (moments[-1] - moments[0]) or 1
    found = [_x((each - moments[0]) / length) for each in moments]
    room = min(_ROOM, (_RIGHT - _LEFT) / max(len(found) - 1, 1))
    for index in range(1, len(found)):
        found[index] = max(found[index], found[index - 1] + room)
    found[-1] = min(found[-1], _RIGHT)
    for index in range(len(found) - 1, 0, -1):
        found[index - 1] = min(found[index - 1], found[index] - room)
    return found


def _x(share: float) -> float:
    return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def _y(share: float) -> float:
    return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _days(values: Sequence[tuple[date, int]]) -> list[Tick]:
    first, last = values[0][0], values[-1][0]
    return [Tick(_LEFT, f"{first:%Y-%m-%d}"), Tick(_RIGHT, f"{last:%Y-%m-%d}")]


def _counts(top: int) -> list[Tick]:
    shown = [0, top] if top % 2 else [0, top // 2, top]
    return [Tick(_y(count / top), f"{count:,}") for count in shown]


def _round_up(count: int) -> int:
    """Give the next number that a reader finds round, at least 2."""
    size = 1
    while size * 10 < count:
        size *= 10
    return next(size * step for step in (2, 4, 6, 8, 10) if size * step >= count)
