"""A domain registry on loopback that answers from a table, and the source that asks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domainguard.core.evidence import Evidence
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.http import EgressPolicy, GuardedFetch
from domainguard.sources.rdap import RdapSource
from domainguard.sources.rdap_bootstrap import Bootstrap
from domainguard.testing.http_server import HttpServer, Reply, Request

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RDAP = "application/rdap+json"
TLDS = ("arpa", "com", "cz", "fr", "lol", "net", "no", "ooo", "org", "surf", "top", "xn--q9jyb4c")


@dataclass(frozen=True)
class Registry:
    """Looks at a domain as the app does."""

    source: RdapSource
    server: HttpServer
    requests: list[Request]

    def look(self, domain: str) -> Evidence:
        deadline = Deadline.after(5)
        return self.source.look(RegistrableDomain(domain), now=NOW, deadline=deadline)


@contextmanager
def registry(replies: Mapping[str, Reply] | Reply) -> Iterator[Registry]:
    """Serve these replies by domain, or one reply to everything; 404 to what is not there."""
    requests: list[Request] = []

    def answer(request: Request) -> Reply:
        requests.append(request)
        if isinstance(replies, Reply):
            return replies
        return replies.get(request.target.rpartition("/")[2], Reply(status=404))

    with HttpServer(answer) as server:
        host, _, port = server.endpoint.partition(":")
        fetch = GuardedFetch(EgressPolicy(allow=frozenset({(host, int(port))})))
        bootstrap = Bootstrap("", dict.fromkeys(TLDS, f"{server.url}rdap/"))
        yield Registry(RdapSource(bootstrap, fetch), server, requests)


def found(body: bytes, **headers: Any) -> Reply:
    """Give a reply with a document in it."""
    return Reply(body=body, content_type=RDAP, headers=headers)
