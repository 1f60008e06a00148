"""F23: no connection counts that TLS does not vouch for."""

from __future__ import annotations

import ssl
import warnings

import pytest

from domainguard.sources.base import Unreachable
from domainguard.sources.http import EgressPolicy, GuardedFetch
from tests.sources.certificates import Authority
from tests.sources.fetching import ALSO, HOST, get, trusting
from tests.sources.hostile import Conversation, HostileServer, answer


def test_a_certificate_of_the_trusted_authority_is_accepted(authority: Authority):
    with HostileServer(answer(b"{}"), tls=authority.server(HOST)) as server:
        assert get(trusting(authority, server), server.url(host=HOST)).status == 200


def expired(authority: Authority) -> ssl.SSLContext:
    return authority.server(HOST, days=-1)


def wrong_name(authority: Authority) -> ssl.SSLContext:
    return authority.server(ALSO)


def self_signed(authority: Authority) -> ssl.SSLContext:
    return authority.server(HOST, self_signed=True)


def tls_1_1(authority: Authority) -> ssl.SSLContext:
    context = authority.server(HOST)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (expired, "certificate has expired"),
        (wrong_name, "Hostname mismatch"),
        (self_signed, "self-signed certificate"),
        (tls_1_1, "no TLS connection of version 1.2 or later"),
    ],
)
def test_a_server_that_tls_does_not_vouch_for_is_never_asked(
    made, said: str, authority: Authority, caplog: pytest.LogCaptureFixture
):
    with HostileServer(answer(), tls=made(authority)) as server:
        fetch, url = trusting(authority, server), server.url(host=HOST)
        with pytest.raises(Unreachable, match=said):
            get(fetch, url)
    assert server.requests == []
    assert [record.name for record in caplog.records] == ["domainguard.security"]


def test_an_authority_that_was_not_named_is_not_trusted(authority: Authority):
    with HostileServer(answer(), tls=authority.server(HOST)) as server:
        policy = EgressPolicy(allow=frozenset({(HOST, server.port)}))
        fetch = GuardedFetch(policy, resolve=lambda *_: ["127.0.0.1"])
        with pytest.raises(Unreachable, match="certificate is not accepted"):
            get(fetch, server.url(host=HOST))


def test_a_server_that_speaks_no_tls_is_unreachable(authority: Authority):
    with HostileServer(lambda talk: talk.say(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        fetch, url = trusting(authority, server), f"https://{HOST}:{server.port}/"
        with pytest.raises(Unreachable, match="no TLS connection"):
            get(fetch, url)


def test_a_missing_file_of_authorities_is_an_error_at_once():
    with pytest.raises(FileNotFoundError):
        GuardedFetch(EgressPolicy(ca_file="/nowhere/ca.pem"))


def silence(talk: Conversation) -> None:
    talk.stopping.wait()


def test_an_address_that_never_finishes_the_handshake_leaves_time_for_the_next(
    authority: Authority,
):
    with HostileServer(answer(b"{}"), tls=authority.server(HOST)) as good:
        policy = EgressPolicy(allow=frozenset({(HOST, good.port)}), ca_file=authority.ca_file)
        fetch = GuardedFetch(policy, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
        silent = HostileServer(silence, address="127.0.0.2", port=good.port)
        with silent:
            reply = get(fetch, good.url(host=HOST), seconds=1.0)
    assert (reply.status, silent.connections) == (200, 1)
