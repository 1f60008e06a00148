"""F19: whatever drips, a fetch ends at its deadline, give or take half a second."""

from __future__ import annotations

import time

import pytest

from domainguard.sources.base import TimedOut
from domainguard.sources.http import EgressPolicy, GuardedFetch
from tests.sources.certificates import Authority
from tests.sources.fetching import HOST, fetch_from, get, trusting
from tests.sources.hostile import Conversation, HostileServer, Script, answer


def _head(talk: Conversation) -> None:
    talk.hear()
    talk.drip(b"HTTP/1.1 200 OK\r\n" + b"x-filler: 0123456789\r\n" * 50)


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
    talk.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _silence(talk: Conversation) -> None:
    talk.stopping.wait()


def timed_out_after(fetch: GuardedFetch, url: str) -> float:
    started = time.monotonic()
    with pytest.raises(TimedOut, match="the deadline passed"):
        get(fetch, url, seconds=0.5)
    return time.monotonic() - started


@pytest.mark.parametrize("script", [_head, _body, _chunks, _status, _silence])
def test_a_slow_drip_ends_at_the_deadline(script: Script):
    with HostileServer(script) as server:
        assert 0.4 < timed_out_after(fetch_from(server), server.url()) < 1.0


def _handshake(talk: Conversation) -> None:
    talk.drip(b"\x16\x03\x03\x40\x00" + bytes(16_384))


@pytest.mark.parametrize("script", [_handshake, _silence])
def test_a_dripping_tls_handshake_ends_at_the_deadline(script: Script):
    with HostileServer(script) as server:
        fetch = fetch_from(server, host=HOST)
        url = f"https://{HOST}:{server.port}/"
        assert 0.4 < timed_out_after(fetch, url) < 1.0


@pytest.mark.parametrize("script", [_head, _body, _chunks])
def test_a_slow_drip_inside_tls_ends_at_the_deadline(script: Script, authority: Authority):
    with HostileServer(script, tls=authority.server(HOST)) as server:
        fetch = trusting(authority, server)
        assert 0.4 < timed_out_after(fetch, server.url(host=HOST)) < 1.0


def test_a_resolver_that_never_answers_ends_at_the_deadline():
    with HostileServer(_silence) as server:

        def resolve(host: str, port: int) -> list[str]:
            server.stopping.wait()
            return []

        fetch = GuardedFetch(EgressPolicy(), resolve=resolve)
        assert 0.4 < timed_out_after(fetch, "https://rdap.nic.example/") < 1.0


def test_a_deadline_already_passed_asks_nobody():
    with HostileServer(answer()) as server, pytest.raises(TimedOut):
        get(fetch_from(server), server.url(), seconds=0)
    assert server.connections == 0
