"""One question over plain TCP to a checked address: bounded bytes, bounded wall-clock time."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread

from .base import Deadline, SourceError, TimedOut, Unreachable, Unreadable
from .connection import seconds_left
from .egress import EgressPolicy
from .http import Resolve, system_addresses

_MOST_ADDRESSES = 4
_PIECE = 8192


class Dialer:
    """Connects to public hosts, and to what the policy allows by name. Safe to share by threads.

    `resolve` may block: nobody waits for it longer than the deadline.
    """

    def __init__(self, policy: EgressPolicy, *, resolve: Resolve = system_addresses) -> None:
        self._policy = policy
        self._resolve = resolve

    def ask(
        self, host: str, port: int, question: bytes, *, limit: int, deadline: Deadline
    ) -> bytes:
        """Send the question and read until the server closes; raises SourceError.

        Not more than `limit` bytes and one are ever read; an answer that is longer is Unreadable,
        one that is cut off by the deadline TimedOut: half an answer is none.
        """
        asked = f"{host}:{port}"
        try:
            with self._connect(host, port, deadline) as sock:
                sock.settimeout(seconds_left(deadline))
                sock.sendall(question)
                return _read(sock, limit, deadline)
        except SourceError as error:
            raise type(error)(f"{asked}: {error}") from None
        except TimeoutError:
            raise TimedOut(f"{asked}: the deadline passed") from None
        except OSError as error:
            raise Unreachable(f"{asked}: no connection ({type(error).__name__})") from None

    def _connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        addresses = self._addresses(host, port, deadline)
        for left in range(len(addresses), 1, -1):
            share = deadline.within(deadline.remaining() / left)
            with suppress(OSError, TimedOut):
                return socket.create_connection((addresses[-left], port), seconds_left(share))
        return socket.create_connection((addresses[-1], port), seconds_left(deadline))

    def _addresses(self, host: str, port: int, deadline: Deadline) -> list[str]:
        """Resolve once and check every address; the connection goes to one of these."""
        self._policy.check_host(host, port)
        answer: Future[Sequence[str]] = Future()
        # getaddrinfo(3) knows no deadline: a thread of its own may outlive ours, unheard.
        Thread(target=self._answer, args=(answer, host, port), daemon=True).start()
        addresses = list(dict.fromkeys(answer.result(timeout=seconds_left(deadline))))
        if not addresses:
            raise Unreachable("its name has no address")
        for address in addresses:
            self._policy.check_address(host, port, address)
        return addresses[:_MOST_ADDRESSES]

    def _answer(self, answer: Future[Sequence[str]], host: str, port: int) -> None:
        try:
            answer.set_result(self._resolve(host, port))
        except Exception as error:  # whatever it is, the asking thread must hear of it
            answer.set_exception(error)


def _read(sock: socket.socket, limit: int, deadline: Deadline) -> bytes:
    answer = bytearray()
    while len(answer) <= limit:
        sock.settimeout(seconds_left(deadline))
        piece = sock.recv(min(_PIECE, limit + 1 - len(answer)))
        if not piece:
            return bytes(answer)
        answer += piece
    raise Unreadable(f"it sent more than {limit} bytes")
