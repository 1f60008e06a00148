"""Many DNS questions at once on one thread, within a deadline and within 30 queries and 64 KiB.

dnspython's `query.udp` looks at the clock only when no packet waits, so a flood of wrong ids
holds it for ever. Here the clock is read between packets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from selectors import DefaultSelector
from time import monotonic
from typing import Self

from .base import Deadline, SourceError, TimedOut, Unreadable
from .dns_wire import (
    Datagram,
    Question,
    Stream,
    is_servfail,
    is_truncated,
    too_large,
)

MOST_QUERIES = 30
MOST_BYTES = 64 * 1024
PATIENCE = (1.5, 3.0)  # seconds for the first try of a question and for the second


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question: the message that answers it, or the error why there is none."""

    question: Question
    message: bytes = b""
    error: SourceError | None = None


@dataclass(slots=True)
class _Allowance:
    """What one resolver may still cost: a bad one cannot spend the share of the others."""

    queries: int
    size: int


@dataclass(slots=True, eq=False)
class _Try:
    """A question under way, for the how-manieth time and until when (monotonic)."""

    way: Datagram | Stream
    number: int
    until: float


class Conversation:
    """Asks every question; iterating gives each Reply as it comes, one per question.

    To be used in a `with` block, which closes what is still open at its end. A question that
    stays unanswered or brings SERVFAIL is asked again while patience and allowance last.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        *,
        deadline: Deadline,
        patience: Sequence[float] = PATIENCE,
    ) -> None:
        resolvers = {question.resolver for question in questions}
        share = max(1, len(resolvers))
        queries, size = MOST_QUERIES // share, MOST_BYTES // share
        self._questions = questions
        self._deadline = deadline
        self._patience = patience
        self._left = {resolver: _Allowance(queries, size) for resolver in resolvers}
        self._tries: set[_Try] = set()

    def __enter__(self) -> Self:
        self._selector = DefaultSelector()
        return self

    def __exit__(self, *exc: object) -> None:
        for each in self._tries:
            each.way.sock.close()
        self._selector.close()

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this many seconds for the replies still missing."""
        self._deadline = self._deadline.within(seconds)
        for each in self._tries:
            each.until = min(each.until, self._deadline.at)

    def __iter__(self) -> Iterator[Reply]:
        for question in self._questions:
            yield from _reply(question, self._ask, question, 0)
        while self._tries:
            earliest = min(each.until for each in self._tries)
            for key, _ in self._selector.select(max(0.0, earliest - monotonic())):
                yield from _reply(key.data.way.question, self._advance, key.data)
            for late in [each for each in self._tries if each.until <= monotonic()]:
                yield from _reply(late.way.question, self._ask_again, late)

    def _ask(self, question: Question, number: int) -> None:
        self._left[question.resolver].queries -= 1
        self._launch(Datagram(question), number)

    def _ask_again(self, late: _Try) -> None:
        self._land(late)
        if not self._may_repeat(late):
            raise TimedOut("timed out")
        self._ask(late.way.question, late.number + 1)

    def _may_repeat(self, current: _Try) -> bool:
        left = self._left[current.way.question.resolver].queries
        more = current.number + 1 < len(self._patience)
        return more and left > 0 and self._deadline.remaining() > 0

    def _advance(self, current: _Try) -> bytes | None:
        way = current.way
        try:
            message = way.advance()
        except SourceError:
            self._land(current)
            raise
        if message is None:
            self._selector.modify(way.sock, way.events, current)
            return None
        self._land(current)
        self._spend_bytes(way.question, message)
        if is_truncated(message):
            self._go_to_tcp(current)
        elif is_servfail(message) and self._may_repeat(current):
            self._ask(way.question, current.number + 1)
        else:
            return message
        return None

    def _go_to_tcp(self, current: _Try) -> None:
        question = current.way.question
        left = self._left[question.resolver]
        if isinstance(current.way, Stream) or not left.queries:
            raise Unreadable("answer cut short")
        left.queries -= 1
        self._launch(Stream(question, left.size), len(self._patience) - 1)

    def _launch(self, way: Datagram | Stream, number: int) -> None:
        until = self._deadline.within(self._patience[number]).at
        started = _Try(way, number, until)
        self._tries.add(started)
        self._selector.register(way.sock, way.events, started)

    def _land(self, landed: _Try) -> None:
        self._selector.unregister(landed.way.sock)
        landed.way.sock.close()
        self._tries.discard(landed)

    def _spend_bytes(self, question: Question, message: bytes) -> None:
        left = self._left[question.resolver]
        if len(message) > left.size:
            raise too_large()
        left.size -= len(message)


def _reply(
    question: Question, step: Callable[..., bytes | None], *arguments: object
) -> Iterator[Reply]:
    """Take one step; a Reply when it settles the question."""
    try:
        message = step(*arguments)
    except SourceError as error:
        yield Reply(question, error=error)
    else:
        if message is not None:
            yield Reply(question, message)
