"""What a look comes to: a state, who was clean, when it began, and a sentence."""

from __future__ import annotations

import itertools

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.lifecycle import MEANING, State
from domainguard.core.reasons import SENTENCES, Code
from domainguard.core.record import Record
from tests.core.builders import (
    ANEW,
    BORN,
    DAY,
    HEALTHY,
    LAPSED,
    NOON,
    OTHER_MX,
    OTHER_NS,
    QUIET,
    REDEMPTION,
    RESCUE,
    UNDELEGATED,
    VERIFIED,
    at,
    baseline,
    dns,
    nodata,
    nxdomain,
    registration,
    registry,
    reregistered,
    silent,
    vendor,
    verdict,
)

REGISTRY, DNS, VENDOR = SourceClass.REGISTRY, SourceClass.DNS, SourceClass.VENDOR


def answer(*statuses, **facts):
    return registry(registration(*statuses, **facts))


@pytest.mark.parametrize(
    ("look", "state"),
    [
        (HEALTHY, State.ACTIVE),
        ([answer(expires_at=NOON - DAY), dns()], State.EXPIRED),
        (REDEMPTION, State.REDEMPTION),
        (RESCUE, State.REDEMPTION),
        ([answer(Status.PENDING_DELETE), nxdomain()], State.PENDING_DELETE),
        (LAPSED, State.RELEASED),
        (ANEW, State.REREGISTERED),
        ([registry(reregistered()), nxdomain()], State.REREGISTERED),
        ([answer(Status.CLIENT_HOLD), dns()], State.SUSPENDED),
        (UNDELEGATED, State.SUSPENDED),
        ([answer(expires_at=NOON - DAY), nxdomain()], State.SUSPENDED),
        ([silent(REGISTRY), nxdomain()], State.UNKNOWN),
        ([silent(REGISTRY), dns()], State.ACTIVE),
        (QUIET, State.ACTIVE),
        ([*HEALTHY, vendor(Outcome.NOT_FOUND)], State.ACTIVE),
        ([vendor(Outcome.NOT_FOUND)], State.RELEASED),
        ([vendor(registration(Status.REDEMPTION_PERIOD)), dns()], State.REDEMPTION),
        ([answer(handle="", registered_at=None), dns()], State.ACTIVE),
    ],
)
def test_the_state_a_look_concludes(look, state):
    assert verdict(look).state is state


def test_a_first_look_at_nothing_leaves_the_state_unknown():
    assert verdict(QUIET, Record()).state is State.UNKNOWN


@pytest.mark.parametrize("look", [[nxdomain()], [dns()], QUIET])
def test_what_the_registry_said_last_outlives_its_silence(look):
    record = at(baseline(), REDEMPTION, 0).record

    assert verdict(look, record, hours=1).state is State.REDEMPTION


@pytest.mark.parametrize(
    ("look", "state"),
    [
        ([dns()], State.ACTIVE),
        ([nxdomain()], State.UNKNOWN),
        ([dns(OTHER_NS, OTHER_MX)], State.ACTIVE),
        ([nodata()], State.ACTIVE),
        ([], State.ACTIVE),
    ],
)
def test_without_a_registry_dns_says_active_or_nothing(look, state):
    record = at(Record(), [dns()], -1, has_registry=False).record

    assert verdict(look, record, has_registry=False).state is state


def test_without_a_registry_a_name_that_is_not_there_is_not_active():
    assert verdict([nodata()], Record(), has_registry=False).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("look", "clean"),
    [
        (HEALTHY, {REGISTRY, DNS}),
        ([*HEALTHY, vendor()], {REGISTRY, DNS, VENDOR}),
        ([*HEALTHY, vendor(Outcome.NOT_FOUND)], {REGISTRY, DNS}),
        (UNDELEGATED, {REGISTRY}),
        (LAPSED, set()),
        ([registry(), nodata()], {REGISTRY}),
        ([silent(REGISTRY), dns()], {DNS}),
        (QUIET, set()),
        ([registry(), answer(Status.CLIENT_HOLD), dns()], {DNS}),
    ],
)
def test_clean_are_the_classes_that_spoke_and_had_nothing_against_it(look, clean):
    assert verdict(look).clean == clean


@pytest.mark.parametrize(
    ("look", "t0"),
    [
        (ANEW, NOON),
        ([answer(registered_at=NOON), dns()], NOON),
        ([answer(handle="D2-ORG"), dns()], None),
        # The forward date lies before the trust it would end: it dates nothing.
        ([registry(reregistered(VERIFIED - 900 * DAY)), dns()], None),
        ([registry(reregistered()), nxdomain()], NOON),
        (
            [registry(reregistered()), registry(reregistered(NOON - DAY), source="whois"), dns()],
            NOON,
        ),
        ([registry(), registry(registration(registered_at=NOON), source="whois"), dns()], NOON),
        (HEALTHY, None),
        (LAPSED, None),
    ],
)
def test_a_change_of_hands_begins_with_the_later_registration_date(look, t0):
    assert verdict(look).t0 == t0


def test_a_first_look_dates_no_change():
    assert verdict(ANEW, Record()).t0 is None


@pytest.mark.parametrize(
    ("look", "healthy"),
    [
        (HEALTHY, True),
        ([silent(REGISTRY), dns()], True),
        (QUIET, False),
        (UNDELEGATED, False),
        ([RESCUE[0], dns()], False),
        ([answer(expires_at=NOON - DAY), dns()], False),
        ([*HEALTHY, vendor(Outcome.NOT_FOUND)], False),
    ],
)
def test_healthy_is_conclusive_and_active_with_nothing_against_it(look, healthy):
    assert verdict(look).healthy is healthy


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        (LAPSED, SENTENCES[Code.NOT_REGISTERED]),
        (ANEW, SENTENCES[Code.NEW_HANDLE]),
        (QUIET, "Nobody who could know gave a usable answer; nothing changes."),
        ([RESCUE[0], dns()], SENTENCES[Code.PENDING_RESTORE]),
        (
            [answer(Status.AUTO_RENEW_PERIOD, registrar_expires_at=NOON - DAY), dns()],
            MEANING[State.EXPIRED],
        ),
        (HEALTHY, "The domain is in the same hands as before."),
    ],
)
def test_one_plain_sentence_for_people(look, sentence):
    assert verdict(look).sentence == sentence


def test_reasons_are_the_signals_before_the_remarks():
    seen = verdict([registry(Outcome.NOT_FOUND), dns(mx=())])

    assert seen.reasons == (
        Code.NOT_REGISTERED,
        Code.MX_CHANGED,
        Code.NO_MX,
        Code.SKIPPED_STAGE,
    )


def test_the_order_of_witnesses_does_not_matter():
    look = [
        registry(registration(handle="")),
        registry(reregistered(), source="whois"),
        nxdomain(),
        vendor(Outcome.NOT_FOUND),
    ]

    assert all(verdict(shuffled) == verdict(look) for shuffled in itertools.permutations(look))


@pytest.mark.parametrize(
    ("dates", "expires_at"),
    [
        ({"expires_at": NOON + DAY}, NOON + DAY),
        ({"expires_at": NOON + 365 * DAY, "registrar_expires_at": NOON}, NOON),
        ({"expires_at": None}, None),
    ],
)
def test_the_registrars_date_is_the_date_that_was_paid_for(dates, expires_at):
    assert verdict([answer(**dates), dns()]).expires_at == expires_at


def test_the_earlier_of_two_expiry_dates_counts():
    look = [answer(expires_at=NOON + DAY), registry(source="whois"), registry(Outcome.NOT_FOUND)]

    assert verdict(look).expires_at == NOON + DAY


def test_what_was_observed_is_this_look_alone():
    seen = verdict([registry(registration(handle="D2-ORG", registered_at=None))])

    assert seen.observed.handle == "D2-ORG"
    assert seen.observed.registered_at is None
    assert baseline().fingerprint.registered_at == BORN
