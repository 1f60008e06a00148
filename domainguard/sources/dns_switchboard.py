"""Carries very many DNS questions to several resolvers and back on one thread, over UDP and TCP."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Self

from .base import SourceError, TimedOut, Unreachable, Unreadable
from .dns_ports import Asked, Ports
from .dns_wire import Resolver, Stream, is_truncated

_MOST_STREAMS = 50
_TICK = 0.02  # seconds between two looks at the clock
Came = tuple[Asked, bytes | SourceError]


class Pace:
    """How long to wait for an answer, by the round trips seen (RFC 6298 2), in seconds."""

    _SHORTEST = 0.25

    def __init__(self) -> None:
        self._mean: float | None = None
        self._deviation = 0.0

    def note(self, seconds: float) -> None:
        """Learn from one answer."""
        if self._mean is None:
            self._mean, self._deviation = seconds, seconds / 2
        self._deviation += (abs(seconds - self._mean) - self._deviation) / 4
        self._mean += (seconds - self._mean) / 8

    def patience(self, longest: float) -> float:
        """Give the time after which an answer is no longer likely."""
        if self._mean is None:
            return longest
        return min(longest, max(self._SHORTEST, self._mean + 4 * self._deviation))


class Switchboard:
    """Gives, once for each question asked, the message that answers it or the error why not.

    To be used in a `with` block. An answer cut short is fetched over TCP, within `tcp_patience`
    seconds of its own; nothing is waited for beyond `ends_at` (monotonic).
    """

    def __init__(self, *, ends_at: float, tcp_patience: float) -> None:
        self.pace = Pace()
        self._ends_at = ends_at
        self._tcp_patience = tcp_patience
        self._ports: dict[Resolver, Ports] = {}
        self._cut: deque[Asked] = deque()
        self._streams: dict[Stream, Asked] = {}
        self._came: list[Came] = []

    def __enter__(self) -> Self:
        self._selector = DefaultSelector()
        return self

    def __exit__(self, *exc: object) -> None:
        for ports in self._ports.values():
            ports.close()
        for stream in self._streams:
            stream.sock.close()
        self._selector.close()

    def load(self, resolver: Resolver) -> int:
        """Give how many questions are under way to a resolver."""
        return len(self._ports[resolver].under_way) if resolver in self._ports else 0

    def ask(self, asked: Asked) -> None:
        """Send a question on its way."""
        lost = self._ports_to(asked.question.resolver).ask(asked)
        self._came.extend((each, Unreachable("unreachable")) for each in lost)

    def wait(self) -> list[Came]:
        """Give what has come, after 20 ms at most."""
        moment = monotonic()
        for key, _ in self._selector.select(0 if self._came else _TICK):
            self._came.extend(key.data())
        # What came before `moment` has been read by now, however long ago the last turn was.
        for ports in self._ports.values():
            self._came.extend((asked, TimedOut("timed out")) for asked in ports.late(moment))
        for stream in [each for each, asked in self._streams.items() if asked.until <= moment]:
            self._came.append((self._hang_up(stream), TimedOut("timed out")))
        while self._cut and len(self._streams) < _MOST_STREAMS:
            self._go_to_tcp(self._cut.popleft())
        came, self._came = self._came, []
        return came

    def _ports_to(self, resolver: Resolver) -> Ports:
        if resolver not in self._ports:
            ports = self._ports[resolver] = Ports(resolver)
            for place, sock in enumerate(ports.sockets):
                self._selector.register(sock, EVENT_READ, partial(self._hear, ports, place))
        return self._ports[resolver]

    def _hear(self, ports: Ports, place: int) -> Iterator[Came]:
        try:
            for asked, message in ports.receive(place):
                self.pace.note(monotonic() - asked.at)
                if is_truncated(message):
                    self._cut.append(asked)
                else:
                    yield asked, message
        except Unreachable as error:
            yield from ((asked, error) for asked in ports.drop(place))

    def _go_to_tcp(self, asked: Asked) -> None:
        try:
            if not asked.look.queries:
                raise Unreadable("answer cut short")
            asked.look.queries -= 1
            stream = Stream(asked.question, asked.look.room)
        except SourceError as error:
            self._came.append((asked, error))
            return
        asked.until = min(monotonic() + self._tcp_patience, self._ends_at)
        self._streams[stream] = asked
        self._selector.register(stream.sock, stream.events, partial(self._hear_stream, stream))

    def _hear_stream(self, stream: Stream) -> Iterator[Came]:
        try:
            message = stream.advance()
            if message and is_truncated(message):
                raise Unreadable("answer cut short")
        except SourceError as error:
            yield self._hang_up(stream), error
            return
        if message:
            yield self._hang_up(stream), message
        else:
            self._selector.modify(stream.sock, stream.events, partial(self._hear_stream, stream))

    def _hang_up(self, stream: Stream) -> Asked:
        self._selector.unregister(stream.sock)
        stream.sock.close()
        return self._streams.pop(stream)
