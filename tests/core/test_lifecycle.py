"""From a set of statuses to a state, and from one state to the next (FIELD 1.2, 2.1)."""

from __future__ import annotations

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, Registration, SourceClass
from domainguard.core.lifecycle import (
    MAY_FOLLOW,
    MEANING,
    State,
    is_being_restored,
    is_usual_step,
    state_in_registry,
)
from tests.core.builders import DAY, NOON, registration, registry, silent


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ({Status.PENDING_DELETE, Status.REDEMPTION_PERIOD}, State.REDEMPTION),
        ({Status.PENDING_DELETE}, State.PENDING_DELETE),
        ({Status.PENDING_DELETE, Status.PENDING_RESTORE}, State.REDEMPTION),
        ({Status.REDEMPTION_PERIOD}, State.REDEMPTION),
        (
            {
                Status.CLIENT_HOLD,
                Status.PENDING_DELETE,
                Status.REDEMPTION_PERIOD,
                Status.SERVER_HOLD,
            },
            State.REDEMPTION,
        ),
        ({Status.PENDING_DELETE, Status.SERVER_HOLD}, State.PENDING_DELETE),
        ({Status.CLIENT_HOLD, Status.ACTIVE}, State.SUSPENDED),
        ({Status.SERVER_HOLD}, State.SUSPENDED),
        ({Status.AUTO_RENEW_PERIOD}, State.ACTIVE),
        ({Status.CLIENT_TRANSFER_PROHIBITED, Status.CLIENT_DELETE_PROHIBITED}, State.ACTIVE),
        ({Status.INACTIVE}, State.ACTIVE),
        (set(), State.ACTIVE),
    ],
)
def test_statuses_are_read_as_a_set(statuses, state):
    answer = registry(Registration(statuses=frozenset(statuses)))

    assert state_in_registry(answer, now=NOON) is state


def test_a_registry_that_knows_no_such_domain_says_released():
    assert state_in_registry(registry(Outcome.NOT_FOUND), now=NOON) is State.RELEASED


def test_a_witness_without_a_registration_says_nothing():
    assert state_in_registry(silent(SourceClass.REGISTRY), now=NOON) is State.UNKNOWN


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        ({"expires_at": NOON - DAY}, State.EXPIRED),
        ({"expires_at": NOON}, State.ACTIVE),
        ({"expires_at": NOON + DAY}, State.ACTIVE),
        ({"expires_at": None}, State.ACTIVE),
        # The registry renewed by itself; the registrar has not been paid.
        ({"expires_at": NOON + 364 * DAY, "registrar_expires_at": NOON - DAY}, State.EXPIRED),
        ({"expires_at": NOON + 364 * DAY, "registrar_expires_at": NOON + DAY}, State.ACTIVE),
    ],
)
def test_a_date_that_has_passed_is_expiry_whoever_gives_it(dates, state):
    answer = registry(registration(Status.AUTO_RENEW_PERIOD, **dates))

    assert state_in_registry(answer, now=NOON) is state


def test_a_hold_weighs_more_than_a_date():
    answer = registry(registration(Status.CLIENT_HOLD, expires_at=NOON - DAY))

    assert state_in_registry(answer, now=NOON) is State.SUSPENDED


def test_a_deletion_before_the_expiry_date_is_still_one():
    answer = registry(registration(Status.PENDING_DELETE, expires_at=NOON + 19 * DAY))

    assert state_in_registry(answer, now=NOON) is State.PENDING_DELETE


def test_a_restore_is_seen_by_its_status():
    assert is_being_restored(registration(Status.PENDING_DELETE, Status.PENDING_RESTORE))
    assert not is_being_restored(registration(Status.PENDING_DELETE, Status.REDEMPTION_PERIOD))


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_meaning_and_may_stay(state):
    assert MEANING[state].endswith(".")
    assert is_usual_step(state, state)
    assert is_usual_step(State.UNKNOWN, state)


@pytest.mark.parametrize(
    ("before", "after", "usual"),
    [
        (State.ACTIVE, State.EXPIRED, True),
        (State.ACTIVE, State.SUSPENDED, True),
        (State.ACTIVE, State.REDEMPTION, True),
        (State.ACTIVE, State.PENDING_DELETE, True),
        (State.ACTIVE, State.RELEASED, False),
        (State.ACTIVE, State.REREGISTERED, False),
        (State.EXPIRED, State.ACTIVE, True),
        (State.SUSPENDED, State.ACTIVE, True),
        (State.REDEMPTION, State.ACTIVE, True),
        (State.REDEMPTION, State.PENDING_DELETE, True),
        (State.REDEMPTION, State.RELEASED, False),
        (State.PENDING_DELETE, State.RELEASED, True),
        (State.PENDING_DELETE, State.REREGISTERED, True),
        (State.PENDING_DELETE, State.ACTIVE, False),
        (State.RELEASED, State.REREGISTERED, True),
        (State.RELEASED, State.ACTIVE, False),
        (State.REREGISTERED, State.ACTIVE, True),
        (State.ACTIVE, State.UNKNOWN, False),
    ],
)
def test_which_state_may_follow_which(before, after, usual):
    assert is_usual_step(before, after) is usual


def test_every_state_says_what_may_follow_it():
    assert set(MAY_FOLLOW) == set(State)
