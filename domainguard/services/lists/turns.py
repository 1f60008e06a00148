"""Many looks at once, and patience with a domain registry that wants to be asked later."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta

from .journal import Finding, Named

_AT_ONCE = 32
_MOST_WAITING = 20_000
_A_MOMENT = 1.0  # seconds between two chances to show progress
_PATIENCE = timedelta(hours=2)
AFTER_DOUBT = timedelta(seconds=61)  # a canary that failed is remembered for a minute
_MOST_DOUBTS = 3


@dataclass(frozen=True, slots=True)
class Later:
    """The registry is not to be asked now, or its canary did not pass: in doubt."""

    wait: timedelta
    in_doubt: bool = False


@dataclass(slots=True)
class Turn:
    """A domain on its way to a finding; a last turn takes what there is."""

    name: Named
    doubts: int = 0
    is_last: bool = False


Ask = Callable[[Turn], Finding | Later]


class Turns:
    """Looks at domains, the limited ones when their time has come; `waiting` counts those.

    A domain waits for as long as its registry answers others. When nothing was heard from it for
    two hours, its domains are concluded without it. `ask` runs in threads.
    """

    def __init__(
        self,
        ask: Ask,
        *,
        at_once: int = _AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ask = ask
        self._at_once = at_once
        self._clock = clock
        self._pause = pause
        self._waiting: list[tuple[float, int, Turn]] = []
        self._running: dict[Future[Finding | Later], Turn] = {}
        self._heard: dict[str, float] = {}  # by suffix, when its registry last said something
        self._sent_away = 0

    @property
    def waiting(self) -> int:
        """How many domains wait for their registry."""
        return len(self._waiting)

    def take(self, names: Iterator[Named]) -> Iterator[tuple[str, Finding] | None]:
        """Give each domain with its finding as they come, and None now and then in between."""
        pool = ThreadPoolExecutor(self._at_once, thread_name_prefix="list")
        try:
            while self._fill(pool, names) or self._waiting:
                if self._running:
                    yield from self._finished()
                else:
                    self._pause(min(_A_MOMENT, max(0.0, self._waiting[0][0] - self._clock())))
                yield None
        finally:
            pool.shutdown(cancel_futures=True)

    def _fill(self, pool: ThreadPoolExecutor, names: Iterator[Named]) -> bool:
        while len(self._running) < self._at_once and (turn := self._next(names)):
            self._running[pool.submit(self._ask, turn)] = turn
        return bool(self._running)

    def _next(self, names: Iterator[Named]) -> Turn | None:
        if self._waiting and self._waiting[0][0] <= self._clock():
            return heapq.heappop(self._waiting)[2]
        if len(self._waiting) >= _MOST_WAITING:
            return None
        name = next(names, None)
        return None if name is None else Turn(name)

    def _finished(self) -> Iterator[tuple[str, Finding]]:
        done, _ = wait(self._running, timeout=_A_MOMENT, return_when=FIRST_COMPLETED)
        for future in done:
            turn, answer = self._running.pop(future), future.result()
            if isinstance(answer, Later):
                self._send_away(turn, answer)
                continue
            if not turn.is_last:
                self._heard[_suffix(turn)] = self._clock()
            yield turn.name.domain, answer

    def _send_away(self, turn: Turn, later: Later) -> None:
        now, wait_for = self._clock(), later.wait.total_seconds()
        if later.in_doubt:
            turn.doubts += 1
            turn.is_last = turn.doubts >= _MOST_DOUBTS
        elif now - self._heard.setdefault(_suffix(turn), now) > _PATIENCE.total_seconds():
            turn.is_last, wait_for = True, 0.0
        self._sent_away += 1
        heapq.heappush(self._waiting, (now + wait_for, self._sent_away, turn))


def _suffix(turn: Turn) -> str:
    return turn.name.domain.partition(".")[2]
