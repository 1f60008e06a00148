"""A small HTTP/1.1 server on a free loopback port that answers from a function."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Self

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Request:
    """One GET as it came: `target` is path and query, headers are in lower case."""

    target: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer. `breaks` closes the connection without a word, `delay` is in seconds."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    breaks: bool = False
    silent: bool = False


class HttpServer:
    """Serves `answer(request)` in threads, with connections kept alive, until `stop()`."""

    def __init__(
        self, answer: Callable[[Request], Reply], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.answer = answer
        self.stopping = threading.Event()
        self._server = _Server((LOOPBACK, 0), _Handler, bind_and_activate=False)
        self._server.owner = self
        self._tls = tls

    @property
    def endpoint(self) -> str:
        """Give `host:port`."""
        return f"{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Give the address that all paths are below, with a final slash."""
        return f"{'https' if self._tls else 'http'}://{self.endpoint}/"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Bind a free port and serve in a thread; returns when questions may come."""
        self._server.server_bind()
        self._server.server_activate()
        if self._tls:
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(0.05,),
            name=f"http {self.endpoint}",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Close every connection, also those kept alive, and wait for all threads."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()


class _Server(ThreadingMixIn, TCPServer):
    # Not HTTPServer, which looks up the host's name when it binds: that may leave the machine.
    owner: HttpServer
    allow_reuse_address = True
    daemon_threads = True  # a test that dies without stop() must not hang its process
    request_queue_size = 128

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._open: dict[socket.socket, threading.Thread] = {}

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: clients that hang up are part of what is tested."""

    def hang_up(self) -> None:
        for connection, thread in list(self._open.items()):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body leave in one piece, or each answer waits 40 ms for an ACK
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        owner = self.server.owner
        reply = owner.answer(Request(self.path, headers))
        if reply.silent:
            owner.stopping.wait()
        if reply.delay:
            owner.stopping.wait(reply.delay)
        if reply.breaks or reply.silent:
            self.close_connection = True
            return
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
