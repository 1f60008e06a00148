"""Read the date forms that domain registries document for port 43, and refuse to guess."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_LONGEST = 60
_EARLIEST = 1980
_YEARS_AHEAD = 101  # registries sell at most ten years; .tm and trademarks' defenders a hundred
_MONTHS = {
    word: number
    for number, word in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_WORDS = re.compile(r"[0-9]+|[^\W0-9_]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DOTTED = re.compile(r"[0-9]{1,2}\. ?[0-9]{1,2}\. ?[0-9]{4}")  # written day first everywhere
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\b")


def read_date(text: str, *, now: datetime, order: str = "") -> datetime | None:
    """Read one date as UTC; None when it is absurd, or when day and month cannot be told apart.

    `order` is the layout's `dmy` or `mdy` for dates of three numbers. A zone given by name is
    not believed: the result is then off by some hours, which the 48 h of RULES.md 4 absorb.
    """
    text = text[:_LONGEST].lower()
    order = order or ("dmy" if _DOTTED.search(text) else "")
    day = _day(_WORDS.findall(text), order)
    if day is None or not _EARLIEST <= day[0] <= now.year + _YEARS_AHEAD:
        return None
    try:
        return datetime(*day, *_time_of_day(text), tzinfo=_zone(text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day(words: list[str], order: str) -> tuple[int, int, int] | None:
    while words and not words[0].isdigit() and words[0][:3] not in _MONTHS:
        if words[0] in ("before", "after"):
            return None
        words = words[1:]  # a weekday
    if words and words[0].isdigit() and len(words[0]) in (8, 14):
        return int(words[0][:4]), int(words[0][4:6]), int(words[0][6:8])
    words = [word for word in words if word not in ("st", "nd", "rd", "th", "of")]
    if len(words) < 3:
        return None
    if len(words[0]) == 4 and words[0].isdigit():
        return _numbers(int(words[0]), _month(words[1]), words[2])
    if not words[0].isdigit():
        return _numbers(_year(words[2:]), _month(words[0]), words[1])
    if not words[1].isdigit():
        return _numbers(_year(words[2:3]), _month(words[1]), words[0])
    return _three_numbers(words[:3], order)


def _three_numbers(words: list[str], order: str) -> tuple[int, int, int] | None:
    if len(words[2]) != 4 or not words[2].isdigit():
        return None
    first, second, year = int(words[0]), int(words[1]), int(words[2])
    if order == "dmy" or first > 12 or first == second:
        return year, second, first
    if order == "mdy" or second > 12:
        return year, first, second
    return None


def _numbers(year: int | None, month: int | None, day: str) -> tuple[int, int, int] | None:
    if year is None or month is None or not day.isdigit():
        return None
    return year, month, int(day[:3])


def _month(word: str) -> int | None:
    return int(word[:3]) if word.isdigit() else _MONTHS.get(word[:3])


def _year(words: list[str]) -> int | None:
    return next((int(word) for word in words if len(word) == 4 and word.isdigit()), None)


def _time_of_day(text: str) -> tuple[int, int, int]:
    found = _TIME.search(text)
    if found is None:
        return 0, 0, 0
    return int(found[1]), int(found[2]), int(found[3] or 0)


def _zone(text: str) -> timezone:
    # Only what stands after a time is a zone: "2014-11-01" is no offset of "-11:01".
    found = _OFFSET.search(text.partition(":")[2])
    if found is None:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(offset if found[1] == "+" else -offset)
