"""F20 and F21: a fetch goes where it was sent and nowhere else."""

from __future__ import annotations

import pytest

from domainguard.sources.base import Refused
from domainguard.sources.http import EgressPolicy, GuardedFetch
from tests.sources.certificates import Authority
from tests.sources.fetching import ALSO, HOST, fetch_from, get, trusting
from tests.sources.hostile import Conversation, HostileServer, Script, answer


def redirect(location: str, status: str = "302 Found") -> Script:
    return answer(b"", status=status, location=location)


@pytest.mark.parametrize("status", ["301 a", "302 b", "303 c", "307 d", "308 e"])
def test_a_redirect_to_a_permitted_host_over_tls_is_followed(status: str, authority: Authority):
    with HostileServer(answer(b'{"there": 1}'), tls=authority.server(ALSO)) as there:
        script = redirect(there.url("/y", host=ALSO), status)
        with HostileServer(script, tls=authority.server(HOST)) as here:
            fetch = trusting(authority, here, there)
            reply = get(fetch, here.url(host=HOST), may_redirect_to={ALSO}.__contains__)
    assert (reply.body, reply.url) == (b'{"there": 1}', there.url("/y", host=ALSO))


def test_a_relative_redirect_stays_on_the_host(authority: Authority):
    def script(talk: Conversation) -> None:
        while request := talk.hear():
            moved = request.startswith(b"GET /a/old ")
            head = b"302 Found\r\nLocation: ../b/new" if moved else b"200 OK"
            talk.say(b"HTTP/1.1 " + head + b"\r\nContent-Length: 0\r\n\r\n")

    with HostileServer(script, tls=authority.server(HOST)) as server:
        fetch = trusting(authority, server)
        reply = get(fetch, server.url("/a/old", HOST), may_redirect_to={HOST}.__contains__)
    assert (reply.status, reply.url) == (200, server.url("/b/new", HOST))


def test_a_third_redirect_is_not_followed(authority: Authority):
    with HostileServer(redirect("/again"), tls=authority.server(HOST)) as server:
        fetch = trusting(authority, server)
        with pytest.raises(Refused, match="more than 2 times"):
            get(fetch, server.url(host=HOST), may_redirect_to=bool)
    assert len(server.requests) == 3


def test_a_key_is_not_shown_to_the_server_redirected_to(authority: Authority):
    with HostileServer(answer(), tls=authority.server(ALSO)) as there:
        script = redirect(there.url(host=ALSO))
        with HostileServer(script, tls=authority.server(HOST)) as here:
            fetch = trusting(authority, here, there)
            get(fetch, here.url(host=HOST), headers={"Key": "s3cret"}, may_redirect_to=bool)
    assert "s3cret" in here.requests[0]
    assert "s3cret" not in there.requests[0]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://[::1]:{port}/",
        "http://2130706433:{port}/",
        "https://localhost:{port}/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://evil.example/",
        "https://rdap.nic.example.evil.example/",
        "https://rdap.nic.example:{port}/",
        "https://rdap.nic.example:22/",
        "http://rdap.nic.example/",
        "/next",
    ],
)
def test_a_redirect_to_another_place_is_not_followed(location: str):
    refused_at(location, "a place we do not follow it to")


@pytest.mark.parametrize(
    "location",
    [
        "https://rdap.nic.example@127.0.0.1:{port}/",
        "https://rdap.nic.example\\@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/_x",
        "ftp://127.0.0.1:{port}/",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "/next\tpage",
        "",
    ],
)
def test_a_redirect_to_what_is_no_plain_url_is_not_followed(location: str):
    refused_at(location, "no plain URL")


def refused_at(location: str, reason: str) -> None:
    with HostileServer(answer()) as tripwire:
        script = redirect(location.format(port=tripwire.port))
        with HostileServer(script) as server, pytest.raises(Refused, match=reason):
            get(fetch_from(server), server.url(), may_redirect_to={HOST}.__contains__)
    assert tripwire.connections == 0


def test_a_redirect_to_plain_http_is_not_followed_even_where_the_policy_allows_the_place():
    with HostileServer(answer()) as there:
        policy = EgressPolicy(allow=frozenset({(ALSO, there.port)}))
        fetch = GuardedFetch(policy, resolve=lambda *_: ["127.0.0.1"])
        url = there.url(host=ALSO)
        assert get(fetch, url).status == 200
        with HostileServer(redirect(url)) as here:
            both = EgressPolicy(allow=policy.allow | {here.pair})
            fetch = GuardedFetch(both, resolve=lambda *_: ["127.0.0.1"])
            with pytest.raises(Refused, match="a place we do not follow it to"):
                get(fetch, here.url(), may_redirect_to=bool)
    assert there.connections == 1


def test_by_default_no_redirect_is_followed(authority: Authority):
    with HostileServer(redirect("/again"), tls=authority.server(HOST)) as server:
        fetch = trusting(authority, server)
        with pytest.raises(Refused):
            get(fetch, server.url(host=HOST))
    assert len(server.requests) == 1


# Addresses (F21)


def test_a_name_is_resolved_once_and_the_connection_goes_to_that_address():
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    with HostileServer(answer(b'{"checked": 1}'), address="127.0.0.2") as checked:
        policy = EgressPolicy(allow=frozenset({(HOST, checked.port)}))
        fetch = GuardedFetch(policy, resolve=rebinding)
        with HostileServer(answer(), port=checked.port) as tripwire:
            reply = get(fetch, checked.url(host=HOST))
    assert reply.body == b'{"checked": 1}'
    assert (asked, tripwire.connections) == ([HOST], 0)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["192.0.9.1", "127.0.0.1"],
        ["127.0.0.1", "192.0.9.1"],
        ["not an address"],
    ],
)
def test_a_public_name_with_one_address_that_is_not_public_is_refused(addresses: list[str]):
    with HostileServer(answer()) as tripwire:
        fetch = GuardedFetch(EgressPolicy(), resolve=lambda *_: addresses)
        with pytest.raises(Refused, match="not public"):
            get(fetch, f"http://{HOST}:{tripwire.port}/")
    assert tripwire.connections == 0


def test_an_allowed_pair_opens_no_other_port_and_no_other_name():
    with HostileServer(answer()) as allowed, HostileServer(answer()) as tripwire:
        fetch = fetch_from(allowed)
        for url in (tripwire.url(), tripwire.url(host="localhost"), allowed.url(host="localhost")):
            with pytest.raises(Refused):
                get(fetch, url)
    assert (allowed.connections, tripwire.connections) == (0, 0)
