"""A registry that only denies a name may be wrong for days: where that is likely, it waits a week.

It is likely where it cannot have released the name yet, and where it showed a hold, which explains
why the DNS misses the name.
"""

from __future__ import annotations

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.reasons import SENTENCES, Code, HoldClass
from tests.core.builders import (
    DAY,
    HOUR,
    LAPSED,
    POLICY,
    REDEMPTION,
    UNDELEGATED,
    after,
    baseline,
    dns,
    nxdomain,
    registration,
    registry,
    reregistered,
    silent,
    verdict,
    walk,
)

GONE = registry(Outcome.NOT_FOUND)
ON_HOLD = [registry(registration(Status.CLIENT_HOLD)), nxdomain()]
WEEK = POLICY.apart_when_denied / HOUR


def epoch(*looks) -> int:
    return walk(baseline(), *looks).control_epoch


@pytest.mark.parametrize(("later", "expected"), [(6, 1), (72, 1), (WEEK - 1, 1), (WEEK, 2)])
def test_a_registry_that_denies_what_it_held_must_say_so_for_a_week(later, expected):
    assert epoch((0, ON_HOLD), (24, LAPSED), (24 + later, LAPSED)) == expected


def test_meanwhile_it_is_held():
    record = walk(baseline(), (0, ON_HOLD), (24, LAPSED), (30, LAPSED))
    assert {hold.hold_class.value for hold in record.holds} >= {"lapse", "suspension"}


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([(0, LAPSED), (6, LAPSED)], id="it was well before"),
        pytest.param([(0, UNDELEGATED), (24, LAPSED), (30, LAPSED)], id="no hold was shown"),
        pytest.param([(0, ON_HOLD), (24, REDEMPTION), (30, REDEMPTION)], id="it says redemption"),
    ],
)
def test_anything_else_takes_six_hours(looks):
    assert epoch(*looks) == 2


def epoch_where_a_loss_shows(days: int, *looks) -> int:
    return walk(baseline(), *looks, visible_for=days * DAY).control_epoch


@pytest.mark.parametrize(("later", "expected"), [(6, 1), (72, 1), (WEEK - 1, 1), (WEEK, 2)])
def test_a_registry_that_denies_what_it_showed_must_say_so_for_a_week(later, expected):
    assert epoch_where_a_loss_shows(35, (24, LAPSED), (24 + later, LAPSED)) == expected


@pytest.mark.parametrize(
    ("days", "looks"),
    [
        pytest.param(0, [(24, LAPSED), (30, LAPSED)], id="a loss need not show there"),
        pytest.param(3, [(72, LAPSED), (78, LAPSED)], id="it was last seen well before that"),
        pytest.param(35, [(24, REDEMPTION), (30, REDEMPTION)], id="it says redemption"),
        pytest.param(35, [(24, LAPSED), (30, REDEMPTION)], id="it says redemption later"),
        pytest.param(35, [(24, REDEMPTION), (30, LAPSED)], id="it said redemption before"),
    ],
)
def test_what_can_be_a_release_takes_six_hours(days, looks):
    assert epoch_where_a_loss_shows(days, *looks) == 2


def test_a_denial_that_began_too_early_stays_in_doubt_when_the_time_has_come():
    early, late = 3 * 24 - 2, 3 * 24 + 6

    assert epoch_where_a_loss_shows(3, (early, LAPSED), (late, LAPSED)) == 1


def test_a_denial_that_cannot_be_true_holds_at_once_and_says_so():
    seen = verdict([GONE, dns()], visible_for=35 * DAY)

    assert [(each.code, each.hold_class) for each in seen.signals] == [
        (Code.DENIED, HoldClass.LAPSE)
    ]
    assert seen.sentence == SENTENCES[Code.DENIED]


def test_a_new_registration_behind_it_does_not_wait():
    anew = [registry(reregistered(after(24))), dns()]

    assert epoch_where_a_loss_shows(35, (24, LAPSED), (30, anew), (36, anew)) == 2


def test_silence_in_between_changes_nothing():
    quiet = [silent(SourceClass.REGISTRY, Outcome.LIMITED), nxdomain()]
    late = 24 + 7 * DAY / HOUR

    assert epoch((0, ON_HOLD), (24, LAPSED), (48, quiet), (late, LAPSED)) == 2
