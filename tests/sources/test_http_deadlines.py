"""F19: whatever drips, a fetch ends at its deadline and says so."""

from __future__ import annotations

import pytest

from domainguard.sources.base import TimedOut
from domainguard.sources.http import EgressPolicy, GuardedFetch
from tests.patience import ends
from tests.sources.certificates import Authority
from tests.sources.fetching import HOST, fetch_from, get, trusting
from tests.sources.hostile import Conversation, HostileServer, Script, answer


def _head(talk: Conversation) -> None:
    talk.hear()
    talk.drip(b"HTTP/1.1 200 OK\r\n" + b"x-filler: 0123456789\r\n" * 500)


def _body(talk: Conversation) -> None:
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    talk.drip(b" " * 5000)


def _chunks(talk: Conversation) -> None:
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    talk.drip(b"1\r\n{\r\n" * 1000)


def _status(talk: Conversation) -> None:
    talk.hear()
    talk.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def _silence(talk: Conversation) -> None:
    talk.stopping.wait()


def times_out(fetch: GuardedFetch, url: str) -> None:
    with ends(at_least=0.4), pytest.raises(TimedOut, match="the deadline passed"):
        get(fetch, url, seconds=0.5)


@pytest.mark.parametrize("script", [_head, _body, _chunks, _status, _silence])
def test_a_slow_drip_ends_at_the_deadline(script: Script):
    with HostileServer(script) as server:
        times_out(fetch_from(server), server.url())


def _handshake(talk: Conversation) -> None:
    talk.drip(b"\x16\x03\x03\x40\x00" + bytes(16_384))


@pytest.mark.parametrize("script", [_handshake, _silence])
def test_a_dripping_tls_handshake_ends_at_the_deadline(script: Script):
    with HostileServer(script) as server:
        fetch = fetch_from(server, host=HOST)
        url = f"https://{HOST}:{server.port}/"
        times_out(fetch, url)


@pytest.mark.parametrize("script", [_head, _body, _chunks])
def test_a_slow_drip_inside_tls_ends_at_the_deadline(script: Script, authority: Authority):
    with HostileServer(script, tls=authority.server(HOST)) as server:
        fetch = trusting(authority, server)
        times_out(fetch, server.url(host=HOST))


def test_a_resolver_that_never_answers_ends_at_the_deadline():
    with HostileServer(_silence) as server:

        def resolve(host: str, port: int) -> list[str]:
            server.stopping.wait()
            return []

        fetch = GuardedFetch(EgressPolicy(), resolve=resolve)
        times_out(fetch, "https://rdap.nic.example/")


def test_a_deadline_already_passed_asks_nobody():
    with HostileServer(answer()) as server, pytest.raises(TimedOut):
        get(fetch_from(server), server.url(), seconds=0)
    assert server.connections == 0
