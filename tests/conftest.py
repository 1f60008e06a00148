"""What every test shares: how many examples a property is tried on, and where SQLite keeps rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from tests.services.rows import site
from tests.world import at, net, world

__all__ = ["at", "net", "site", "world"]

# A deadline per example would make a busy machine fail; the numbers are RULES.md 11's.
settings.register_profile("short", max_examples=100, deadline=None)
settings.register_profile("long", max_examples=10_000, deadline=None)
settings.load_profile("short")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Keep SQLite's rows in a file, as production does: in memory, threads lock by other rules."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = tmp_path_factory.mktemp("database") / "rows"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Send home at the end whoever is still connected: PostgreSQL drops no database in use.

    A process that a test has killed may keep its connection for a moment longer.
    """
    yield
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Leave no test the language of another's last visitor, which stays with the thread."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield
