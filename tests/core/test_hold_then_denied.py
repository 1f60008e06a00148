"""A registry that shows a hold has explained why the DNS misses the name."""

from __future__ import annotations

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from tests.core.builders import (
    DAY,
    HOUR,
    LAPSED,
    POLICY,
    REDEMPTION,
    UNDELEGATED,
    baseline,
    nxdomain,
    registration,
    registry,
    silent,
    walk,
)

ON_HOLD = [registry(registration(Status.CLIENT_HOLD)), nxdomain()]
WEEK = POLICY.apart_after_hold / HOUR


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


def test_silence_in_between_changes_nothing():
    quiet = [silent(SourceClass.REGISTRY, Outcome.LIMITED), nxdomain()]
    late = 24 + 7 * DAY / HOUR

    assert epoch((0, ON_HOLD), (24, LAPSED), (48, quiet), (late, LAPSED)) == 2
