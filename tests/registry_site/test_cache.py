"""While Valkey is away people sign in, and whoever guesses passwords is stopped all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import redis
from django.core.cache import cache
from django.test import Client

from tests.plugins.valkey import running_valkey
from tests.world import PASSWORD

SIGN_IN = "/accounts/login/"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def server(stack: ExitStack, settings) -> ExitStack:
    """Let the site count in a Valkey that goes away when this stack is closed."""
    server = stack.enter_context(ExitStack())
    url = server.enter_context(running_valkey())
    options = {"SECONDS_LEFT_ALONE": 0}
    backend = "registry_site.cache.SharedOrLocal"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": url, "OPTIONS": options}}
    settings.CACHE_URL = url
    return server


def sign_in(password: str = PASSWORD, client: str = "10.0.0.1") -> int:
    form = {"login": "ada", "password": password}
    return Client(REMOTE_ADDR=client).post(SIGN_IN, form).status_code


def guess_until_stopped(client: str) -> int:
    """Guess wrongly until that is answered as too much; give after how many."""
    for number in range(50):
        answer = Client(REMOTE_ADDR=client).post(SIGN_IN, {"login": "ada", "password": "wrong"})
        if b"Too many" in answer.content or answer.status_code == 429:
            return number
    raise AssertionError("nobody stopped fifty guesses")


def test_people_sign_in_before_meanwhile_and_after(site, server, stack, settings):
    site.person("ada", "ada@mill-lane.org")
    assert sign_in() == 302
    server.close()
    assert sign_in() == 302
    stack.enter_context(running_valkey(port=urlsplit(settings.CACHE_URL).port))
    assert sign_in() == 302
    cache.set("word", "kept")
    with redis.Redis.from_url(settings.CACHE_URL) as store:
        assert list(store.scan_iter("*:word"))


def test_who_guesses_is_stopped_as_soon_as_before_though_nobody_shares_the_count(site, server):
    site.person("ada", "ada@mill-lane.org")
    shared = guess_until_stopped("10.0.0.1")
    cache.clear()
    server.close()
    assert guess_until_stopped("10.0.0.1") == shared


def test_everything_a_cache_does_is_done_without_the_server_too(server):
    server.close()
    assert cache.add("n", 1)
    assert not cache.add("n", 2)
    assert cache.incr("n") == 2
    assert cache.touch("n")
    assert cache.get_many(["n", "m"]) == {"n": 2}
    assert "n" in cache
    assert cache.delete("n")
    cache.set("n", 3)
    cache.clear()
    assert cache.get("n") is None
