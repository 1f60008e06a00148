"""Suffixes, public and private (THREATS T20 to T22, F15)."""

from __future__ import annotations

import re
from importlib.resources import files

import idna
import publicsuffixlist
import pytest

from domainguard.core import psl
from domainguard.core.names import PSL_VERSION, NameRefused, Refusal, parse_domain

# Ours differs from the project's own reading only here, each for a stated reason.
OPERATORS_OWN = {"uk.com"}  # a bare private suffix is its operator's registration
UNLISTED = {"example.example", "b.example.example", "a.b.example.example"}  # never a TLD of ours


def published_vectors() -> list[tuple[str, str | None]]:
    """Read the vectors that the PSL project publishes, from the wheel that carries them."""
    text = (files(publicsuffixlist) / "test_psl.txt").read_text(encoding="utf-8")
    found = re.findall(r"^checkPublicSuffix\('(.+)', (?:null|'(.+)')\);", text, re.MULTILINE)
    return [(name, expected or None) for name, expected in found]


def private_suffixes() -> list[str]:
    """Give the plain private suffixes of the list, as A-labels."""
    text = (files(publicsuffixlist) / "public_suffix_list.dat").read_text(encoding="utf-8")
    private = text.partition("===BEGIN PRIVATE DOMAINS===")[2].splitlines()
    return [idna.encode(line).decode() for line in private if re.match(r"^[^/*!\s]", line)]


def trust_key(name: str) -> str | None:
    try:
        return parse_domain(name).trust_key
    except NameRefused:
        return None


def test_the_wheel_carries_the_published_vectors():
    assert len(published_vectors()) >= 75


@pytest.mark.parametrize(("name", "expected"), published_vectors())
def test_every_published_vector_holds(name, expected):
    if name in OPERATORS_OWN:
        assert trust_key(name) == name
    elif name in UNLISTED:
        assert trust_key(name) is None
    else:
        assert trust_key(name) == (expected and idna.encode(expected).decode())


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ("com", Refusal.BARE_SUFFIX),
        ("co.uk", Refusal.BARE_SUFFIX),
        ("CO.UK.", Refusal.BARE_SUFFIX),
        ("anything.ck", Refusal.BARE_SUFFIX),
        ("kobe.jp", Refusal.BARE_SUFFIX),
        ("c.kobe.jp", Refusal.BARE_SUFFIX),
        ("\u516c\u53f8.cn", Refusal.BARE_SUFFIX),
        ("intranet", Refusal.UNKNOWN_SUFFIX),
        ("mail.lan", Refusal.UNKNOWN_SUFFIX),
        ("mail.corp.bogus", Refusal.UNKNOWN_SUFFIX),
    ],
)
def test_a_bare_or_unknown_suffix_is_refused(domain, reason):
    with pytest.raises(NameRefused) as refused:
        parse_domain(domain)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("domain", "key", "parent"),
    [
        ("mail.www.ck", "www.ck", None),
        ("city.kobe.jp", "city.kobe.jp", None),
        ("a.b.c.kobe.jp", "b.c.kobe.jp", None),
        ("foo.github.io", "foo.github.io", "github.io"),
        ("mail.foo.github.io", "foo.github.io", "github.io"),
        ("foo.eu.org", "foo.eu.org", "eu.org"),
        ("shop.uk.com", "shop.uk.com", "uk.com"),
        ("github.io", "github.io", None),
        ("uk.com", "uk.com", None),
        ("s3.amazonaws.com", "amazonaws.com", None),
    ],
)
def test_a_name_below_a_private_suffix_has_its_own_key_and_the_operator_as_parent(
    domain, key, parent
):
    name = parse_domain(domain)
    assert (name.mail_domain, name.trust_key, name.parent) == (domain, key, parent)


def test_below_every_private_suffix_the_parent_is_above_the_key():
    suffixes = private_suffixes()
    assert len(suffixes) > 1000
    for suffix in suffixes:
        name = parse_domain(f"mail.some-tenant.{suffix}")
        assert name.parent is not None
        assert name.trust_key.endswith(f".{name.parent}")
        assert psl.registrable(name.parent) == name.parent


def test_the_suffixes_of_the_list_are_spelled_as_we_spell_names():
    text = (files(publicsuffixlist) / "public_suffix_list.dat").read_text(encoding="utf-8")
    icann = text.partition("===BEGIN PRIVATE DOMAINS===")[0].splitlines()
    international = [line for line in icann if line[:1] not in "/*!" and not line.isascii()]
    assert len(international) > 50
    for suffix in international:
        assert psl.is_suffix(idna.encode(suffix).decode())


def test_the_version_is_the_one_the_list_states_about_itself():
    assert re.fullmatch(r"20\d\d-\d\d-\d\d_\d\d-\d\d-\d\d_UTC", PSL_VERSION)
    assert f"// VERSION: {PSL_VERSION}\n" in (
        files(publicsuffixlist) / "public_suffix_list.dat"
    ).read_text(encoding="utf-8")
