"""One HTTP connection to an address already checked, on which no read outlives its deadline.

`http.client` sets one time-out per read, so a header that drips in never ends. Here every single
read of the socket first sets the time-out to what is left, and counts the bytes that came.
"""

from __future__ import annotations

import io
import os
import selectors
import socket
import ssl
import time
from dataclasses import replace
from http.client import HTTPConnection
from threading import Lock
from typing import TYPE_CHECKING, cast

from .base import Deadline, TimedOut, Unreadable
from .egress import Target

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_IDLE_SECONDS = 15.0
_MOST_IDLE = 32
_HEADER_BYTES = 64 * 1024  # status line, headers, chunk sizes and trailers together


class GuardedConnection(HTTPConnection):
    """Speaks HTTP/1.1 with one address; `host` is used for SNI and Host, never looked up again."""

    auto_open = 0  # a connection that broke stays broken: opening one again would skip the check

    def __init__(
        self, target: Target, address: str, tls: ssl.SSLContext | None, deadline: Deadline
    ) -> None:
        super().__init__(target.host, target.port)
        self.used_at = time.monotonic()
        self._timed = _TimedSocket(_open(target, address, tls, deadline), deadline)
        # HTTPConnection asks its socket for no more than makefile(), sendall() and close().
        self.sock = cast(socket.socket, self._timed)

    def arm(self, deadline: Deadline, limit: int) -> None:
        """Let the next exchange last until the deadline and read at most `limit` bytes of body."""
        self.used_at = time.monotonic()
        self._timed.deadline = deadline
        self._timed.budget = limit + _HEADER_BYTES

    def is_fresh(self) -> bool:
        """Say whether it was used lately, is still open and nothing unasked for has come in."""
        return time.monotonic() - self.used_at < _IDLE_SECONDS and self._timed.is_quiet()


class IdleConnections:
    """Keeps the last connection to each server a moment: a new TLS session costs three times it.

    A process that was forked never touches its parent's connections.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[int, Target], GuardedConnection] = {}

    def take(self, target: Target) -> GuardedConnection | None:
        """Give the connection to this server to the caller alone, if there is a good one."""
        with self._lock:
            connection = self._kept.pop(self._key(target), None)
        if connection is None or connection.is_fresh():
            return connection
        connection.close()
        return None

    def keep(self, target: Target, connection: GuardedConnection) -> None:
        """Keep it for the next question to the same server; the oldest gives way."""
        key = self._key(target)
        with self._lock:
            surplus = [self._kept.pop(key, None)]
            self._kept[key] = connection
            if len(self._kept) > _MOST_IDLE:
                surplus.append(self._kept.pop(next(iter(self._kept))))
        for old in surplus:
            if old is not None:
                old.close()

    def __del__(self) -> None:
        # Nobody closes a fetch; without this every kept socket would end in a ResourceWarning.
        for connection in self._kept.values():
            connection.close()

    @staticmethod
    def _key(target: Target) -> tuple[int, Target]:
        return os.getpid(), replace(target, path="")


def _open(
    target: Target, address: str, tls: ssl.SSLContext | None, deadline: Deadline
) -> socket.socket:
    sock = socket.create_connection((address, target.port), timeout=seconds_left(deadline))
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is None:
            return sock
        # One time-out bounds the whole handshake, however many reads it takes.
        sock.settimeout(seconds_left(deadline))
        return tls.wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise


class _TimedSocket:
    """The three methods HTTPConnection uses, each bounded by the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self.deadline = deadline
        self.budget = _HEADER_BYTES

    def makefile(self, mode: str) -> io.BufferedReader:
        # An answer is only ever read; the unbuffered file keeps the socket open until it is closed.
        return io.BufferedReader(_TimedReader(self, self._sock.makefile("rb", buffering=0)))

    def sendall(self, data: bytes) -> None:
        self.set_timeout()
        self._sock.sendall(data)

    def close(self) -> None:
        self._sock.close()

    def set_timeout(self) -> None:
        self._sock.settimeout(seconds_left(self.deadline))

    def is_quiet(self) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            return not selector.select(0)


class _TimedReader(io.RawIOBase):
    """Reads the socket piece by piece; raises TimedOut and Unreadable."""

    def __init__(self, timed: _TimedSocket, raw: io.RawIOBase) -> None:
        self._timed = timed
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self._timed.set_timeout()
        count = self._raw.readinto(buffer) or 0
        self._timed.budget -= count
        if self._timed.budget < 0:
            raise Unreadable("more bytes than any answer needs")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def seconds_left(deadline: Deadline) -> float:
    """Give the seconds left, more than zero; raises TimedOut."""
    remaining = deadline.remaining()
    if not remaining:
        # A time-out of zero would mean "do not block", not "too late".
        raise TimedOut("the deadline passed")
    return remaining
