"""Whose request it was, by an address that only a known proxy may name."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from domainguard.services.clients import client_of

NEAR, FAR, SAID = "192.0.2.7", "198.51.100.9", "203.0.113.1"


@pytest.fixture
def behind(settings):
    """Give a function that names the client of a request behind so many proxies."""

    def ask(count: int | None, near: str = NEAR, forwarded: str | None = None) -> str:
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRUSTED_PROXY_COUNT": count}
        said = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        return client_of(RequestFactory().post("/", REMOTE_ADDR=near, **said))

    return ask


@pytest.mark.parametrize(
    ("count", "forwarded", "whose"),
    [
        (0, None, NEAR),
        (0, FAR, NEAR),
        (1, FAR, FAR),
        (1, f"{SAID}, {FAR}", FAR),
        (1, f"{SAID},,{FAR}", FAR),
        (2, f"{SAID}, {FAR}, 10.0.0.1", FAR),
        (2, FAR, NEAR),
        (1, None, NEAR),
        (1, "", NEAR),
    ],
)
def test_the_address_is_the_one_that_the_outermost_known_proxy_heard(
    behind, count, forwarded, whose
):
    assert behind(count, forwarded=forwarded) == behind(0, near=whose) != ""


def test_whatever_the_client_says_of_itself_changes_nothing(behind):
    said = ["", "x", "1.2.3.4", "unknown, for=evil", "\r\nX-Evil: 1", "9" * 5000]
    assert len({behind(1, forwarded=f"{each}, {FAR}") for each in said}) == 1


def test_without_a_known_number_of_proxies_nobody_is_told_apart(behind):
    assert behind(None) == behind(None, near=FAR) == ""


@pytest.mark.parametrize("near", ["", "a socket", "unix:"])
def test_what_is_no_address_names_nobody(behind, near):
    assert behind(0, near=near) == ""


def test_one_network_of_ipv6_is_one_client_and_a_mapped_address_is_what_it_maps(behind):
    assert behind(0, near="2001:db8::1") == behind(0, near="2001:db8::ffff:1")
    assert behind(0, near="2001:db8::1") != behind(0, near="2001:db8:0:1::1")
    assert behind(0, near=f"::ffff:{NEAR}") == behind(0)


def test_the_class_names_no_address(behind):
    assert NEAR not in behind(0)
    assert len(behind(0)) == 32
    assert client_of(None) == ""


@pytest.mark.parametrize("wrong", ["1", -1, True, 1.0])
def test_a_wrong_number_of_proxies_is_refused(behind, wrong):
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXY_COUNT"):
        behind(wrong)
