"""The look-alike of the status API: words for each stage, and who may ask."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from domainguard.testing import How, Outage, VirtualClock, Where, events, scripts
from domainguard.testing.fastly_server import FastlyServer
from domainguard.testing.world import World

DAY = timedelta(days=1)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BORN = datetime(2019, 5, 1, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return World(VirtualClock(NOW))


@pytest.fixture
def server(world: World) -> Iterator[FastlyServer]:
    with FastlyServer(world) as server:
        yield server


def ask(server: FastlyServer, query: str, key: str = "") -> tuple[int, Any]:
    with closing(http.client.HTTPConnection(server.endpoint, timeout=30)) as connection:
        path = urlsplit(server.status_url).path
        headers = {"Fastly-Key": key or server.key}
        connection.request("GET", f"{path}?{query}", headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.parametrize(
    ("life", "words"),
    [
        (scripts.healthy("name.org", born=BORN, expires=NOW + DAY), "active"),
        (scripts.lapsed("name.org", born=BORN, expires=NOW - 10 * DAY), "active parked"),
        (scripts.redemption("name.org", born=BORN, begins=NOW), "undelegated expiring"),
        (scripts.pending_delete("name.org", born=BORN, begins=NOW), "undelegated deleting"),
        (scripts.released("name.org", born=BORN, at=NOW), "undelegated inactive"),
        (
            events.suspended("name.org", born=BORN, at=NOW, expires=NOW + DAY),
            "undelegated active",
        ),
        (
            events.aftermarket_sale("name.org", born=BORN, expires=NOW - 10 * DAY),
            "active parked marketed",
        ),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_each_stage_has_its_words(server, world, life, words):
    world.add(life)
    status, body = ask(server, "domain=name.org")
    assert status == 200
    assert (body["domain"], body["zone"], body["status"]) == ("name.org", "org", words)


@pytest.mark.parametrize(
    ("query", "key", "status"),
    [
        ("domain=name.org", "wrong", 401),
        ("domain=a.org&domain=b.org", "", 400),
        ("", "", 400),
    ],
)
def test_a_question_in_another_form_is_refused(server, query, key, status):
    assert ask(server, query, key)[0] == status


def test_a_tld_that_is_not_in_the_root_is_pending(server):
    assert ask(server, "domain=name.notatld")[1]["status"] == "pending"


def test_its_best_effort_in_trouble_is_unknown(server, world):
    with world.failing(Outage(where=Where.FASTLY, how=How.UNKNOWN)):
        assert ask(server, "domain=name.org")[1]["status"] == "unknown"
