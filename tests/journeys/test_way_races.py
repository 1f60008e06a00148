"""A way back and the next rise of the epoch at the same time: after the rise nothing comes back.

CI runs 12 schedules, `make faults` 400.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random

import pytest
from django.db import connection

from domainguard.gate import Purpose
from domainguard.models import AddressStanding, WayBack
from domainguard.services import enforce
from tests.journeys.interleaving import Actor, Interleaving, threads
from tests.journeys.lengths import times

from .lost import DAY, DOMAIN, LOST, OTHER, Loss, lost_in_rows

STATEMENTS = 90  # of a whole confirmation, about
NEVER = 10**6  # before the other is done


def deed(sql: str, params: tuple[object, ...]) -> str | None:
    """Name the two writes that the order is about."""
    if sql.startswith('UPDATE "domainguard_wayback"') and WayBack.End.DONE in params:
        return "given back"
    if sql.startswith('INSERT INTO "domainguard_epochbump"'):
        return "rise"
    return None


@pytest.fixture
def loss(site) -> Loss:
    """Give ada, who lost one address, on a database that locks rows."""
    if connection.vendor != "postgresql":
        pytest.skip("the schedules are about PostgreSQL's locks; SQLite has one for all")
    return lost_in_rows(site, OTHER)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_given_back_after_the_next_rise(loss, site):
    random, seen = Random(7), Counter[str]()  # noqa: S311
    starts = [(NEVER, 0), (0, NEVER)]  # each order once for sure, and the others by chance
    starts += [(0, random.randrange(STATEMENTS)) for _ in range(times(10, 400))]
    with threads(2) as pool:
        for owner, sweep in starts:
            begin_anew(loss)
            ada = loss.browser()
            assert loss.walk(ada, "signed_in") == ""
            link = loss.link_at(LOST)
            loss.place.clear()
            site.corroborate(DOMAIN, t0=site.now() - 5 * DAY)
            race = Interleaving(random, deed)
            race.run(
                pool,
                Actor("owner", partial(ada.post, link), begins_after=owner),
                Actor("sweep", enforce.enforce, begins_after=sweep),
            )
            assert race.committed in (["rise"], ["given back", "rise"])
            was_given = race.committed[0] == "given back"
            assert loss.gate(Purpose.NOTICE).admitted is was_given
            seen[race.committed[0]] += 1
    assert len(seen) == 2, seen


def begin_anew(loss: Loss) -> None:
    """End what the last round left, and take away again what it gave."""
    loss.place.pass_time(2 * DAY)
    WayBack.objects.filter(ended_at=None).update(ended_at=loss.place.now())
    AddressStanding.objects.filter(canonical=LOST).update(verified_epoch=1, verified_at=None)
