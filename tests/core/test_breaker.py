"""Limits on how many epochs automation may raise at a time (RULES, Epochs)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.breaker import Traffic, Wish, groups_of, limit, rule


def wishes(count, *, tld="org", source="rdap", counts=True, start=0):
    return [Wish(f"d{number}.{tld}", tld, source, counts) for number in range(start, start + count)]


@pytest.mark.parametrize(
    ("group", "domains", "most"),
    [
        ("sweep", 0, 20),
        ("sweep", 4_000, 20),
        ("sweep", 4_199, 20),
        ("sweep", 4_200, 21),
        ("sweep", 200_000, 1_000),
        ("tld:org", 1_000, 20),
        ("tld:org", 1_050, 21),
        ("source:rdap", 2_000, 20),
        ("source:rdap", 2_100, 21),
    ],
)
def test_limits_are_twenty_or_a_share(group, domains, most):
    assert limit(group, domains) == most


def test_a_wish_counts_in_three_groups():
    assert groups_of(Wish("a.org", "org", "rdap")) == ("sweep", "tld:org", "source:rdap")


@pytest.mark.parametrize(("count", "passed"), [(0, 0), (1, 1), (20, 20), (21, 0), (300, 0)])
def test_a_group_over_its_limit_passes_none(count, passed):
    ruling = rule(wishes(count), Traffic())

    assert len(ruling.passed) == passed
    assert len(ruling.stopped) == count - passed


@pytest.mark.parametrize(("before", "passed"), [(19, 1), (20, 0)])
def test_what_was_raised_in_the_last_day_counts(before, passed):
    for group in ("sweep", "tld:org", "source:rdap"):
        assert len(rule(wishes(1), Traffic(bumped={group: before})).passed) == passed


def test_what_was_raised_elsewhere_does_not_count():
    traffic = Traffic(bumped={"tld:net": 900, "source:whois": 900})

    assert len(rule(wishes(20), traffic).passed) == 20


def test_one_bad_tld_or_source_stops_only_itself():
    big = Traffic(domains={"sweep": 100_000, "source:rdap": 100_000})
    ruling = rule([*wishes(21, tld="de"), *wishes(20, tld="org")], big)

    assert {wish.tld for wish in ruling.passed} == {"org"}
    assert {group for _, group in ruling.stopped} == {"tld:de"}

    big = Traffic(domains={"sweep": 100_000, "tld:org": 100_000})
    ruling = rule([*wishes(21, source="whois"), *wishes(20, source="rdap", start=50)], big)

    assert {wish.source for wish in ruling.passed} == {"rdap"}
    assert {group for _, group in ruling.stopped} == {"source:whois"}


def test_a_whole_sweep_stops_when_it_wants_too_much():
    many = [
        wish for number in range(30) for wish in wishes(1, tld=f"t{number}", source=f"{number}")
    ]

    assert {group for _, group in rule(many, Traffic()).stopped} == {"sweep"}


@pytest.mark.parametrize("count", [21, 300, 3_000])
def test_made_up_accounts_cannot_trip_it(count):
    ruling = rule([*wishes(count, counts=False), *wishes(1, start=count)], Traffic())

    assert len(ruling.passed) == count + 1


def test_a_wish_counts_unless_somebody_says_that_it_does_not():
    assert rule([Wish(f"d{each}.org", "org", "rdap") for each in range(21)], Traffic()).passed == ()


def test_what_does_not_count_stops_with_its_group():
    ruling = rule([*wishes(21), *wishes(1, counts=False, start=21)], Traffic())

    assert len(ruling.stopped) == 22


@given(
    st.lists(
        st.builds(
            Wish,
            domain=st.integers(0, 999).map(str),
            tld=st.sampled_from(["org", "de"]),
            source=st.sampled_from(["rdap", "whois"]),
            counts=st.booleans(),
        ),
        max_size=60,
    ),
    st.dictionaries(st.sampled_from(["sweep", "tld:org", "source:rdap"]), st.integers(0, 30)),
)
def test_every_wish_passes_or_stops_in_its_order_and_no_group_goes_over(wanted, bumped):
    ruling = rule(wanted, Traffic(bumped=bumped))
    stopped = [wish for wish, _ in ruling.stopped]

    assert sorted([*ruling.passed, *stopped], key=repr) == sorted(wanted, key=repr)
    assert list(ruling.passed) == [wish for wish in wanted if wish in ruling.passed]
    assert all(group in groups_of(wish) for wish, group in ruling.stopped)
    for group in {group for wish in ruling.passed if wish.counts for group in groups_of(wish)}:
        counted = [wish for wish in ruling.passed if wish.counts and group in groups_of(wish)]
        assert len(counted) + bumped.get(group, 0) <= 20
