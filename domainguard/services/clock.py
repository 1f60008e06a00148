"""Is the clock right? From a wrong one everything would be concluded wrongly."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.db.models import Max

from domainguard.models import DomainStatus, Observation
from domainguard.wiring import clock_is_virtual, now

_SLACK = timedelta(minutes=5)


class ClockIsWrong(ImproperlyConfigured):
    """The clock stands behind what is stored, or far from the database's."""


def check_clock() -> None:
    """Raise ClockIsWrong when the clock is over 5 minutes behind, or beside the database's."""
    newest = newest_look()
    if newest and newest - now() > _SLACK:
        raise ClockIsWrong(
            f"The clock says {now():%Y-%m-%d %H:%M}, but a domain was looked at "
            f"{newest:%Y-%m-%d %H:%M}. Set the clock; nothing was done. If it is right now and "
            "was ahead before: domainguard_sweep --accept-clock."
        )
    check_database_clock()


def newest_look() -> datetime | None:
    """Give the time of the newest look there is."""
    newest: datetime | None = Observation.objects.aggregate(at=Max("at"))["at"]
    return newest


def check_database_clock() -> None:
    """Raise ClockIsWrong when PostgreSQL's clock is over 5 minutes from ours."""
    connection = connections[router.db_for_read(DomainStatus)]
    if connection.vendor != "postgresql" or clock_is_virtual():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (theirs,) = cursor.fetchone()
    if abs(theirs - now()) > _SLACK:
        raise ClockIsWrong(
            f"The clock says {now():%Y-%m-%d %H:%M}, the database {theirs:%Y-%m-%d %H:%M}."
        )
