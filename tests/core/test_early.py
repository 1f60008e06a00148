"""What an owner is told early, and when: the table of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domainguard.core.early import Warning, next_warning_at, warning_of
from domainguard.core.evidence import SourceClass
from domainguard.core.lifecycle import State
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import Record
from domainguard.core.windows import lapses_at_expiry
from tests.core.builders import DAY, HOUR, NOON, baseline, dns, registration, registry, verdict

ENDS = NOON + 200 * DAY
HEALTHY = Record(state=State.ACTIVE, runs_out_at=ENDS, expires_at=ENDS)
HELD = Hold(HoldClass.LAPSE, Code.REDEMPTION, NOON, frozenset({SourceClass.REGISTRY}))


def said(warning: Warning | None) -> str:
    return warning.about if warning else ""


@pytest.mark.parametrize(
    ("days", "about"),
    [
        (61, ""),
        (60, "expiry:{}:60"),
        (31, "expiry:{}:60"),
        (30, "expiry:{}:30"),
        (8, "expiry:{}:30"),
        (7, "expiry:{}:7"),
        (0.1, "expiry:{}:7"),
        (0, ""),
        (-5, ""),
    ],
)
def test_a_domain_that_runs_out_is_told_of_at_sixty_thirty_and_seven_days(days, about):
    now = ENDS - days * DAY
    assert said(warning_of(HEALTHY, now=now)) == about.format(ENDS.date())


@pytest.mark.parametrize(
    ("record", "hours", "trouble"),
    [
        (replace(HEALTHY, holds=(HELD,)), 23, ""),
        (replace(HEALTHY, holds=(HELD,)), 24, "hold"),
        (replace(HEALTHY, holds=(HELD,), exempt=True), 24, ""),
        (replace(HEALTHY, state=State.EXPIRED, expires_at=NOON), 23, ""),
        (replace(HEALTHY, state=State.EXPIRED, expires_at=NOON), 24, "grace"),
        (replace(HEALTHY, state=State.EXPIRED, expires_at=NOON, holds=(HELD,)), 30, "hold"),
        (replace(HEALTHY, state=State.EXPIRED, expires_at=None), 30, ""),
        (replace(HEALTHY, runs_out_at=None), 24 * 199, ""),
        (replace(HEALTHY, exempt=True), 24 * 199, ""),
    ],
)
def test_a_hold_or_grace_is_told_of_after_a_day_and_a_mailbox_providers_never(
    record, hours, trouble
):
    warning = warning_of(record, now=NOON + hours * HOUR)
    assert (warning.trouble if warning else "") == trouble


def test_each_occasion_comes_up_once_and_the_next_one_at_its_time():
    record, now, told, moments = HEALTHY, NOON, "", []
    while (due := next_warning_at(record, now=now, told=told)) is not None:
        moments.append((ENDS - due) / DAY)
        now, told = due, said(warning_of(record, now=due))
    assert moments == [60, 30, 7]


def test_a_domain_first_seen_in_the_middle_comes_up_at_once():
    now = ENDS - 20 * DAY
    assert next_warning_at(HEALTHY, now=now, told="") == now
    step = said(warning_of(HEALTHY, now=now))
    assert next_warning_at(HEALTHY, now=now, told=step) == ENDS - 7 * DAY


def test_a_hold_comes_up_a_day_after_it_began():
    held = replace(HEALTHY, holds=(HELD,))
    assert next_warning_at(held, now=NOON, told="") == NOON + DAY


@pytest.mark.parametrize(
    ("domain", "facts", "is_a_date"),
    [
        # The registry of .org renews by itself: its date alone comes near every year.
        ("mill-lane.org", {"registrar_expires_at": None}, False),
        ("mill-lane.org", {"registrar_expires_at": NOON + 40 * DAY}, True),
        ("mill-lane.se", {"registrar_expires_at": None}, True),
        ("mill-lane.example", {"registrar_expires_at": None}, False),
    ],
)
def test_only_a_date_at_which_something_ends_is_told(domain, facts, is_a_date):
    found = registry(registration(expires_at=NOON + 40 * DAY, **facts))
    seen = verdict([replace(found, domain=domain), dns()])
    assert (seen.runs_out_at is not None) == is_a_date


def test_a_renewal_takes_the_date_along():
    soon = registration(registrar_expires_at=NOON + 5 * DAY, expires_at=NOON + 5 * DAY)
    renewed = registration(registrar_expires_at=NOON + 370 * DAY, expires_at=NOON + 370 * DAY)
    before = verdict([registry(soon), dns()])
    after = verdict([registry(renewed), dns()])
    assert before.runs_out_at == NOON + 5 * DAY
    assert after.runs_out_at == NOON + 370 * DAY
    assert baseline().runs_out_at is None


def test_the_names_that_lapse_at_their_date_are_those_the_table_says_so_of():
    assert lapses_at_expiry("mill-lane.uk")
    assert not lapses_at_expiry("mill-lane.com")
