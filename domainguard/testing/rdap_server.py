"""A domain registry's RDAP server on loopback (RFC 7480, RFC 9082) that answers from lives."""

from __future__ import annotations

import ssl
from collections import deque
from urllib.parse import unquote, urlsplit

from domainguard.simulation.lives import Facts
from domainguard.simulation.outages import How, Outage, Where
from domainguard.simulation.rdap_shapes import Shape, shape_of

from .http_server import HttpServer, Reply, Request
from .rdap_documents import RDAP_TYPE, domain_document, error_document, help_document
from .world import World

_QUERIES_KEPT = 10_000
_LIMIT_PAGE = b"<html><body><h1>Number of allowed queries exceeded</h1></body></html>"


class RdapServer(HttpServer):
    """Answers `/domain/<name>` below any path. `queries` holds the names asked for, newest last.

    `documents` maps a name to bytes that are served in place of what its life would say.
    """

    def __init__(self, world: World, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._answer, tls=tls)
        self._world = world
        self.documents: dict[str, bytes] = {}
        self.queries: deque[str] = deque(maxlen=_QUERIES_KEPT)

    def _answer(self, request: Request) -> Reply:
        path = urlsplit(request.target).path
        if path.endswith("/help"):
            return Reply(body=help_document(), content_type=RDAP_TYPE)
        _, found, name = path.rpartition("/domain/")
        if not found:
            return _error(400, "Bad Request", "This server answers /domain/ and /help only.")
        return self._answer_about(unquote(name).rstrip(".").lower())

    def _answer_about(self, name: str) -> Reply:
        self.queries.append(name)
        outage = self._world.outage(Where.RDAP, name)
        if outage is None:
            return self._truth(name)
        return self._failing(outage, name)

    def _truth(self, name: str) -> Reply:
        if name in self.documents:
            return Reply(body=self.documents[name], content_type=RDAP_TYPE)
        facts, shape = self._world.facts(name), shape_of(name)
        if not is_an_object(facts):
            return _not_found(name, shape)
        body = domain_document(name, facts, shape, now=self._world.clock.now())
        return Reply(body=body, content_type=RDAP_TYPE)

    def _failing(self, outage: Outage, name: str) -> Reply:
        match outage.how:
            case How.DOWN:
                return Reply(breaks=True)
            case How.SLOW:
                truth = self._truth(name)
                return Reply(
                    status=truth.status,
                    body=truth.body,
                    content_type=truth.content_type,
                    delay=outage.delay,
                )
            case How.NO_SUCH_NAME:
                return _not_found(name, shape_of(name))
            case _:
                return _FAILURES.get(outage.how, Reply(silent=True))


def is_an_object(facts: Facts) -> bool:
    """Say whether a registry holds the name: a delegated subdomain has a life, but no object."""
    return facts.registered and facts.registered_at is not None


def _not_found(name: str, shape: Shape) -> Reply:
    if shape.empty_404:
        return Reply(status=404, content_type=RDAP_TYPE)
    return _error(404, "Not Found", f"No object for {name}.")


def _error(status: int, title: str, text: str, **headers: str) -> Reply:
    return Reply(
        status=status,
        body=error_document(status, title, text),
        content_type=RDAP_TYPE,
        headers=headers,
    )


_FAILURES = {
    How.ERROR: _error(503, "Service Unavailable", "Please come back later."),
    How.LIMITED: _error(429, "Too Many Requests", "Please slow down.", **{"Retry-After": "120"}),
    How.FORBIDDEN: Reply(status=403, body=_LIMIT_PAGE, content_type="text/html"),
    How.QUOTA_NOTICE: Reply(
        body=error_document(429, "Quota exceeded", "Your query quota is used up."),
        content_type=RDAP_TYPE,
    ),
}
