"""An internet whose clock other processes read too, and workers that can die."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from domainguard.testing import SmallInternet
from domainguard.testing import clock as clocks
from tests.faults.crew import Crew, database_url, running_crew
from tests.faults.town import Town
from tests.world import START, World


@pytest.fixture
def net(tmp_path: Path) -> Iterator[SmallInternet]:
    """Start a small internet on a clock in a file, set back to the first day."""
    clocks.clock.file = tmp_path / "clock"
    try:
        clocks.clock.restart(START)
        with SmallInternet(clocks.clock) as started:
            yield started
    finally:
        clocks.clock.file = None


@pytest.fixture
def environ(world: World) -> dict[str, str]:
    """Give what another process needs to live in this internet, on the tests' rows."""
    return {
        **world.net.environ(),
        "DATABASE_URL": database_url(),
        "DOMAINGUARD_DEVERIFY": "enforce",
    }


@pytest.fixture
def crew(environ: dict[str, str]) -> Iterator[Crew]:
    """Have workers ready."""
    with running_crew(environ) as ready:
        yield ready


@pytest.fixture
def town(world: World) -> Town:
    """Give a registry with nobody in it yet."""
    return Town(world)
