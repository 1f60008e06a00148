"""F12 over a real socket: what is served in place of the registry does not replace the old one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainguard.sources.base import Deadline, SourceError, Unreachable
from domainguard.sources.http import EgressPolicy, GuardedFetch
from domainguard.sources.rdap_bootstrap import Bootstrap, BootstrapRefused
from domainguard.sources.rdap_refresh import fetch_update
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
        fetch = GuardedFetch(EgressPolicy(allow=frozenset({(host, int(port))})))
        deadline = Deadline.after(5)
        return fetch_update(OLD, f"{server.url}rdap/dns.json", fetch, deadline=deadline)


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
