"""Gives the suite its database before Django reads the settings, and its other services on demand.

Loaded with `-p`, because a conftest comes too late: Django would have read its settings, and the
tests would run on SQLite without a word.
"""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Generator, Iterator

import pytest

from tests.plugins import egress
from tests.plugins.postgres import start_postgres
from tests.plugins.valkey import running_valkey


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--database`; DOMAINGUARD_TEST_DATABASE says the same without a command line."""
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        default=os.environ.get("DOMAINGUARD_TEST_DATABASE", "sqlite"),
        help="database to run on; on postgres, tests that say nothing of it are left out",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the database before pytest-django reads the settings inside this same hook."""
    egress.arm()
    # A worker of xdist inherits the address from the process that started it.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _choose_database(early_config.known_args_namespace.database)
    return (yield)


def _choose_database(name: str) -> None:
    # Whatever the developer's shell says about services is about another database and broker.
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    if name == "postgres":
        postgres = start_postgres()
        # Settings that do not load leave pytest before its own hooks for the end are called, and
        # `timeout` ends it with a signal that would otherwise let nobody tidy up.
        atexit.register(postgres.stop)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        os.environ["DATABASE_URL"] = postgres.url


def pytest_report_header(config: pytest.Config) -> str:
    """Say which database the tests ran on, so that no log leaves it in doubt."""
    return f"database: {config.option.database}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, on PostgreSQL, the tests that would say nothing new of it.

    Those that touch no database; and of those that do the long ones about pages or sources, whose
    queries others ask as well: whatever drives a browser, and what is marked `one_database`.
    """
    if config.option.database != "postgres":
        return
    left_out = [item for item in items if not _says_more_of_postgres(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _says_more_of_postgres(item)]


def _says_more_of_postgres(item: pytest.Item) -> bool:
    is_of_pages = "browser" in getattr(item, "fixturenames", ())
    is_once = item.get_closest_marker("one_database") is not None
    return _touches_database(item) and not is_of_pages and not is_once


def _touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return (
        item.get_closest_marker("django_db") is not None
        or not fixtures.isdisjoint({"db", "transactional_db", "live_server"})
        or hasattr(getattr(item, "cls", None), "databases")
    )


@pytest.fixture(autouse=True)
def egress_attempts() -> Iterator[list[str]]:
    """Fail the test that tried to leave the machine; one that means to clears the list itself."""
    egress.attempts.clear()
    yield egress.attempts
    if egress.attempts:
        pytest.fail(f"connections beyond loopback: {', '.join(egress.attempts)}")


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """Run one Valkey for the tests of this process that ask for it."""
    with running_valkey() as url:
        yield url
