"""F12 over a real socket: what is served in place of the registry does not replace the old one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainguard.sources.base import Deadline, Refused, SourceError, Unreachable
from domainguard.sources.http import EgressPolicy, GuardedFetch
from domainguard.sources.rdap_bootstrap import Bootstrap, BootstrapRefused
from domainguard.sources.rdap_refresh import fetch_first, fetch_update
from domainguard.testing.http_server import HttpServer, Reply

DATA = Path(__file__).parents[2] / "domainguard" / "data" / "rdap-bootstrap.json"
OLD = Bootstrap.from_file(DATA)


def changed(**servers: str) -> bytes:
    table = json.loads(DATA.read_bytes())
    table["publication"] = "2026-11-22T00:00:00Z"
    table["services"] += [[[suffix], [url]] for suffix, url in servers.items()]
    return json.dumps(table).encode()


def update(reply: Reply) -> Bootstrap:
    with HttpServer(lambda request: reply) as server:
        host, _, port = server.endpoint.partition(":")
        own = frozenset({(host, int(port))})
        fetch, deadline = GuardedFetch(EgressPolicy(allow=own)), Deadline.after(5)
        url = f"{server.url}rdap/dns.json"
        return fetch_update(OLD, url, fetch, deadline=deadline, allow=own)


def test_a_newer_registry_is_fetched():
    new = update(Reply(body=changed(zz="https://rdap.nic.example/")))
    assert new.server_for("birch.zz") == "https://rdap.nic.example/"
    assert new.published == "2026-11-22T00:00:00Z"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=404, body=b"not found"), Unreachable),
        (Reply(status=500), Unreachable),
        (Reply(breaks=True), Unreachable),
        (Reply(body=changed()[:-100]), BootstrapRefused),
        (Reply(body=changed(com="http://127.0.0.1:8080/")), BootstrapRefused),
        (Reply(body=changed(zz="https://127.0.0.1/")), BootstrapRefused),
        (Reply(body=b"<html>Sign in</html>", content_type="text/html"), BootstrapRefused),
        (Reply(body=b" " * 1_000_001), SourceError),
        (Reply(status=302, headers={"Location": "https://evil.example/dns.json"}), SourceError),
    ],
)
def test_anything_else_leaves_the_old_one(reply: Reply, error: type[Exception]):
    with pytest.raises(error):
        update(reply)


def first(reply: Reply, *, own: bool) -> Bootstrap:
    with HttpServer(lambda request: reply) as server:
        host, _, port = server.endpoint.partition(":")
        allow = frozenset({(host, int(port))})
        return fetch_first(
            f"{server.url}rdap/dns.json",
            GuardedFetch(EgressPolicy(allow=allow)),
            deadline=Deadline.after(5),
            allow=allow if own else frozenset(),
        )


def test_the_first_table_of_the_operators_own_server_is_taken_as_it_is():
    own = json.dumps({"services": [[["com"], ["http://127.0.0.1:9/"]]]}).encode()
    assert first(Reply(body=own), own=True).servers == {"com": "http://127.0.0.1:9/"}


def test_any_other_table_has_to_come_over_https():
    with pytest.raises(Refused):
        first(Reply(body=changed()), own=False)


def test_what_was_understood_is_written_so_that_it_reads_the_same():
    assert Bootstrap.from_json(OLD.as_json()) == OLD
