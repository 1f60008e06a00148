"""A port-43 server on loopback (RFC 3912) that answers for several registries from lives."""

from __future__ import annotations

import json
import threading
from collections import deque
from functools import cache
from importlib.resources import files
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, Self

from domainguard.simulation.outages import How, Outage, Where

from .whois_documents import WRITERS
from .world import World

LOOPBACK = "127.0.0.1"
_LONGEST_QUESTION = 512
_QUERIES_KEPT = 10_000
_LIMITED = "% Query rate limit exceeded, please try again later.\n"


@cache
def whois_formats() -> dict[str, str]:
    """Give the layout of every suffix for which the shipped table has one that we can write."""
    table = json.loads((files("domainguard") / "data" / "whois.json").read_text("utf-8"))
    rows = table["tlds"].items()
    return {suffix: row["format"] for suffix, row in rows if row["format"] in WRITERS}


class WhoisServer:
    """Answers one line with one text and closes, as the registry of the name would."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.queries: deque[str] = deque(maxlen=_QUERIES_KEPT)
        self.stopping = threading.Event()
        self._server = _Server((LOOPBACK, 0), _Handler, bind_and_activate=False)
        self._server.owner = self

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """Give `host:port`."""
        return f"{LOOPBACK}:{self._server.server_address[1]}"

    def start(self) -> None:
        """Bind a free port and serve in a thread; returns when questions may come."""
        self._server.server_bind()
        self._server.server_activate()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="whois", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close the port and wait for the thread to end."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def table(self) -> str:
        """Write a table in the form of `domainguard/data/whois.json` that leads here."""
        port = self._server.server_address[1]
        tlds: dict[str, Any] = {
            suffix: {"server": LOOPBACK, "port": port, "format": layout}
            for suffix, layout in sorted(whois_formats().items())
        }
        return json.dumps({"published": "", "description": "a small internet", "tlds": tlds})

    def answer(self, question: str) -> str | None:
        """Give the text for one question; None where the connection is to break."""
        name = question.split()[-1].lower() if question.split() else ""
        self.queries.append(name)
        outage = self._world.outage(Where.WHOIS, name)
        return self._truth(name) if outage is None else self._failing(outage, name)

    def _truth(self, name: str) -> str:
        _, _, suffix = name.partition(".")
        writer = WRITERS.get(whois_formats().get(suffix, ""))
        if writer is None:
            return "% This server does not answer for that suffix.\n"
        return writer(name, self._world.facts(name))

    def _failing(self, outage: Outage, name: str) -> str | None:
        match outage.how:
            case How.DOWN | How.ERROR:
                return None
            case How.LIMITED | How.FORBIDDEN | How.QUOTA_NOTICE:
                return _LIMITED
            case How.NO_SUCH_NAME:
                return f"No match for {name}.\n"
            case How.SLOW:
                self.stopping.wait(outage.delay)
                return self._truth(name)
            case _:
                self.stopping.wait()
                return None


class _Server(ThreadingTCPServer):
    owner: WhoisServer
    allow_reuse_address = True
    daemon_threads = True


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        question = self.rfile.readline(_LONGEST_QUESTION).decode("utf-8", "replace")
        text = self.server.owner.answer(question.strip())
        if text is not None:
            self.wfile.write(text.replace("\n", "\r\n").encode())
