"""Writers of many rows and somebody who resets never wait for each other in a circle."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from domainguard.models import DomainStatus
from domainguard.services import impact, leases
from tests.journeys.interleaving import threads

_PATIENCE = 60.0
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
Write = Callable[[list[DomainStatus]], None]


def share(row: DomainStatus) -> None:
    """Share the lock of one row, as a reset does for each of its domains, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM domainguard_domainstatus WHERE id = %s FOR SHARE", [row.pk])


def wait_for_the_other() -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody came to wait for the first row.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "write",
    [
        leases.give_back,
        lambda rows: leases.postpone([(row, timedelta(hours=1)) for row in rows]),
        impact.renew,
    ],
    ids=["given back", "postponed", "weighed"],
)
def test_whoever_writes_many_domains_locks_them_in_the_order_of_their_keys(site, write: Write):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all")
    first, second = (site.domain(name) for name in ("mill-lane.org", "mill-road.org"))
    with threads(1) as pool:
        with transaction.atomic():
            share(first)
            written = pool.submit(write, [second, first])
            wait_for_the_other()
            share(second)
        written.result(_PATIENCE)
