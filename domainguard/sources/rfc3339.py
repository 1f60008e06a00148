"""Reads the dates of RFC 3339 exactly as far as they can be believed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]"
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))?"
)


def read_date_time(text: str) -> datetime | None:
    """Read a time in UTC; None where the text is no RFC 3339 time or lies beyond `datetime`.

    A time without a zone, as several servers send it, is read as UTC: it may be half a day wrong,
    and every rule that compares dates allows for two days. A leap second counts as the second
    before it, digits beyond the microsecond are dropped.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, sign, hours, minutes = match.groups()[6:]
    micro = int((fraction or "").ljust(6, "0")[:6])
    try:
        zone = _zone(sign, int(hours), int(minutes)) if sign else UTC
        local = datetime(year, month, day, hour, minute, min(second, 59), micro, zone)
        return local.astimezone(UTC) if second <= 60 else None
    except (ValueError, OverflowError):
        return None


def _zone(sign: str, hours: int, minutes: int) -> timezone:
    if hours > 23 or minutes > 59:
        raise ValueError("no such offset")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset)
