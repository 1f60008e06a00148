from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from domainguard.sources.base import SourceError, Unreachable, Unreadable
from domainguard.sources.http import EgressPolicy, GuardedFetch
from tests.sources.fetching import HOST, fetch_from, get, get_from
from tests.sources.hostile import Conversation, HostileServer, Script, answer


def test_a_body_comes_back_as_it_was_sent():
    reply = get_from(answer(b'{"a": 1}', etag='"v1"'))
    assert (reply.status, reply.body, reply.content_type) == (
        200,
        b'{"a": 1}',
        "application/rdap+json",
    )
    assert reply.headers == {"etag": '"v1"'}


def test_the_request_asks_for_the_plain_body_and_carries_no_cookie():
    with HostileServer(answer(set_cookie="a=b")) as server:
        fetch = fetch_from(server)
        for _ in range(2):
            get(fetch, server.url("/domain/x"))
    first, second = server.requests
    assert first == second
    assert first.startswith("GET /domain/x HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}\r\n" in first
    assert "Accept: application/json\r\nAccept-Encoding: identity\r\n" in first
    assert "cookie" not in first.lower()


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch):
    with HostileServer(answer()) as proxy, HostileServer(answer(b'{"direct": 1}')) as server:
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(variable, proxy.url())
        assert get(fetch_from(server), server.url()).body == b'{"direct": 1}'
    assert proxy.connections == 0


# Connections kept


def test_a_second_question_uses_the_kept_connection():
    with HostileServer(answer()) as server:
        fetch = fetch_from(server)
        for _ in range(3):
            assert get(fetch, server.url()).status == 200
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_kept_connection_that_went_stale_is_replaced():
    def once(talk: Conversation) -> None:
        talk.hear()
        talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with HostileServer(once) as server:
        fetch = fetch_from(server)
        assert [get(fetch, server.url()).status for _ in range(3)] == [200, 200, 200]
    assert server.connections == 3


REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
UNASKED = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("pieces", [[REPLY + UNASKED], [REPLY, UNASKED]])
def test_what_a_server_says_unasked_is_never_the_next_answer(pieces: list[bytes]):
    all_said = threading.Semaphore(0)

    def script(talk: Conversation) -> None:
        while talk.hear():
            for piece in pieces:
                talk.say(piece)
            all_said.release()

    with HostileServer(script) as server:
        fetch = fetch_from(server)
        for _ in range(5):
            assert get(fetch, server.url()).status == 200
            assert all_said.acquire(timeout=30)


def test_threads_share_one_fetch():
    with HostileServer(answer(b'{"a": 1}')) as server:
        fetch = fetch_from(server)
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: get(fetch, server.url()), range(40)))
    assert {reply.body for reply in replies} == {b'{"a": 1}'}


# What comes is broken


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (lambda talk: None, Unreachable),
        (lambda talk: talk.say(b"220 smtp ready\r\n"), Unreadable),
        (lambda talk: talk.say(b"HTTP/1.1 banana\r\n\r\n"), Unreadable),
        (lambda talk: talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), Unreachable),
        (lambda talk: talk.say(b"HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n"), Unreachable),
        (
            lambda talk: talk.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"),
            Unreadable,
        ),
        (
            lambda talk: talk.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
            Unreadable,
        ),
        (lambda talk: talk.say(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"), Unreadable),
        (lambda talk: talk.say(b"HTTP/1.1 200 OK\r\na: " + b"b" * 100_000), Unreadable),
        (lambda talk: talk.say(b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000), Unreadable),
    ],
)
def test_a_broken_answer_is_a_named_error(script: Script, error: type[SourceError]):
    def hear_first(talk: Conversation) -> None:
        talk.hear()
        script(talk)

    with pytest.raises(error, match=r"^http://127\.0\.0\.1:\d+/x: "):
        get_from(hear_first)


def test_nobody_listening_is_unreachable():
    with HostileServer(answer()) as server:
        fetch, url = fetch_from(server), server.url()
    with pytest.raises(Unreachable):
        get(fetch, url)


def test_a_name_that_does_not_resolve_is_unreachable():
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(Unreachable):
        get(GuardedFetch(EgressPolicy(), resolve=resolve), "https://rdap.nic.example/")


def test_a_name_without_addresses_is_unreachable():
    with pytest.raises(Unreachable):
        get(GuardedFetch(EgressPolicy(), resolve=lambda *_: []), "https://rdap.nic.example/")


def test_an_address_that_does_not_answer_leaves_time_for_the_next():
    with HostileServer(answer()) as server:
        fetch = GuardedFetch(
            EgressPolicy(allow=frozenset({(HOST, server.port)})),
            resolve=lambda *_: ["127.0.0.9", "127.0.0.1"],
        )
        assert get(fetch, server.url(host=HOST)).status == 200


@pytest.mark.parametrize("status", ["403 Forbidden", "429 Too Many", "503 Busy", "400 Bad"])
def test_of_a_refusal_the_status_counts_however_odd_its_body(status: str):
    bomb = answer(b"\x1f\x8b" * 300_000, status=status, content_encoding="gzip", retry_after="7")
    reply = get_from(bomb)
    assert (reply.status, reply.body) == (int(status[:3]), b"")
    assert reply.headers["retry-after"] == "7"
