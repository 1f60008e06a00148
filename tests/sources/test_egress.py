"""F22 and the table of what is public."""

from __future__ import annotations

import pytest

from domainguard.sources.base import Refused
from domainguard.sources.egress import EgressPolicy, is_public_address, is_public_name, read_url
from domainguard.sources.http import GuardedFetch
from tests.sources.fetching import get
from tests.sources.hostile import HostileServer, answer
from tests.sources.odd_hosts import odd_hosts


def test_the_table_of_odd_hosts_has_200_rows():
    assert len(odd_hosts()) >= 200


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The names that anybody was asked for."""
    return []


@pytest.fixture(scope="module")
def fetch(asked: list[str]) -> GuardedFetch:
    def resolve(name: str, port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    return GuardedFetch(EgressPolicy(), resolve=resolve)


@pytest.mark.parametrize("host", odd_hosts(), ids=ascii)
def test_an_odd_host_is_refused_before_anybody_is_asked_for_its_address(
    host: str, fetch: GuardedFetch, asked: list[str]
):
    for url in (f"http://{host}/", f"https://{host}/x"):
        with pytest.raises(Refused):
            get(fetch, url)
    assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rdap.example",
        "//rdap.example/",
        "file:///etc/passwd",
        "gopher://rdap.example/",
        "HTTPS://rdap.example/",
        "https:/rdap.example/",
        "https:rdap.example",
        " https://rdap.example/",
        "https://rdap.example/a b",
        "https://rdap.example/\r\nX: y",
        "https://rdap.example/#x",
        "https://rdap.example?x",
        "https://rdap.example/\N{SNOWMAN}",
        "https://rdap.example\\x/",
        "https://rdap.example/" + "a" * 2048,
    ],
)
def test_a_url_that_is_not_plain_is_refused(url: str):
    with pytest.raises(Refused, match="plain form"):
        read_url(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "path"),
    [
        ("https://RDAP.Nic.example", "rdap.nic.example", 443, "rdap.nic.example", "/"),
        ("http://a.example:8080/x?y=%20@z", "a.example", 8080, "a.example:8080", "/x?y=%20@z"),
        ("https://a.example:443/", "a.example", 443, "a.example", "/"),
        ("http://[::1]:8080/", "::1", 8080, "[::1]:8080", "/"),
        ("http://127.0.0.1/", "127.0.0.1", 80, "127.0.0.1", "/"),
    ],
)
def test_a_plain_url_is_read(url: str, host: str, port: int, authority: str, path: str):
    target = read_url(url)
    assert (target.host, target.port, target.authority, target.path) == (
        host,
        port,
        authority,
        path,
    )


@pytest.mark.parametrize(
    "host",
    ["rdap.verisign.com", "nic.xn--p1ai", "a.b.c.d.example", "3com.example", "xn--a.7eleven"],
)
def test_only_a_name_of_letters_digits_and_hyphens_is_public(host: str):
    assert is_public_name(host) is not host.endswith("7eleven")


_PUBLIC = """
    8.8.8.8 1.0.0.1 172.15.0.1 172.32.0.1 192.0.9.1 223.255.255.255
    2600::1 2001:4860:4860::8888 2a00:1450::1
"""
_NOT_PUBLIC = """
    0.1.2.3 10.1.1.1 100.64.0.1 100.127.255.255 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.9.9 198.18.0.1 198.19.255.255 198.51.100.1
    203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:2::1
    2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1
    fec0::1 ff02::1 2600::1%eth0
    8.8.8 08.8.8.8 0x8.8.8.8 134744072 rdap.nic.example
"""


@pytest.mark.parametrize("address", _PUBLIC.split())
def test_a_public_address(address: str):
    assert is_public_address(address)


@pytest.mark.parametrize("address", [*_NOT_PUBLIC.split(), "", " 8.8.8.8", "8.8.8.8\n"])
def test_an_address_that_is_not_public(address: str):
    assert not is_public_address(address)


def test_an_allowed_pair_is_reached_by_exactly_its_name():
    with HostileServer(answer(b"{}")) as server:
        policy = EgressPolicy(allow=frozenset({("localhost", server.port)}))
        fetch = GuardedFetch(policy, resolve=lambda *_: ["127.0.0.1"])
        assert get(fetch, server.url(host="localhost")).status == 200
        with pytest.raises(Refused):
            get(fetch, server.url(host="127.0.0.1"))


def test_the_system_resolver_finds_an_allowed_name():
    with HostileServer(answer(b"{}")) as server:
        fetch = GuardedFetch(EgressPolicy(allow=frozenset({("localhost", server.port)})))
        assert get(fetch, server.url(host="localhost")).status == 200
