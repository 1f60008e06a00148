"""The WHOIS server: each layout is one that the app's own reader understands, over a socket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.core.epp import HOLDS, Status
from domainguard.core.evidence import Registration
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Limited
from domainguard.sources.whois_layout import layout
from domainguard.sources.whois_table import WhoisTable
from domainguard.sources.whois_text import NOT_FOUND, NotFound, read_whois
from domainguard.testing import How, Life, Outage, VirtualClock, Where, events, scripts
from domainguard.testing.whois_server import WhoisServer
from domainguard.testing.world import World

DAY = timedelta(days=1)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BORN = datetime(2019, 5, 1, tzinfo=UTC)
LAYOUTS = {
    "am": "plain",
    "sb": "cocca",
    "eu": "eurid",
    "be": "dnsbe",
    "it": "nicit",
    "ru": "tcinet",
    "se": "iis",
}


@pytest.fixture
def world() -> World:
    return World(VirtualClock(NOW))


@pytest.fixture
def server(world: World) -> Iterator[WhoisServer]:
    with WhoisServer(world) as server:
        yield server


def ask(server: WhoisServer, name: str) -> bytes:
    host, port = server.endpoint.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"{name}\r\n".encode())
        with connection.makefile("rb") as answer:
            return answer.read()


def read(server: WhoisServer, name: str) -> Registration | NotFound:
    return read_whois(
        ask(server, name),
        layout=layout(LAYOUTS[name.rpartition(".")[2]]),
        asked_for=RegistrableDomain(name),
        now=NOW,
    )


def registration(server: WhoisServer, world: World, life: Life) -> Registration:
    world.add(life)
    found = read(server, life.domain)
    assert isinstance(found, Registration)
    return found


@pytest.mark.parametrize("tld", LAYOUTS)
def test_a_registered_name_reads_as_registered_on_its_name_servers(server, world, tld):
    life = scripts.healthy(f"good-name.{tld}", born=BORN, expires=NOW + 90 * DAY)
    found = registration(server, world, life)
    assert found.nameservers == set(life.at(NOW).ns)
    assert "9101" in found.registrar
    assert not found.statuses & (HOLDS | {Status.PENDING_DELETE})


@pytest.mark.parametrize("tld", LAYOUTS)
def test_a_free_name_reads_as_not_found(server, tld):
    assert read(server, f"no-such-name.{tld}") is NOT_FOUND


@pytest.mark.parametrize("tld", [tld for tld in LAYOUTS if tld != "ru"])
def test_a_deleted_name_reads_as_about_to_go(server, world, tld):
    life = scripts.redemption(f"lost-name.{tld}", born=BORN, begins=NOW)
    assert Status.PENDING_DELETE in registration(server, world, life).statuses


def test_ru_only_says_that_a_name_is_not_delegated_and_until_when_it_was_paid(server, world):
    life = scripts.redemption("lost-name.ru", born=BORN, begins=NOW)
    found = registration(server, world, life)
    assert Status.INACTIVE in found.statuses
    assert found.expires_at is not None
    assert found.expires_at < NOW


@pytest.mark.parametrize("tld", ["am", "eu", "it", "se"])
def test_a_suspended_name_reads_as_held(server, world, tld):
    life = events.suspended(f"held-name.{tld}", born=BORN, at=NOW, expires=NOW + 90 * DAY)
    assert registration(server, world, life).statuses & HOLDS


def test_the_table_leads_here_for_every_suffix_it_lists(server, world):
    table = WhoisTable.from_json(server.table())
    shipped = WhoisTable.shipped()
    assert set(LAYOUTS) <= set(table.servers)
    for suffix, row in table.servers.items():
        assert f"{row.host}:{row.port}" == server.endpoint
        assert row.layout == shipped.servers[suffix].layout
    assert json.loads(server.table())["description"] == "a small internet"


def test_a_limited_server_reads_as_limited(server, world):
    with world.failing(Outage(where=Where.WHOIS, how=How.LIMITED)), pytest.raises(Limited):
        read(server, "no-such-name.am")


def test_a_server_that_is_down_says_nothing(server, world):
    with world.failing(Outage(where=Where.WHOIS, how=How.DOWN)):
        assert ask(server, "no-such-name.am") == b""


def test_an_empty_line_and_an_unknown_suffix_are_answered_with_a_comment(server):
    assert ask(server, "").startswith(b"% ")
    assert ask(server, "some-name.com").startswith(b"% ")
