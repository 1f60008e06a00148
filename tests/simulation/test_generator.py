"""The generator: the same seed gives the same lives, in the shares that were asked for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.core.names import parse_domain
from domainguard.core.windows import windows_of
from domainguard.simulation.generator import generate, generate_outages
from domainguard.simulation.life_classes import (
    AS_IN_A_YEAR,
    EVERY_KIND,
    HEALTHY_EVENTS,
    LAPSES,
    OUTAGES,
    TLD_CLASSES,
)
from domainguard.simulation.lives import Holder, Life
from domainguard.simulation.outages import How, Where

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 180
LIVES = list(generate(7, 2000, START, DAYS, EVERY_KIND))


def test_a_seed_gives_the_same_lives_and_another_gives_others():
    assert list(generate(7, 50, START, DAYS, EVERY_KIND)) == LIVES[:50]
    assert list(generate(8, 50, START, DAYS, EVERY_KIND)) != LIVES[:50]


def test_no_two_lives_share_a_name():
    names = [each.domain for life in LIVES for each in life.everything()]
    assert len(set(names)) == len(names)


def test_on_the_first_day_every_mailbox_is_its_owners():
    assert {life.holder_at(START - DAY) for life in LIVES} == {Holder.OWNER}
    assert {life.at(START - DAY).delegated for life in LIVES} == {True}


@pytest.mark.parametrize("mix", [AS_IN_A_YEAR, HEALTHY_EVENTS, LAPSES], ids=["year", "ok", "lost"])
def test_kinds_come_in_the_shares_asked_for(mix):
    kinds = Counter(life.kind for life in generate(3, 4000, START, DAYS, mix))
    for kind in ("host_moved", "transferred", "lapsed", "registered_by_a_stranger"):
        assert abs(kinds[kind] / 4000 - mix.get(kind, 0)) < 0.02
    assert abs(kinds["healthy"] / 4000 - (1 - sum(mix.values()))) < 0.02


def test_healthy_events_never_give_a_mailbox_away():
    for life in generate(3, 500, START, DAYS, HEALTHY_EVENTS):
        assert {turn.facts.holder for turn in life.turns} == {Holder.OWNER}
        assert len({turn.facts.handle for turn in life.turns}) == 1


def _ends_with_a_stranger(life: Life) -> bool:
    return life.turns[-1].facts.mailbox is Holder.STRANGER


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("registered_by_a_stranger", True),
        ("aftermarket_sale", True),
        ("mail_host_lapse", True),
        ("delegated_subdomain", True),
        ("lapsed", False),
        ("renewed_in_grace", False),
        ("restored_from_redemption", False),
        ("transferred", False),
    ],
)
def test_only_lives_that_are_lost_end_in_a_strangers_hands(kind, lost):
    lives = [life for life in LIVES if life.kind == kind]
    assert lives
    assert {_ends_with_a_stranger(life) for life in lives} == {lost}


def test_dropped_names_are_caught_at_once_within_a_minute_or_after_days():
    waits = []
    for life in generate(5, 1000, START, DAYS, {"registered_by_a_stranger": 1.0}):
        owned = life.turns[0].facts.handle
        taken = next(turn.at for turn in life.turns if turn.facts.holder is Holder.STRANGER)
        gone = [turn.at for turn in life.turns if not turn.facts.registered]
        assert owned not in {turn.facts.handle for turn in life.turns if turn.at >= taken}
        waits.append(taken - gone[0] if gone else timedelta(0))
    assert waits.count(timedelta(0)) / 1000 == pytest.approx(0.095, abs=0.03)
    assert sum(wait <= timedelta(minutes=1) for wait in waits) / 1000 == pytest.approx(
        0.5, abs=0.05
    )
    assert max(waits) > 20 * DAY


def test_some_sales_leave_a_trace_and_nothing_else_leaves_none():
    assert {life.trace for life in LIVES if life.kind == "aftermarket_sale"} == {True, False}
    assert {life.trace for life in LIVES if life.kind != "aftermarket_sale"} == {True}


def test_names_of_every_tld_class_are_ones_that_an_address_can_have():
    tlds = {life.domain.rpartition(".")[2] for life in LIVES}
    assert {tld for each in TLD_CLASSES for tld in each.tlds} <= tlds | {"ws", "me", "io"}
    for life in LIVES[:300]:
        if life.kind != "delegated_subdomain":
            assert parse_domain(life.domain).trust_key == life.domain


def test_the_shares_of_tld_classes_are_all_domains():
    assert sum(each.share for each in TLD_CLASSES) == pytest.approx(1)


@pytest.mark.parametrize("tlds", TLD_CLASSES, ids=lambda each: "-".join(each.tlds))
def test_the_tlds_of_a_class_go_through_the_same_stages_as_the_shipped_table_has_them(tlds):
    assert {windows_of(f"name.{tld}") for tld in tlds.tlds} == {tlds.stages}


def test_outages_are_repeatable_and_begin_within_their_days():
    outages = list(generate_outages(7, 500, START, DAYS))
    assert outages == list(generate_outages(7, 500, START, DAYS))
    for outage in outages:
        assert START <= outage.start < START + DAYS * DAY
        assert timedelta(seconds=1) <= outage.end - outage.start <= timedelta(hours=72)
        assert (outage.where, outage.how) in OUTAGES
        assert outage.resolver is None or outage.where is Where.RESOLVERS
        assert outage.tld or outage.how is not How.BOGUS
