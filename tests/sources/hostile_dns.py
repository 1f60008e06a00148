"""A resolver on loopback whose every packet and every byte of TCP a test scripts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from domainguard.sources.dns_wire import Resolver
from domainguard.testing.dns_packets import DnsAnswer, Query, read_query, write_answer
from domainguard.testing.dns_server import bind_pair

_THREADS = 32


@dataclass
class Asked:
    """One query as it came over UDP, with the means to say anything back."""

    query: Query
    packet: bytes
    client: tuple[str, int]
    sock: socket.socket

    def say(self, data: bytes) -> None:
        self.sock.sendto(data, self.client)

    def right(self, *records: str) -> bytes:
        """Give the packet that answers the query properly."""
        return write_answer(self.query, DnsAnswer(records=records), truncated=False)


@dataclass
class Hostile:
    """What a running hostile resolver has counted."""

    resolver: Resolver
    stopping: threading.Event = field(default_factory=threading.Event)
    queries: int = 0
    sent: int = 0
    connections: int = 0


@contextmanager
def hostile(
    react: Callable[[Hostile, Asked], None],
    stream: Callable[[Hostile, socket.socket], None] | None = None,
) -> Iterator[Hostile]:
    """Run `react` for each query and `stream` for each connection, each in its own thread."""
    udp, tcp = bind_pair()
    udp.setblocking(True)
    tcp.setblocking(True)
    tcp.listen(20)
    server = Hostile(Resolver("127.0.0.1", udp.getsockname()[1]))

    def listen(pool: ThreadPoolExecutor) -> list[Future[None]]:
        reactions = []
        while not server.stopping.is_set():
            packet, client = udp.recvfrom(4096)
            query = read_query(packet)
            if query:
                server.queries += 1
                asked = Asked(query, packet, client, udp)
                reactions.append(pool.submit(react, server, asked))
        return reactions

    def accept(pool: ThreadPoolExecutor) -> list[Future[None]]:
        talks = []
        while not server.stopping.is_set():
            connection, _ = tcp.accept()
            server.connections += 1
            talks.append(pool.submit(talk, connection))
        return talks

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if stream and not server.stopping.is_set():
                stream(server, connection)

    with udp, tcp, ThreadPoolExecutor(_THREADS) as pool:
        loops = [pool.submit(loop, pool) for loop in (listen, accept)]
        try:
            yield server
        finally:
            server.stopping.set()
            udp.sendto(b"", udp.getsockname())
            socket.create_connection(tcp.getsockname()).close()
            for loop in loops:
                for work in loop.result():
                    work.result()
