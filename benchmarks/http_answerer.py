"""A fast HTTP server in a process of its own: RDAP objects, and a status service of one vendor.

Every `name-….<tld>` is registered; whatever else is asked for is not, as a registry would say it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

_REGISTERED = {
    "objectClassName": "domain",
    "rdapConformance": ["rdap_level_0"],
    "status": ["active"],
    "events": [
        {"eventAction": "registration", "eventDate": "2015-04-01T10:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2031-04-01T10:00:00Z"},
    ],
    "entities": [
        {
            "objectClassName": "entity",
            "roles": ["registrar"],
            "publicIds": [{"type": "IANA Registrar ID", "identifier": "9101"}],
        }
    ],
    "nameservers": [
        {"objectClassName": "nameserver", "ldhName": f"ns{number}.name-host.net"}
        for number in (1, 2)
    ],
}
_MISSING = {"errorCode": 404, "title": "Not Found"}


def answer(target: str) -> tuple[int, str, bytes]:
    """Give status, type and body for a request's target."""
    parts = urlsplit(target)
    if parts.path == "/status":
        (domain,) = parse_qs(parts.query)["domain"]
        found = {"domain": domain, "status": "active", "zone": domain.rpartition(".")[2]}
        return 200, "application/json", json.dumps(found).encode()
    name = parts.path.rpartition("/")[2]
    if not name.startswith("name-"):
        return 404, "application/rdap+json", json.dumps(_MISSING).encode()
    handle = f"{crc32(name.encode())}_DOMAIN-BENCH"
    document = {**_REGISTERED, "ldhName": name, "handle": handle}
    return 200, "application/rdap+json", json.dumps(document).encode()


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float
) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            status, kind, body = answer(head.split(b" ", 2)[1].decode())
            await asyncio.sleep(delay)
            writer.write(
                f"HTTP/1.1 {status} said\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def main(fileno: int, delay: float) -> None:
    """Serve on a listening socket that was handed over, until the process is ended."""

    async def serve() -> None:
        server = await asyncio.start_server(
            lambda reader, writer: _converse(reader, writer, delay),
            sock=socket.socket(fileno=fileno),
        )
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def answering(delay: float) -> Iterator[int]:
    """Run the server, each answer `delay` seconds late; gives its port on loopback."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as sock:
        code = f"from benchmarks.http_answerer import main; main({sock.fileno()}, {delay})"
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, pass_fds=[sock.fileno()]) as process:
            yield sock.getsockname()[1]
            process.terminate()


def write_bootstrap(port: int, path: Path) -> Path:
    """Write a bootstrap file (RFC 9224) that sends com, net and org to the server."""
    services = [[["com", "net", "org"], [f"http://127.0.0.1:{port}/"]]]
    document = {"version": "1.0", "publication": "2026-11-01T00:00:00Z", "services": services}
    path.write_text(json.dumps(document))
    return path
