"""Name servers of parking services, by whole labels and only all together."""

from __future__ import annotations

import pytest

from domainguard.core.parking import PARKING_HOSTS, is_parked


@pytest.mark.parametrize(
    ("ns", "parked"),
    [
        ({"ns1.sedoparking.com", "ns2.sedoparking.com"}, True),
        ({"sedoparking.com"}, True),
        ({"ns1.sedoparking.com", "ns1.afternic.com"}, True),
        ({"ns1.sedoparking.com", "ns1.hoster.net"}, False),
        ({"ns1.notsedoparking.com"}, False),
        ({"sedoparking.com.hoster.net"}, False),
        (set(), False),
        (None, False),
    ],
)
def test_a_domain_is_parked_when_every_name_server_is_a_parking_host(ns, parked):
    assert is_parked(ns if ns is None else frozenset(ns)) is parked


def test_the_list_holds_registrable_names_in_lower_case():
    assert all(host == host.lower() and host.count(".") == 1 for host in PARKING_HOSTS)
