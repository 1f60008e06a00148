"""Each registry's published rules as a table: what its service says, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domainguard.simulation.rivals import (
    Heard,
    Verb,
    gone_at,
    looks_every,
    pypi,
    pypi_as_coded,
    rubygems,
    stock_django,
)
from domainguard.simulation.run import HitsElsewhere, Plan, lookups_in_a_year, with_policy

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def verdict(decide, words: str, *, mx: bool = True) -> Verb:
    (decision,) = decide([Heard(AT, words, mx)], [AT + DAY])
    assert decision.because == words
    return decision.verb


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("active", Verb.KEEP),
        ("active parked marketed", Verb.KEEP),
        ("undelegated inactive", Verb.DEVERIFY),
        ("undelegated expiring", Verb.DEVERIFY),
        ("undelegated deleting", Verb.DEVERIFY),
        ("undelegated active", Verb.DEVERIFY),
        ("unknown", Verb.DEVERIFY),
        ("", Verb.PUT_OFF),
    ],
)
def test_pypi_goes_by_any_word_and_a_name_registered_anew_is_active(words, verb):
    assert verdict(pypi, words) is verb


@pytest.mark.parametrize(
    ("words", "mx", "verb"),
    [
        ("active", False, Verb.KEEP),
        ("active parked", False, Verb.DEVERIFY),
        ("active parked", True, Verb.KEEP),
        ("undelegated inactive", False, Verb.DEVERIFY),
        ("undelegated inactive", True, Verb.KEEP),
        ("undelegated active", False, Verb.KEEP),
        ("unknown", False, Verb.KEEP),
        ("", False, Verb.PUT_OFF),
    ],
)
def test_rubygems_blocks_what_may_be_free_unless_it_has_an_mx(words, mx, verb):
    assert verdict(rubygems, words, mx=mx) is verb


@pytest.mark.parametrize(("others", "verb"), [(19, Verb.DEVERIFY), (20, Verb.PUT_OFF)])
def test_rubygems_blocks_twenty_accounts_a_run_or_none(others, verb):
    history = [Heard(AT, "undelegated inactive", mx=False)]
    (decision,) = rubygems(history, [AT + DAY], other_hits=lambda at: others)
    assert decision.verb is verb


def test_stock_django_decides_nothing():
    assert stock_django([Heard(AT, "undelegated inactive")], [AT]) == []
    assert gone_at([]) is None


def test_what_happens_between_two_looks_is_not_seen():
    history = [Heard(AT, "active"), Heard(AT + DAY, "deleting"), Heard(AT + 2 * DAY, "active")]
    seldom = looks_every(30 * DAY, AT, AT + 90 * DAY)
    assert [each.verb for each in pypi(history, seldom)] == [Verb.KEEP] * 3
    assert gone_at(pypi(history, looks_every(DAY, AT, AT + 90 * DAY))) == AT + DAY


def test_nobody_looks_for_an_address_that_is_gone():
    history = [Heard(AT, "deleting"), Heard(AT + 5 * DAY, "active")]
    assert len(pypi(history, looks_every(DAY, AT, AT + 90 * DAY))) == 1


@pytest.mark.parametrize(("addresses", "days"), [(1_000_000, 1000), (30_000, 30), (100, 30)])
def test_a_thousand_addresses_a_day_are_a_thousand_days_at_a_million(addresses, days):
    assert pypi_as_coded(addresses) == days * DAY


@pytest.mark.parametrize(("addresses", "stuck"), [(200_000, False), (1_000_000, True)])
def test_a_cap_of_twenty_is_passed_for_ever_where_more_lapse_in_a_day(addresses, stuck):
    hits = HitsElsewhere(0, addresses)
    year = [hits(AT + day * DAY) for day in range(60, 365)]
    assert all(each > 20 for each in year) is stuck
    assert any(each > 20 for each in year) is stuck


def test_ours_asks_the_dns_each_day_and_registries_far_more_seldom():
    asked = lookups_in_a_year(Plan(lives=25))
    assert 365 < asked["dns"] < 600
    assert 52 < asked["registry"] < 110


def test_a_number_that_the_rules_do_not_have_is_an_error_that_names_those_they_have():
    with pytest.raises(ValueError, match="apart"):
        with_policy(Plan(), [("nothing", DAY)])
