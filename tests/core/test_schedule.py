"""When the next look is due, how deep it goes, and when a person must look."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.lifecycle import State
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import Record
from domainguard.core.schedule import Depth, depth, needs_a_person, next_check_at, weight
from tests.core.builders import (
    ANEW,
    DAY,
    HEALTHY,
    HOUR,
    LAPSED,
    NOON,
    OTHER_MX,
    OTHER_NS,
    POLICY,
    QUIET,
    REDEMPTION,
    SUSPENDED,
    UNDELEGATED,
    after,
    at,
    baseline,
    dns,
    nxdomain,
    registration,
    registry,
    vendor,
    walk,
)


def wait(record, spread=0.0):
    return next_check_at(record, now=NOON, policy=POLICY, spread=spread) - NOON


def deep(record, *, hours=0, visible=35):
    seen = timedelta(days=visible)
    return depth(record, now=after(hours), policy=POLICY, visible_for=seen) is Depth.FULL


@pytest.mark.parametrize(
    ("record", "hours"),
    [
        (baseline(), 24),
        (walk(baseline(), (0, LAPSED)), 6),
        (walk(baseline(), (0, LAPSED), (1, LAPSED)), 6),
        (walk(baseline(), (0, ANEW)), 6),
        (walk(baseline(), (0, UNDELEGATED)), 6),
        (walk(baseline(), (0, SUSPENDED)), 6),
        (walk(baseline(), (0, UNDELEGATED), (6, UNDELEGATED)), 12),
        (walk(baseline(), (0, SUSPENDED), (6, SUSPENDED)), 12),
        (walk(baseline(), (0, REDEMPTION), (6, REDEMPTION)), 12),
        (walk(baseline(), (0, LAPSED), (6, LAPSED)), 24),
        (walk(baseline(), (0, ANEW), (6, ANEW)), 24),
        (walk(baseline(), (0, UNDELEGATED), (6, UNDELEGATED), (9, HEALTHY)), 6),
        (walk(baseline(), (0, UNDELEGATED), (1, HEALTHY), (7, HEALTHY)), 24),
        (walk(baseline(), (0, ANEW), (6, ANEW), (9, ANEW)), 24),
        (replace(walk(baseline(), (0, LAPSED)), under_review=True), 24),
        (replace(walk(baseline(), (0, SUSPENDED), (6, SUSPENDED)), under_review=True), 24),
    ],
)
def test_what_six_hours_could_settle_is_looked_at_after_six_hours(record, hours):
    assert wait(record) == hours * HOUR


def test_a_hold_whose_reason_has_gone_ends_within_a_day():
    held = walk(baseline(), (0, SUSPENDED), (6, SUSPENDED))
    longest_wait = wait(held)
    clearing = at(held, HEALTHY, 18).record

    assert longest_wait + wait(clearing) < DAY
    assert not at(clearing, HEALTHY, 24).record.held


@pytest.mark.parametrize(("times", "hours"), [(1, 1), (2, 6), (3, 24), (4, 24), (400, 24)])
def test_silence_is_asked_again_after_one_six_and_twenty_four_hours(times, hours):
    assert wait(replace(baseline(), silent=times)) == hours * HOUR
    assert wait(replace(walk(baseline(), (0, LAPSED)), silent=times)) == hours * HOUR


def test_guesses_are_spread_and_rules_are_not():
    assert wait(baseline(), spread=0.5) == DAY * 0.95
    assert wait(replace(baseline(), silent=1), spread=0.5) == HOUR * 1.05
    assert wait(walk(baseline(), (0, LAPSED)), spread=0.5) == 6 * HOUR


@given(st.integers(0, 9), st.floats(0, 1, exclude_max=True))
def test_the_next_look_is_never_further_than_a_day_and_a_tenth(times, spread):
    assert HOUR <= wait(replace(baseline(), silent=times), spread) <= timedelta(hours=26.4)


@pytest.mark.parametrize(
    ("record", "full"),
    [
        (baseline(), False),
        (Record(), True),
        (replace(baseline(), fingerprint=None), True),
        (replace(baseline(), last_conclusive_at=None), True),
        (walk(baseline(), (0, QUIET)), True),
        (walk(baseline(), (0, LAPSED)), True),
        (walk(baseline(), (0, [*HEALTHY, vendor(Outcome.NOT_FOUND)])), True),
        (replace(baseline(), state=State.EXPIRED), True),
        (walk(baseline(), (0, ANEW), (6, ANEW), (9, ANEW)), True),
    ],
)
def test_whatever_is_not_well_is_asked_about_everywhere(record, full):
    assert deep(record) is full


def test_a_registry_answer_lasts_a_week():
    assert not deep(baseline(), hours=7 * 24 - 1.01)
    assert deep(baseline(), hours=7 * 24 - 1)


def test_without_a_registry_the_last_conclusive_look_lasts_a_week():
    record = at(Record(), [dns()], -1, has_registry=False).record

    assert not deep(record, hours=7 * 24 - 1.01)
    assert deep(record, hours=7 * 24 - 1)


@pytest.mark.parametrize(("visible", "days"), [(0, 3), (5, 3), (7, 7), (35, 7)])
def test_where_a_loss_shows_for_less_than_a_week_the_registry_is_asked_every_three_days(
    visible, days
):
    assert not deep(baseline(), hours=days * 24 - 1.01, visible=visible)
    assert deep(baseline(), hours=days * 24 - 1, visible=visible)


@pytest.mark.parametrize(
    ("account", "weighs"),
    [((3, False, True), 3), ((3, True, True), 6), ((3, False, False), 6), ((3, True, False), 12)],
)
def test_an_account_weighs_double_for_a_sole_owner_and_double_without_a_second_factor(
    account, weighs
):
    assert weight(*account) == weighs
    assert weight(0, *account[1:]) == 0


@pytest.mark.parametrize(
    ("days", "full"),
    [(-31, False), (-30, True), (0, True), (100, True), (101, False), (None, False)],
)
def test_around_its_expiry_a_domain_is_asked_about_everywhere(days, full):
    expires_at = None if days is None else NOON - days * DAY

    assert deep(replace(baseline(), expires_at=expires_at)) is full


def needs(record, *, hours, has_registry):
    return needs_a_person(record, now=after(hours), policy=POLICY, has_registry=has_registry)


@pytest.mark.parametrize(("hours", "person"), [(71.9, False), (72, True), (720, True)])
def test_a_hold_of_72_hours_without_a_registry_needs_a_person(hours, person):
    record = at(Record(), [dns()], -1, has_registry=False).record
    held = walk(record, (0, [nxdomain()]), has_registry=False)

    assert needs(held, hours=hours, has_registry=False) is person
    assert not needs(record, hours=hours, has_registry=False)
    assert not needs(held, hours=hours, has_registry=True)


@pytest.mark.parametrize(
    ("looks", "person"),
    [
        pytest.param([(0, LAPSED)], False, id="lapsed: the epoch settles it"),
        pytest.param([(0, UNDELEGATED)], False, id="undelegated: it may come back"),
        pytest.param([(0, UNDELEGATED), (70, HEALTHY)], False, id="about to end"),
        pytest.param([(0, UNDELEGATED), (9, [registry(), dns(OTHER_NS)])], True, id="moved"),
        pytest.param([(0, [*HEALTHY, vendor(Outcome.NOT_FOUND)])], True, id="vendor alone"),
        pytest.param([(0, ANEW), (9, HEALTHY)], False, id="change of hands: people have it"),
    ],
)
def test_a_hold_that_nothing_can_end_needs_a_person_beside_a_registry_too(looks, person):
    record = walk(baseline(), *looks)

    assert needs(record, hours=72, has_registry=True) is person
    assert not needs(record, hours=71, has_registry=True)


def test_new_hosts_where_the_registry_shows_no_identity_need_a_person():
    nameless = registry(registration(handle="", registered_at=None))
    record = at(Record(), [nameless, dns()], -1).record

    assert needs(
        walk(record, (0, [nameless, dns(OTHER_NS, OTHER_MX)])), hours=72, has_registry=True
    )


def test_a_person_is_not_called_twice_nor_for_what_staff_did():
    staff = Hold(HoldClass.STAFF, Code.HELD_BY_STAFF, NOON, frozenset({SourceClass.DNS}))
    held = walk(baseline(), (0, UNDELEGATED))

    assert not needs(replace(held, under_review=True), hours=99, has_registry=False)
    assert not needs(replace(baseline(), holds=(staff,)), hours=99, has_registry=False)
    assert not needs(replace(baseline(), holds=(staff,)), hours=99, has_registry=True)
