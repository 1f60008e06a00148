"""A crew of worker processes beside the test, which can die at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """Give the address of the tests' rows, for another process."""
    kept = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{kept['NAME']}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{kept['NAME']}"


@dataclass(frozen=True)
class Ended:
    """What became of a round: workers killed and broken, those that stand still, and results."""

    killed: int = 0
    broken: int = 0
    stopped: list[int] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)


@dataclass
class Crew:
    """Does what `jobs.py` names, in processes that share nothing with this one but the stores."""

    process: subprocess.Popen[str]

    def work(self, job: str, *arguments: object, **order: object) -> Ended:
        """Let workers do a job to its end."""
        self.begin(job, *arguments, **order)
        return self.end()

    def begin(
        self,
        job: str,
        *arguments: object,
        workers: int = 1,
        kills: int = 0,
        seconds: float = 0.3,
        seed: str = "",
        dies_before: int = 0,
        stops_before: str = "",
    ) -> None:
        """Let workers begin a job. `seconds` is the longest time between two kills.

        A worker may also die before its n-th statement, or stand still before the first statement
        that has these words.
        """
        self._say(
            job=job,
            arguments=arguments,
            workers=workers,
            kills=kills,
            seconds=seconds,
            seed=seed or job,
            dies_before=dies_before,
            stops_before=stops_before,
        )

    def end(self) -> Ended:
        """Wait until all are done, or stand still."""
        return Ended(**self._hear())

    def go_on(self, worker: int) -> Any:
        """Wake a worker that stands still; give its result."""
        self._say(go_on=worker)
        return self._hear()

    def _say(self, **order: object) -> None:
        self.process.stdin.write(f"{json.dumps(order)}\n")
        self.process.stdin.flush()

    def _hear(self) -> Any:
        line = self.process.stdout.readline()
        assert line, "the crew's own process broke"
        return json.loads(line)


@contextmanager
def running_crew(environ: Mapping[str, str]) -> Iterator[Crew]:
    """Have a crew ready that lives in this environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.member"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "registry_site.settings", **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Crew(process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextmanager
def celery_worker(queue: str, environ: Mapping[str, str]) -> Iterator[None]:
    """Run a real Celery worker for one queue until the block ends."""
    command = [sys.executable, "-m", "celery", "-A", "registry_site", "worker"]
    command += ["-Q", queue, "-c", "1", "--loglevel", "WARNING", "-n", f"{queue}@test"]
    command += ["--without-gossip", "--without-mingle"]
    told = {**os.environ, **environ}
    process = subprocess.Popen(command, cwd=ROOT, env=told, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
