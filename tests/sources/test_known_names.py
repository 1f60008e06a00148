from __future__ import annotations

import pytest

from domainguard.core.names import parse_domain
from domainguard.sources.known_names import known_names


def test_the_names_that_ship_are_registrable_one_for_each_suffix():
    shipped = known_names()
    assert len(shipped) >= 30
    for suffix, name in shipped.items():
        assert parse_domain(name).trust_key == name
        assert name.partition(".")[2] == suffix


def test_the_operators_choice_comes_before_ours_and_adds_what_we_lack():
    chosen = known_names(["Our-Own.ORG.", "our-own.co.za", "b\u00fccher.ch"])
    assert chosen["org"] == "our-own.org"
    assert chosen["co.za"] == "our-own.co.za"
    assert chosen["ch"] == "xn--bcher-kva.ch"
    assert chosen["de"] == known_names()["de"]


@pytest.mark.parametrize(
    "name",
    ["mail.our-own.org", "org", "co.uk", "our-own.lan", "127.0.0.1", "ada.github.io", ""],
)
def test_what_no_registry_holds_is_refused(name: str):
    with pytest.raises(ValueError, match=r"\w"):
        known_names([name])
