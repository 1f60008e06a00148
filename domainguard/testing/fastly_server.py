"""A look-alike of Fastly's Domain Research API on loopback that answers from lives."""

from __future__ import annotations

import json
from collections import deque
from urllib.parse import parse_qs, urlsplit

from domainguard.simulation.outages import How, Outage, Where
from domainguard.simulation.status_words import status_words

from .bootstrap import every_tld
from .http_server import HttpServer, Reply, Request
from .world import World

PATH = "domain-management/v1/tools/status"
_QUERIES_KEPT = 10_000


class FastlyServer(HttpServer):
    """Answers `GET …/tools/status?domain=` for whoever sends the right key."""

    def __init__(self, world: World, *, key: str = "key-of-the-small-internet") -> None:
        super().__init__(self._answer)
        self._world = world
        self.key = key
        self.queries: deque[str] = deque(maxlen=_QUERIES_KEPT)

    @property
    def status_url(self) -> str:
        """Give the address for DOMAINGUARD_FASTLY_URL."""
        return f"{self.url}{PATH}"

    def _answer(self, request: Request) -> Reply:
        parts = urlsplit(request.target)
        if parts.path.lstrip("/") != PATH:
            return _error(404, "no such path")
        if request.headers.get("fastly-key") != self.key:
            return _error(401, "Provided credentials are missing or invalid")
        names = parse_qs(parts.query).get("domain", [])
        if len(names) != 1:
            return _error(400, "one domain at a time")
        return self._about(names[0].lower())

    def _about(self, name: str) -> Reply:
        self.queries.append(name)
        outage = self._world.outage(Where.FASTLY, name)
        if outage is None:
            return self._truth(name)
        return self._failing(outage, name)

    def _truth(self, name: str) -> Reply:
        if name.rpartition(".")[2] not in every_tld():
            return _status(name, "pending")
        return _status(name, status_words(self._world.facts(name)))

    def _failing(self, outage: Outage, name: str) -> Reply:
        match outage.how:
            case How.DOWN:
                return Reply(breaks=True)
            case How.ERROR:
                return _error(503, "service unavailable")
            case How.LIMITED:
                return _error(429, "too many requests", {"Retry-After": "60"})
            case How.FORBIDDEN:
                return Reply(status=403, body=b"<html>Forbidden</html>", content_type="text/html")
            case How.UNKNOWN:
                return _status(name, "unknown")
            case How.NO_SUCH_NAME:
                return _status(name, "undelegated inactive")
            case _:
                return Reply(silent=True)


def _status(name: str, words: str) -> Reply:
    zone = name.partition(".")[2]
    body = {"domain": name, "zone": zone, "status": words, "tags": "", "scope": "precise"}
    return Reply(body=json.dumps(body).encode())


def _error(status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status=status, body=json.dumps({"msg": text}).encode(), headers=headers or {})
