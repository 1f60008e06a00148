"""A server on loopback that does to each connection whatever a test scripts, down to the byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

# What is done to one connection: it may wait on `stopping`, and may write to a closed socket.
Script = Callable[["Conversation"], None]


class Conversation:
    """One connection as a script sees it."""

    def __init__(self, server: HostileServer, sock: socket.socket) -> None:
        self.stopping = server.stopping
        self.server = server
        self.sock = sock

    def hear(self) -> bytes:
        """Read one request up to its empty line; empty when the client has left."""
        heard = b""
        while not heard.endswith(b"\r\n\r\n"):
            piece = self.sock.recv(1)
            if not piece:
                return b""
            heard += piece
        self.server.requests.append(heard.decode("latin-1"))
        return heard

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: Iterable[int], every: float = 0.02) -> None:
        """Say one byte at a time until the test is over."""
        for byte in data:
            if self.stopping.wait(every):
                return
            self.say(bytes([byte]))


class HostileServer:
    """Listens on a free port of a loopback address until the block ends."""

    def __init__(
        self,
        script: Script,
        *,
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.script = script
        self.stopping = threading.Event()
        self.connections = 0
        self.requests: list[str] = []
        self._tls = tls
        self._listener = socket.create_server((address, port))
        self.address: str = self._listener.getsockname()[0]
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve)]
        self._open: list[socket.socket] = []

    @property
    def pair(self) -> tuple[str, int]:
        return self.address, self.port

    def url(self, path: str = "/", host: str = "") -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self.address}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stopping.set()
        for sock in [self._listener, *self._open]:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(sock)
                thread = threading.Thread(target=self._converse, args=(sock,))
                self._threads.append(thread)
                thread.start()

    def _converse(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            if self._tls:
                with self._tls.wrap_socket(sock, server_side=True) as secured:
                    self._open.append(secured)
                    self.script(Conversation(self, secured))
            else:
                self.script(Conversation(self, sock))


def answer(body: bytes = b"{}", *, status: str = "200 OK", **headers: str) -> Script:
    """Give a script that answers every request alike; `content_type=` names a header."""
    fields = {"content_type": "application/rdap+json", "content_length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")

    def script(talk: Conversation) -> None:
        while talk.hear():
            talk.say(head + body)

    return script
