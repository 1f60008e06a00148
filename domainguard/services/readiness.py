"""Says whether this process may be given requests: its database, its broker, and its clock."""

from __future__ import annotations

from functools import cache

from django.db import Error as DatabaseTrouble
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor
from redis import Redis, RedisError

from domainguard.conf import settings
from domainguard.models import DomainStatus
from domainguard.services.clock import ClockIsWrong, check_clock

_SECONDS = 2.0


class NotReady(Exception):
    """Something this process needs is missing; the text says what, and is for the log alone."""


def check_ready() -> None:
    """Make sure that all this process needs is there; raises NotReady."""
    try:
        _check_migrations(router.db_for_write(DomainStatus))
        check_clock()
    except ClockIsWrong as wrong:
        raise NotReady(str(wrong)) from wrong
    except DatabaseTrouble as trouble:
        raise NotReady(f"the database does not answer ({type(trouble).__name__})") from trouble
    _check_broker(settings().redis_url)


@cache  # of success alone: the files of a running process do not change any more
def _check_migrations(alias: str) -> None:
    executor = MigrationExecutor(connections[alias])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} migrations are not applied")


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
