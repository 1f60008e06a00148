"""Runs actors in threads, one at a time from one SQL statement to the next, in an order of chance.

PostgreSQL itself says who waits for a lock, so a blocked actor is not taken for a slow one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db import connection, connections

_LOOKS_AGAIN = 0.003  # seconds until somebody who does not come back may be waiting for a lock
_PATIENCE = 60.0
_BLOCKED = """
    SELECT pid FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
Deed = Callable[[str, tuple[Any, ...]], str | None]


@dataclass
class Actor:
    """Somebody who does something; he begins after so many statements of all the others."""

    name: str
    act: Callable[[], object]
    begins_after: int = 0
    waits: bool = False
    pid: int = 0
    done: Future[object] | None = None


@dataclass
class Interleaving:
    """`deed` names what a statement does, if it is worth remembering.

    `committed` holds such deeds in the order in which they were committed.
    """

    random: Random
    deed: Deed
    committed: list[str] = field(default_factory=list)
    steps: int = 0
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _next: Actor | None = None

    def run(self, pool: ThreadPoolExecutor, *actors: Actor) -> None:
        """Let all act until they are done; raises what one of them raised."""
        for actor in actors:
            actor.done = pool.submit(self._live, actor)
        while any(not _is_done(actor) for actor in actors):
            ready = self._wait_for_somebody(actors)
            if ready:
                self._give_turn(self.random.choice(ready))
        for actor in actors:
            assert actor.done is not None
            actor.done.result()

    def _live(self, actor: Actor) -> None:
        connection.ensure_connection()
        actor.pid = connection.connection.info.backend_pid
        try:
            self._wait(actor)
            with connection.execute_wrapper(lambda *call: self._execute(actor, *call)):
                actor.act()
        finally:
            with self._turn:
                self._turn.notify_all()

    def _execute(self, actor: Actor, execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        self._wait(actor)
        result = execute(sql, params, *rest)
        deed = self.deed(sql, tuple(params or ()))
        if deed is not None:
            connection.on_commit(lambda: self.committed.append(deed))
        return result

    def _wait(self, actor: Actor) -> None:
        with self._turn:
            actor.waits = True
            self._turn.notify_all()
            assert self._turn.wait_for(lambda: self._next is actor, _PATIENCE)
            self._next, actor.waits = None, False

    def _give_turn(self, actor: Actor) -> None:
        with self._turn:
            self.steps += 1
            self._next = actor
            self._turn.notify_all()

    def _wait_for_somebody(self, actors: tuple[Actor, ...]) -> list[Actor]:
        """Give those who may go on, once everybody has stopped at a statement or at a lock."""
        with self._turn:
            self._turn.wait_for(
                lambda: self._next is None and all(each.waits or _is_done(each) for each in actors),
                _LOOKS_AGAIN,
            )
            if self._next is not None:
                return []
            stopped = [each for each in actors if each.waits]
            runs = [each for each in actors if not each.waits and not _is_done(each)]
        if runs and not {each.pid for each in runs} <= _blocked():
            return []
        due = [each for each in stopped if each.begins_after <= self.steps]
        return due or ([] if runs else stopped)


def _is_done(actor: Actor) -> bool:
    return actor.done is not None and actor.done.done()


def _blocked() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKED)
        return {pid for (pid,) in cursor.fetchall()}


@contextmanager
def threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads whose connections are closed at the end."""
    barrier = threading.Barrier(count)

    def leave() -> None:
        barrier.wait(_PATIENCE)  # each thread comes here once
        connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        try:
            yield pool
        finally:
            for gone in [pool.submit(leave) for _ in range(count)]:
                gone.result()
