"""One round of questions about very many domains on one thread: as many at once as fit a window.

Each domain is asked whole of one resolver. One that failed is asked again, of another, in a window
of its own: dead names hold nobody up. An answer is given out once its resolver has passed a test
that began after it came; the answers of a liar are dropped, and their domains asked elsewhere.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic
from typing import Self

from domainguard.core.names import RegistrableDomain

from .base import Deadline, SourceError
from .dns_conversation import Reply
from .dns_plain import read_plain
from .dns_ports import MOST_UNDER_WAY, Asked, Look
from .dns_quorum import ResolverAnswer, doubt
from .dns_reading import Finding, read
from .dns_switchboard import Switchboard
from .dns_wire import Question, Resolver, too_large

WINDOW = 500  # questions under way for the first time
TEST_EVERY = 500  # domains answered between two tests of the resolvers
_LATE_WINDOW = 1000  # questions under way again
_MOST_WAITING = 5000  # domains that wait for a test, and those that wait to be asked again
_LAST_TEST = 1.0  # seconds that are left for it at the deadline
PutTogether = Callable[[Resolver, Mapping[str, Finding | SourceError]], ResolverAnswer]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test of the resolvers has shown: whom to ask, and who did not pass, and why."""

    believed: tuple[Resolver, ...]
    unproven: Mapping[Resolver, SourceError]


class Round:
    """Asks `rdtypes` of every domain; iterating gives each Look as it completes.

    To be used in a `with` block. Domains are drawn as the window frees, none after the deadline:
    those are neither asked nor given. `test` is called before the first question, and then beside
    the round in a thread. A Look whose resolver is None found nobody to ask.
    """

    def __init__(
        self,
        domains: Iterable[RegistrableDomain],
        rdtypes: Sequence[str],
        put_together: PutTogether,
        test: Callable[[], Verdict],
        *,
        deadline: Deadline,
        patience: Sequence[float],
        window: int = WINDOW,
        test_every: int = TEST_EVERY,
    ) -> None:
        self._domains = iter(domains)
        self._rdtypes = rdtypes
        self._put_together = put_together
        self._test = test
        self._ends_at = deadline.at - _LAST_TEST
        self._patience = patience
        self._windows = (min(window, MOST_UNDER_WAY), _LATE_WINDOW)
        self._test_every = test_every
        self._turn = itertools.count()
        self._board = Switchboard(ends_at=self._ends_at, tcp_patience=patience[-1])
        self._under_way = [0, 0]  # questions of first tries, and of others
        self._again: deque[Look] = deque()
        self._answered: list[Look] = []  # since the last test began
        self._in_test: list[Look] = []
        self._verdict: Future[Verdict] | None = None
        self._all_drawn = False

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._open.enter_context(self._board)
        self._pool = self._open.enter_context(ThreadPoolExecutor(1, "resolver test"))
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    def __iter__(self) -> Iterator[Look]:
        self._believed = self._test().believed
        self._fill()
        while self._is_asking() or self._answered or self._verdict:
            for asked, came in self._board.wait():
                self._settle(asked, came)
            self._fill()
            yield from self._given_out()

    def _is_asking(self) -> bool:
        return any(self._under_way) or bool(self._again) or not self._all_drawn

    def _fill(self) -> None:
        """Ask what the windows allow: what is to be asked again, then new domains."""
        if monotonic() >= self._ends_at:
            self._answered.extend(self._again)
            self._again.clear()
            self._all_drawn = True
        while self._again and self._fits(self._again[0]):
            self._ask(self._again.popleft())
        while not self._all_drawn and len(self._again) + len(self._answered) < _MOST_WAITING:
            if not self._fits():
                break
            domain = next(self._domains, None)
            if domain is None:
                self._all_drawn = True
            else:
                self._ask(Look(domain))

    def _fits(self, look: Look | None = None) -> bool:
        late = bool(look and look.number)
        return self._under_way[late] + len(self._rdtypes) <= self._windows[late]

    def _ask(self, look: Look) -> None:
        look.heard = {}
        look.resolver = self._whom(look.resolver)
        if look.resolver is None:
            self._answered.append(look)
            return
        patience = self._patience[look.number]
        if look.number + 1 < len(self._patience):  # the last try is not hurried
            patience = self._board.pace.patience(patience)
        look.queries -= len(self._rdtypes)
        self._under_way[bool(look.number)] += len(self._rdtypes)
        at = monotonic()
        until = min(at + patience, self._ends_at)
        for rdtype in self._rdtypes:
            self._board.ask(Asked(look, Question(look.resolver, look.domain, rdtype), at, until))

    def _whom(self, last: Resolver | None) -> Resolver | None:
        """Choose in rotation who has the least to do, and for another try somebody else."""
        others = tuple(each for each in self._believed if each != last) or self._believed
        if not others:
            return None
        start = next(self._turn) % len(others)
        in_turn = (*others[start:], *others[:start])
        return min(in_turn, key=self._board.load)

    def _settle(self, asked: Asked, came: bytes | SourceError) -> None:
        look = asked.look
        self._under_way[bool(look.number)] -= 1
        look.heard[asked.question.rdtype] = _read(asked, came) if isinstance(came, bytes) else came
        if len(look.heard) < len(self._rdtypes):
            return
        assert look.resolver  # noqa: S101
        look.answer = self._put_together(look.resolver, look.heard)
        if look.answer.said is None and look.number + 1 < len(self._patience):
            self._repeat(look, look.number + 1)
        else:
            self._answered.append(look)

    def _repeat(self, look: Look, number: int) -> None:
        """Ask of somebody else, while queries and time allow; else the answer stands as it is."""
        if look.queries < len(self._rdtypes) or monotonic() >= self._ends_at:
            self._answered.append(look)
        else:
            look.number = number
            self._again.append(look)

    def _given_out(self) -> list[Look]:
        """Give the looks whose test has ended well, and begin the next test when it is time."""
        passed: list[Look] = []
        if self._verdict and self._verdict.done():
            passed = self._judge(self._verdict.result())
            self._verdict, self._in_test = None, []
        enough = 1 if not self._is_asking() else self._test_every
        if self._verdict is None and len(self._answered) >= enough:
            self._in_test, self._answered = self._answered, []
            self._verdict = self._pool.submit(self._test)
        return passed

    def _judge(self, verdict: Verdict) -> list[Look]:
        self._believed = verdict.believed
        passed = []
        for look in self._in_test:
            doubted = look.answer and doubt(look.answer, verdict.unproven)
            if doubted:
                look.answer = doubted
                self._repeat(look, 0)
            else:
                passed.append(look)
        return passed


def _read(asked: Asked, message: bytes) -> Finding | SourceError:
    """Read an answer, with dnspython when it is not a plain one."""
    asked.look.room -= len(message)
    if asked.look.room < 0:
        return too_large()
    question = asked.question
    try:
        plain = read_plain(message, asked.section, question.rdtype)
        return plain or read(Reply(question, message))
    except SourceError as error:
        return error
