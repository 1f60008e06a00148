"""Forks workers that do one job, kills them at random moments, and says what became of them.

Run by `crew.py`: one order as a line of JSON on stdin, one answer on stdout. As under Celery's
prefork pool, a worker that was killed is replaced, and one that came to its end is not.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from random import Random
from typing import Any

import django
from django.db import connection
from django.urls import resolve
from django.utils.module_loading import import_string

_POLL = 0.002
Order = dict[str, Any]


def do(order: Order) -> Any:
    """Do the job; the order may say at which statement this process kills or stops itself."""
    job: Callable[..., Any] = import_string(f"tests.faults.jobs.{order['job']}")
    with connection.execute_wrapper(_Fate(order)):
        return job(*order["arguments"])


class _Fate:
    """Comes before the n-th statement, or at the first that has the words of the order."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._statements = 0

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        self._statements += 1
        if self._statements == self._order["dies_before"]:
            os.kill(os.getpid(), signal.SIGKILL)
        words = self._order["stops_before"]
        if words and words in sql:
            self._order["stops_before"] = ""
            os.kill(os.getpid(), signal.SIGSTOP)
        return execute(sql, *rest)


def fork(order: Order) -> tuple[int, int]:
    """Start a worker; give its id, and the end of a pipe from which its result can be read."""
    out, into = os.pipe()
    worker = os.fork()
    if worker:
        os.close(into)
        return worker, out
    status = 1
    try:
        with os.fdopen(into, "w") as pipe:
            json.dump(do(order), pipe)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


class Round:
    """Workers from their start until the last one has come to its end, or stands still."""

    def __init__(self, order: Order) -> None:
        self._order, self._random = order, Random(order["seed"])  # noqa: S311
        self._pipes = dict(fork(order) for _ in range(order["workers"]))
        self.answer: dict[str, Any] = {"killed": 0, "broken": 0, "stopped": [], "results": []}

    def run(self) -> dict[str, Any]:
        """Wait for all of them, killing some on the way."""
        kills, at = self._order["kills"], self._next_kill()
        while self._pipes:
            self._collect()
            if kills and self._pipes and time.monotonic() >= at:
                kills, at = kills - 1, self._next_kill()
                os.kill(self._random.choice(sorted(self._pipes)), signal.SIGKILL)
            time.sleep(_POLL)
        return self.answer

    def _next_kill(self) -> float:
        return time.monotonic() + self._random.uniform(0.02, self._order["seconds"])

    def _collect(self) -> None:
        for worker in list(self._pipes):
            found, status = os.waitpid(worker, os.WNOHANG | os.WUNTRACED)
            if not found:
                continue
            pipe = self._pipes.pop(worker)
            if os.WIFSTOPPED(status):
                self.answer["stopped"].append(worker)
                STOPPED[worker] = pipe
            else:
                self._bury(pipe, status)

    def _bury(self, pipe: int, status: int) -> None:
        with os.fdopen(pipe) as said:
            text = said.read()
        if os.WIFSIGNALED(status):
            self.answer["killed"] += 1
            if self._order["kills"]:
                self._pipes.update([fork(self._order)])
        elif status:
            self.answer["broken"] += 1
        else:
            self.answer["results"].append(json.loads(text))


STOPPED: dict[int, int] = {}


def go_on(worker: int) -> Any:
    """Let a stopped worker go on to its end; give its result, None when it broke."""
    os.kill(worker, signal.SIGCONT)
    with os.fdopen(STOPPED.pop(worker)) as said:
        text = said.read()
    os.waitpid(worker, 0)
    return json.loads(text) if text else None


def main() -> None:
    """Obey until stdin ends."""
    django.setup()
    import_module("tests.faults.jobs")
    resolve("/")  # what is imported here, no worker has to
    for line in sys.stdin:
        order = json.loads(line)
        answer = go_on(order["go_on"]) if "go_on" in order else Round(order).run()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
