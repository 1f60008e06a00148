"""Reads the events of an RDAP domain object (RFC 9083 section 4.5) as far as they can be believed.

Only `registration`, `expiration` and `registrar expiration` are read. `reregistration` is not:
one large registry writes it at every renewal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .base import Unreadable
from .rfc3339 import read_date_time

_FIRST_DOMAIN = datetime(1985, 1, 1, tzinfo=UTC)
_CLOCK_SLACK = timedelta(days=1)
_LONGEST_TERM = timedelta(days=150 * 365)


@dataclass(frozen=True, slots=True)
class Dates:
    """The three dates in UTC; `ignored` counts expiry dates that were stated and not believed."""

    registered_at: datetime | None
    expires_at: datetime | None
    registrar_expires_at: datetime | None
    ignored: int


def read_dates(events: Iterable[Mapping[str, Any]], *, now: datetime) -> Dates:
    """Read the dates from the list of events; raises Unreadable."""
    stated: dict[str, list[str]] = {}
    for event in events:
        action, date = event.get("eventAction"), event.get("eventDate")
        if not isinstance(action, str | None) or not isinstance(date, str | None):
            raise Unreadable("it has an event whose action or date is not a string")
        if action and date is not None:
            stated.setdefault(action.strip().lower(), []).append(date)
    expires, ignored = _earliest(stated.get("expiration", ()), now)
    registrar_expires, more_ignored = _earliest(stated.get("registrar expiration", ()), now)
    registered = _registration(stated.get("registration", ()), now)
    return Dates(registered, expires, registrar_expires, ignored + more_ignored)


def _registration(texts: Iterable[str], now: datetime) -> datetime | None:
    """Give the one registration date, None where none is stated; raises Unreadable.

    Re-registration is told by this date. One that is stated but not believed, or two that differ,
    make the whole document inconclusive: the older one would hide a stranger, the newer one would
    accuse the owner.
    """
    dates = {read_date_time(text) for text in texts}
    if len(dates) > 1:
        raise Unreadable("it states registration dates that contradict each other")
    for date in dates:
        if date is None:
            raise Unreadable("it states a registration date that is no RFC 3339 time")
        if not _FIRST_DOMAIN <= date <= now + _CLOCK_SLACK:
            raise Unreadable("it states a registration date out of all bounds")
        return date
    return None


def _earliest(texts: Iterable[str], now: datetime) -> tuple[datetime | None, int]:
    """Give the earliest believable date and how many were not; expiry is no proof of anything."""
    dates = [read_date_time(text) for text in texts]
    believed = [date for date in dates if date and _FIRST_DOMAIN <= date <= now + _LONGEST_TERM]
    return min(believed, default=None), len(dates) - len(believed)
