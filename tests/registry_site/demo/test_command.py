"""The command as people run it: a process of its own, which a signal ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from registry_site.demo.state import DIRECTORY_VARIABLE, State

ROOT = Path(__file__).resolve().parents[3]
SMALL = ("--history", "2", "--only", "saltglass-tools.org", "gmail.com")
LAPSING = "ilse@saltglass-tools.org"
PATIENCE = 120  # seconds; only a demo that hangs needs them
READY = "Ctrl-C ends everything."


class Demo:
    """A running demo. `said` is all it has printed up to the text that was last waited for."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", "0", *arguments],
            cwd=ROOT,
            env={**os.environ, DIRECTORY_VARIABLE: str(directory)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""
        self._watchdog = threading.Timer(PATIENCE, self.kill)
        self._watchdog.start()

    def until(self, text: str) -> str:
        """Read on until this text was printed, and give everything."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if text in line:
                return self.said
        raise AssertionError(f"the demo never said {text!r}, but:\n{self.said}")

    def end(self, number: signal.Signals) -> int:
        """Send a signal as the terminal does, read to the end, and give the exit status."""
        os.killpg(self.process.pid, number)
        assert self.process.stdout is not None
        self.said += self.process.stdout.read()
        return self.process.wait()

    def is_gone(self) -> bool:
        """Say whether no process of its group is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def kill(self) -> None:
        """End it whatever it does."""
        self._watchdog.cancel()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def start() -> Iterator[Callable[..., Demo]]:
    """Give a function that starts a demo; none outlives the test."""
    started: list[Demo] = []

    def make(directory: Path, *arguments: str) -> Demo:
        started.append(Demo(directory, *arguments))
        return started[-1]

    yield make
    for demo in started:
        demo.kill()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Let a small demo be made without serving; give its directory and what it printed."""
    directory = tmp_path_factory.mktemp("demo")
    done = manage(directory, "demo", "--port", "0", "--no-serve", *SMALL)
    assert done.returncode == 0, done.stderr
    return directory, done.stdout


def manage(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, DIRECTORY_VARIABLE: str(directory)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_demo_serves_its_pages_and_ctrl_c_ends_every_process_of_it(start, finished):
    demo = start(finished[0])
    said = demo.until(READY)
    origin = said.partition("The site   ")[2].split()[0].rstrip("/")
    for path in ("/", "/demo/inbox/", "/static/registry/style.css"):
        with urlopen(origin + path, timeout=PATIENCE) as page:  # noqa: S310 - on loopback
            assert page.status == 200
    assert demo.end(signal.SIGINT) == 0
    assert demo.is_gone()
    assert demo.said.endswith("The demo has ended.\n")


def test_a_second_start_makes_nothing_anew_and_a_polite_kill_ends_it_as_well(start, finished):
    directory, said_first = finished
    demo = start(directory)
    said = demo.until(READY)
    assert "Making up" in said_first
    assert "Making up" not in said
    assert said.startswith(said_first.partition("\n")[2])
    assert demo.end(signal.SIGTERM) == 0
    assert demo.is_gone()


def test_other_commands_join_a_running_demo_and_a_second_demo_is_refused(start, finished):
    directory = finished[0]
    start(directory).until(READY)
    told = manage(
        directory, "domainguard_check", LAPSING, "--settings", "registry_site.demo.settings"
    )
    assert "saltglass-tools.org: redemption, on hold" in told.stdout
    refused = manage(directory, "demo")
    assert refused.returncode == 1
    assert refused.stderr == f"CommandError: A demo runs already in {directory}.\n"


def test_a_demo_that_is_interrupted_while_it_is_made_is_made_anew(start, tmp_path):
    demo = start(tmp_path, "--history", "30", "--only", "gmail.com", "quillmere.dev")
    demo.until("day 10 of 30")
    assert demo.end(signal.SIGINT) == 0
    assert demo.is_gone()
    assert State(tmp_path).story() is None
    again = manage(tmp_path, "demo", "--port", "0", "--no-serve", *SMALL)
    assert again.stdout.startswith("Making up")
    assert again.returncode == 0


def test_days_that_a_person_lets_pass_are_lived_through(tmp_path):
    small = ("demo", "--port", "0", "--no-serve")
    held = manage(tmp_path, *small, *SMALL).stdout
    assert "refused; nobody de-verified yet" in held
    deverified = manage(tmp_path, *small, "--days", "1").stdout
    assert "3 de-verified" in deverified
