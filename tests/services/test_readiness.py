"""Readiness in sentences: the database, its migrations, the clock and the broker."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from domainguard.models import Observation
from domainguard.services import readiness
from domainguard.services.readiness import NotReady, check_ready


@pytest.fixture
def fresh(site):
    """Give the site to a process that has checked nothing yet."""
    readiness._check_migrations.cache_clear()
    yield site
    readiness._check_migrations.cache_clear()


def test_a_migrated_database_and_a_sane_clock_are_enough(fresh):
    check_ready()


def test_a_migration_that_was_not_applied_is_missing_until_it_is(fresh):
    recorder = MigrationRecorder(connection)
    ((app, newest),) = MigrationLoader(connection).graph.leaf_nodes("domainguard")
    recorder.record_unapplied(app, newest)
    with pytest.raises(NotReady, match="migrations are not applied"):
        check_ready()
    recorder.record_applied(app, newest)
    check_ready()


@pytest.mark.parametrize(("ahead", "sane"), [(4, True), (6, False)])
def test_a_clock_more_than_five_minutes_behind_what_is_stored_is_not_sane(fresh, ahead, sane):
    Observation.objects.create(
        domain=fresh.domain("mill-lane.org"),
        look=uuid.uuid4(),
        purpose="sweep",
        at=fresh.now() + timedelta(minutes=ahead),
        source="dns",
        source_class="dns",
        outcome="answered",
        evidence={},
    )
    if sane:
        check_ready()
        return
    with pytest.raises(NotReady, match="The clock says"):
        check_ready()


def test_a_clock_beside_the_databases_is_not_sane(fresh, settings):
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "CLOCK": "tests.services.rows.wrong_clock",
    }
    if connection.vendor == "postgresql":
        with pytest.raises(NotReady, match=r"The clock says .* the database"):
            check_ready()
    else:  # SQLite has no clock but ours
        check_ready()


def test_a_broker_is_asked_only_where_there_is_one(fresh, settings, valkey_url):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "REDIS_URL": valkey_url}
    check_ready()


def test_a_broker_that_is_away_is_missing(fresh, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "REDIS_URL": "redis://127.0.0.1:1/0"}
    with pytest.raises(NotReady, match="the broker does not answer"):
        check_ready()
