"""The virtual clock: it stands, it is moved forward, it is shared through a file."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domainguard.testing.clock import FILE_VARIABLE, VirtualClock, clock, virtual_now

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_clock_stands_still_until_it_is_moved():
    here = VirtualClock(START)
    assert here.now() == here.now() == START
    here.advance(HOUR)
    assert here.now() == START + HOUR
    here.set(START + 3 * HOUR)
    assert here.now() == START + 3 * HOUR


def test_a_clock_refuses_to_go_back():
    here = VirtualClock(START)
    with pytest.raises(ValueError, match="cannot go back"):
        here.set(START - HOUR)
    with pytest.raises(ValueError, match="cannot go back"):
        here.advance(-HOUR)
    assert here.now() == START


def test_a_clock_takes_aware_times_only_and_answers_in_utc():
    with pytest.raises(ValueError, match="no time zone"):
        VirtualClock(datetime(2026, 3, 1))
    eastern = datetime.fromisoformat("2026-03-01T14:00:00+02:00")
    assert VirtualClock(eastern).now().isoformat() == "2026-03-01T12:00:00+00:00"


def test_a_running_clock_goes_on_from_where_it_was_and_can_be_stopped():
    here = VirtualClock(START)
    here.run()
    first, second = here.now(), here.now()
    assert START <= first <= second
    here.advance(HOUR)
    assert here.now() >= START + HOUR
    here.stop()
    assert here.now() == here.now()


def test_clocks_with_one_file_show_one_time(tmp_path: Path):
    file = tmp_path / "clock"
    one, other = VirtualClock(START, file=file), VirtualClock(START + 9 * HOUR, file=file)
    assert other.now() == START
    other.advance(HOUR)
    assert one.now() == START + HOUR
    assert os.listdir(tmp_path) == ["clock"]


def test_another_process_follows_the_file_named_in_its_environment(tmp_path: Path):
    file = tmp_path / "clock"
    VirtualClock(START, file=file).advance(HOUR)
    said = subprocess.run(
        [sys.executable, "-c", "from domainguard.testing.clock import *; print(virtual_now())"],
        env={**os.environ, FILE_VARIABLE: str(file)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == "2026-03-01 13:00:00+00:00"


def test_the_apps_clock_says_that_it_is_virtual_and_shows_the_default_clock():
    assert virtual_now.virtual is True
    clock.restart(START)
    assert virtual_now() == START
    clock.restart(START - HOUR)
    assert virtual_now() == START - HOUR
