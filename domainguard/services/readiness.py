"""Says whether this process may be given requests: its database, its broker, and its clock."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from django.db import Error as DatabaseTrouble
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from redis import Redis, RedisError

from domainguard.conf import settings
from domainguard.models import DomainStatus, Observation
from domainguard.wiring import clock_is_virtual, now

_SECONDS = 2.0
_CLOCK_SLACK = timedelta(minutes=5)


class NotReady(Exception):
    """Something this process needs is missing; the text says what, and is for the log alone."""


def check_ready() -> None:
    """Make sure that all this process needs is there; raises NotReady."""
    try:
        _check_migrations(router.db_for_write(DomainStatus))
        _check_clock()
    except DatabaseTrouble as trouble:
        raise NotReady(f"the database does not answer ({type(trouble).__name__})") from trouble
    _check_broker(settings().redis_url)


@cache  # of success alone: the files of a running process do not change any more
def _check_migrations(alias: str) -> None:
    executor = MigrationExecutor(connections[alias])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} migrations are not applied")


def _check_clock() -> None:
    newest = Observation.objects.aggregate(at=Max("at"))["at"]
    if newest and newest - now() > _CLOCK_SLACK:
        raise NotReady("the clock is behind what is stored")
    connection = connections[router.db_for_read(DomainStatus)]
    if connection.vendor != "postgresql" or clock_is_virtual():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (theirs,) = cursor.fetchone()
    if abs(theirs - now()) > _CLOCK_SLACK:
        raise NotReady("the clock and the database's differ by more than 5 minutes")


def _check_broker(url: str) -> None:
    if not url:
        return
    try:
        with Redis.from_url(
            url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS
        ) as broker:
            broker.ping()
    except RedisError as trouble:
        raise NotReady(f"the broker does not answer ({type(trouble).__name__})") from trouble
