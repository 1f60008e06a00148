"""Serves the site from threads of this process, on the first free port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import TCPServer

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

HOST = "127.0.0.1"
_TRIES = 20


class PortsTaken(OSError):
    """No port of the range can be listened on."""


class Server(ThreadedWSGIServer):
    """Django's threaded server; it asks nobody what this machine is called."""

    def server_bind(self) -> None:
        """Bind without the name look-up of the standard library, which may leave the machine."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])
        self.setup_environ()

    @property
    def origin(self) -> str:
        """Give the address that pages are below, without a final slash."""
        return f"http://{HOST}:{self.server_port}"


class _Quietly(WSGIRequestHandler):
    """Leaves the terminal to what the demo has to say."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; what goes wrong in a view is still logged."""


def listen(port: int) -> Server:
    """Take this port or the next that is free; raises PortsTaken."""
    for number in range(port, port + _TRIES):
        try:
            return Server((HOST, number), _Quietly)
        except (OSError, OverflowError):  # taken, forbidden, or beyond the last port
            continue
    raise PortsTaken(f"the ports {port} to {port + _TRIES - 1} of {HOST} cannot be had")


@contextmanager
def serving(server: Server) -> Iterator[None]:
    """Serve the site for a `with` block."""
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="site", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
