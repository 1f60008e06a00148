"""F15: between two versions of the list only the names move whose rules were touched."""

from __future__ import annotations

import pytest

from domainguard.core.psl import Suffixes

OLD = """
// ===BEGIN ICANN DOMAINS===
com
jp
*.kobe.jp
!city.kobe.jp
uk
co.uk
bd
*.bd
xn--p1ai
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
hoster.com
// ===END PRIVATE DOMAINS===
"""
NEW = """
// ===BEGIN ICANN DOMAINS===
com
jp
*.kobe.jp
!city.kobe.jp
!port.kobe.jp
uk
co.uk
me.uk
bd
com.bd
xn--p1ai
app
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
pages.hoster.com
*.cloud.co.uk
// ===END PRIVATE DOMAINS===
"""
THEN, NOW = Suffixes(OLD.splitlines()), Suffixes(NEW.splitlines())


@pytest.mark.parametrize(
    ("name", "then", "now"),
    [
        ("mail.alder.app", None, "alder.app"),  # a TLD was added
        ("mail.alder.me.uk", "me.uk", "alder.me.uk"),  # a suffix was added
        ("port.kobe.jp", None, "port.kobe.jp"),  # an exception was added
        ("mail.port.kobe.jp", "mail.port.kobe.jp", "port.kobe.jp"),
        ("mail.alder.com.bd", "alder.com.bd", "alder.com.bd"),  # a wildcard was spelled out
        ("mail.alder.org.bd", "alder.org.bd", "org.bd"),
        ("mail.alder.com", "alder.com", "alder.com"),
        ("mail.alder.co.uk", "alder.co.uk", "alder.co.uk"),
        ("mail.city.kobe.jp", "city.kobe.jp", "city.kobe.jp"),
        ("mail.a.b.kobe.jp", "a.b.kobe.jp", "a.b.kobe.jp"),
        ("mail.xn--80a.xn--p1ai", "xn--80a.xn--p1ai", "xn--80a.xn--p1ai"),
        ("mail.alder.zz", None, None),
        ("shop.hoster.com", "hoster.com", "hoster.com"),  # private suffixes are no registry's
    ],
)
def test_what_a_registry_holds_moves_with_the_rules_of_its_suffix_alone(
    name: str, then: str | None, now: str | None
):
    assert (THEN.registrable(name), NOW.registrable(name)) == (then, now)


@pytest.mark.parametrize(
    ("name", "then", "now"),
    [
        ("mail.shop.hoster.com", "shop.hoster.com", "hoster.com"),  # it was taken off the list
        ("mail.shop.pages.hoster.com", "pages.hoster.com", "shop.pages.hoster.com"),
        ("mail.ada.east.cloud.co.uk", "cloud.co.uk", "ada.east.cloud.co.uk"),
        ("mail.alder.co.uk", "alder.co.uk", "alder.co.uk"),
        ("mail.alder.com", "alder.com", "alder.com"),
    ],
)
def test_what_a_private_suffix_hands_out_moves_with_it(name: str, then: str, now: str):
    assert (THEN.handed_out(name), NOW.handed_out(name)) == (then, now)


def test_no_name_but_those_below_a_changed_rule_moves():
    labels = ("alder", "port", "city", "com", "me", "hoster", "cloud", "pages")
    suffixes = ("com", "jp", "kobe.jp", "uk", "co.uk", "me.uk", "bd", "com.bd", "app", "xn--p1ai")
    names = {f"{low}.{high}.{suffix}" for low in labels for high in labels for suffix in suffixes}
    moved = {name for name in names if THEN.registrable(name) != NOW.registrable(name)}
    changed = ("me.uk", "port.kobe.jp", "bd", "app")
    assert moved
    assert {name for name in moved if not name.endswith(changed)} == set()


def test_a_suffix_of_one_version_may_be_nobodys_in_the_other():
    assert [each.is_suffix("me.uk") for each in (THEN, NOW)] == [False, True]
    assert [each.is_suffix("org.bd") for each in (THEN, NOW)] == [True, False]
