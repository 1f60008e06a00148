"""The running demo, as the time page moves it: one visitor at a time, step by step."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domainguard.services.run import run
from domainguard.testing import Life, SmallInternet

from .acts import Act, Kind
from .state import State
from .story import Story
from .walk import ask, stops

_PATIENCE = 1.5  # seconds that a sweep under way may take when everything ends
_A_MOMENT = timedelta(minutes=1)


class Elsewhere(Exception):
    """The clock is being moved in another window, or the demo runs in another process."""


@dataclass
class Stage:
    """The small internet and the workers of the demo in this process."""

    net: SmallInternet
    state: State
    story: Story
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _worker: threading.Thread | None = None

    def work(self) -> None:
        """Let time pass as on the wall, with all that `domainguard_run` does."""
        self.net.clock.run()
        self._stop = threading.Event()
        self._worker = threading.Thread(
            target=run, args=(self._stop,), name="domainguard_run", daemon=True
        )
        self._worker.start()

    def rest(self) -> None:
        """Let time and workers stand still."""
        self._stop.set()
        self.net.clock.stop()
        if self._worker is not None:
            self._worker.join(_PATIENCE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other visitors and the workers out for a `with` block; raises Elsewhere."""
        if not self._turn.acquire(blocking=False):
            raise Elsewhere("The clock is being moved in another window.")
        working = self._worker is not None
        try:
            if working:
                self.rest()
            yield
        finally:
            if working:
                self.work()
            self._turn.release()

    def pass_time(self, by: timedelta) -> Iterator[datetime]:
        """Move the clock on, and give each moment at which something was done."""
        yield from stops(self.net.clock, self.net.clock.now() + by)

    def do(self, kind: Kind, domain: str) -> None:
        """Do something to a domain now; raises Impossible."""
        act = Act(kind, domain, self.net.clock.now())
        self.net.replace(act.done_to(self.net.life(domain)))
        self.story = replace(self.story, acts=(*self.story.acts, act))
        self.state.finish(self.story.as_json())

    def ask(self, address: str) -> Iterator[datetime]:
        """Ask for a reset, and wait for what becomes of it."""
        ask(address)
        yield from self.pass_time(_A_MOMENT)

    def life(self, domain: str) -> Life:
        """Give the life of a domain; KeyError when there is none."""
        return self.net.life(domain)

    def next_turn(self, domain: str) -> timedelta | None:
        """Give how far away the next thing in a domain's life is; None when nothing is to come."""
        now = self.net.clock.now()
        turn = self.life(domain).next_turn_after(now)
        return turn - now + _A_MOMENT if turn else None


_running: list[Stage] = []


@contextmanager
def running(stage: Stage) -> Iterator[Stage]:
    """Let the pages of this process find the stage for a `with` block."""
    _running.append(stage)
    try:
        yield stage
    finally:
        stage.rest()
        _running.remove(stage)


def current() -> Stage:
    """Give the stage of this process; raises Elsewhere."""
    if not _running:
        raise Elsewhere("The demo runs in another process: its clock is moved there.")
    return _running[-1]
