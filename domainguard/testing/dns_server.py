"""A look-alike of a recursive resolver on loopback that answers from a script (UDP and TCP)."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Self, cast

from dns.exception import DNSException

from domainguard.testing.dns_packets import (
    BOGUS,
    FAULTS,
    LAME,
    NODATA,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    SILENCE,
    DnsAnswer,
    Query,
    read_query,
    write_answer,
)

__all__ = [
    "BOGUS",
    "FAULTS",
    "LAME",
    "NODATA",
    "NXDOMAIN",
    "REFUSED",
    "SERVFAIL",
    "SILENCE",
    "DnsAnswer",
    "DnsServer",
]

LOOPBACK = "127.0.0.1"
_QUERIES_KEPT = 10_000
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_log = logging.getLogger(__name__)


class DnsServer:
    """Serves `answer(name, rdtype)` on one free loopback port until the `with` block ends.

    `answer` runs in the server's thread and may be replaced at any time. `fault`, while set, is
    the answer to every question. An exception in `answer`, and a record that cannot be written,
    are logged and become SERVFAIL.
    """

    def __init__(self, answer: Callable[[str, str], DnsAnswer]) -> None:
        self.answer = answer
        self.fault: DnsAnswer | None = None
        self.queries: deque[tuple[str, str]] = deque(maxlen=_QUERIES_KEPT)
        self.query_count = 0
        self.port = 0
        self._connections: set[asyncio.Transport] = set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def resolver(self) -> str:
        """Give the address in the form of DOMAINGUARD_RESOLVERS: `host:port`."""
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Bind both sockets and serve in a thread; returns when questions may come."""
        udp, tcp = bind_pair()
        self.port = udp.getsockname()[1]
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._serve(udp, tcp, ready),), name=f"dns {self.port}"
        )
        self._thread.start()
        ready.result()

    def stop(self) -> None:
        """Close both sockets and wait for the thread to end."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    async def _serve(self, udp: socket.socket, tcp: socket.socket, ready: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        datagrams, _ = await self._loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=udp)
        streams = await self._loop.create_server(lambda: _Stream(self, self._connections), sock=tcp)
        ready.set_result(None)
        await self._stopped.wait()
        await _finish_accepting()
        datagrams.close()
        streams.close()
        for connection in self._connections:
            connection.abort()
        await asyncio.sleep(0)  # one turn of the loop, in which the transports really close

    def decide(self, query: Query) -> DnsAnswer:
        """Note the question and ask the script for its answer."""
        self.query_count += 1
        self.queries.append((query.name, query.rdtype))
        if self.fault is not None:
            return self.fault
        try:
            return self.answer(query.name, query.rdtype)
        except Exception:
            _log.exception("no answer scripted for %s %s", query.name, query.rdtype)
            return SERVFAIL

    def write(self, query: Query, answer: DnsAnswer, *, truncated: bool) -> bytes:
        """Give the answer's packet; records that cannot be written are logged as well."""
        try:
            return write_answer(query, answer, truncated=truncated)
        except DNSException:
            _log.exception("no %s record for %s: %s", query.rdtype, query.name, answer)
            return write_answer(query, SERVFAIL, truncated=False)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = read_query(data)
        if query is None:
            return
        answer = self._server.decide(query)
        if answer.silent:
            return
        packet = self._server.write(query, answer, truncated=answer.truncated)
        if len(packet) > query.room and answer.raw is None:
            packet = self._server.write(query, answer, truncated=True)
        if answer.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(answer.delay, self._transport.sendto, packet, addr)
        else:
            self._transport.sendto(packet, addr)


class _Stream(asyncio.Protocol):
    def __init__(self, server: DnsServer, connections: set[asyncio.Transport]) -> None:
        self._server = server
        self._connections = connections
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while len(self._pending) >= 2:
            size = int.from_bytes(self._pending[:2], "big")
            if len(self._pending) < 2 + size:
                return
            packet, self._pending = self._pending[2 : 2 + size], self._pending[2 + size :]
            self._reply(packet)

    def _reply(self, packet: bytes) -> None:
        query = read_query(packet)
        if query is None:
            self._transport.abort()
            return
        answer = self._server.decide(query)
        if answer.reset:
            self._break()
        elif not answer.silent:
            reply = self._server.write(query, answer, truncated=False)
            message = len(reply).to_bytes(2, "big") + reply
            asyncio.get_running_loop().call_later(answer.delay, self._transport.write, message)

    def _break(self) -> None:
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()


async def _finish_accepting() -> None:
    """Wait for connections half accepted: asyncio loses their sockets when a server closes."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.gather(*others)


def bind_pair() -> tuple[socket.socket, socket.socket]:
    """Bind a UDP and a TCP socket to one free port; another process may hold one of the two."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        udp.bind((LOOPBACK, 0))
        try:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind(udp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
            continue
        udp.setblocking(False)
        tcp.setblocking(False)
        return udp, tcp
