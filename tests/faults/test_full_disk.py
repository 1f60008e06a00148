"""A full disk: all stops aloud, nothing is half, and all goes on when there is room (F49)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import connection

from domainguard.models import SweepRun
from domainguard.testing import How, Where
from tests.compose import until
from tests.faults.crew import Crew, Ended, running_crew
from tests.faults.disk import SmallDisk, can_mount, running_on_small_disk
from tests.faults.report import report
from tests.faults.test_store_faults import assert_nothing_was_lost
from tests.faults.town import HOME, HOUR, assert_whole
from tests.journeys.lengths import times
from tests.services.rows import Site

pytestmark = pytest.mark.faults


def is_refused(asked: Ended) -> bool:
    """Say whether a visitor got the generic page; a row may still find room on an old page."""
    ((status, text),) = asked.results
    assert status in (302, 500)
    assert all(word not in text for word in ("psycopg", "Traceback", HOME, "disk", "space"))
    return status == 500


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a disk of PostgreSQL's own")
@pytest.mark.skipif(not can_mount(), reason="only root may mount a small disk")
class TestPostgres:
    @pytest.fixture
    def disk(self, db) -> Iterator[SmallDisk]:
        with running_on_small_disk() as disk:
            yield disk

    @pytest.fixture
    def workers(self, environ, disk) -> Iterator[Crew]:
        with running_crew({**environ, "DATABASE_URL": disk.cluster.url}) as crew:
            crew.work("settle", times(120, 600))
            yield crew

    def test_stops_what_is_being_enforced_and_goes_on_when_there_is_room(self, disk, workers):
        (slow,) = workers.work("enforce", stops_before="domainguard_deverification").stopped
        (before,) = workers.work("epochs").results
        assert 2 in before.values()
        disk.fill()
        assert workers.go_on(slow) is None  # it broke, and said so
        until(lambda: is_refused(workers.work("ask", f"p0@{HOME}")), str)
        disk.free()
        ((status, _),) = workers.work("ask", f"p0@{HOME}").results
        assert status == 302
        assert_nothing_was_lost(workers, before)
        report("F49", f"{len(before)} domains: the disk was full in the middle, nothing was lost")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own word")
def test_sqlite_that_finds_no_room_stops_and_goes_on_later(town, crew):
    town.settle(times(30, 300))
    for name in town.domains:
        Site().corroborate(name)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # what was deleted before is no room
    assert crew.work("without_room", "enforce").broken == 1
    until(lambda: is_refused(crew.work("without_room", "ask", f"mill-0000-0@{HOME}")), str)
    assert_whole()
    assert crew.work("enforce").broken == 0
    town.planted = town.domains
    town.world.serve()
    assert_whole()


def test_a_log_that_finds_no_room_stops_nothing(town, capsys):
    town.settle(2)
    full = logging.FileHandler("/dev/full")
    logging.getLogger("domainguard").addHandler(full)
    try:
        town.world.pass_time(HOUR)
        town.make_due()
        with town.world.net.outage(Where.RDAP, How.ERROR):
            town.world.sweep()
    finally:
        logging.getLogger("domainguard").removeHandler(full)
        with suppress(OSError):
            full.close()
    assert "No space left" in capsys.readouterr().err
    assert SweepRun.objects.latest("pk").trouble
