"""Which signs speak of other hands: a new object, a sale, new hosts (FIELD 3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import SourceClass
from domainguard.core.reasons import Code, HoldClass
from domainguard.core.record import Record
from tests.core.builders import (
    BORN,
    DAY,
    HEALTHY,
    HOUR,
    LAPSED,
    NOON,
    OTHER_MX,
    OTHER_NS,
    PARKING_NS,
    VERIFIED,
    at,
    baseline,
    dns,
    nodata,
    nxdomain,
    registration,
    registry,
    reregistered,
    signs,
    verdict,
)

SOLD = (registry(registration(registrar="iana:2")), dns(OTHER_NS, OTHER_MX))


REGISTRY, DNS = SourceClass.REGISTRY, SourceClass.DNS
LATER = {(Code.LATER_REGISTRATION, HoldClass.CHANGE_OF_HANDS, REGISTRY)}


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (registration(handle="D2-ORG"), {Code.NEW_HANDLE}),
        (registration(registered_at=NOON), {Code.LATER_REGISTRATION}),
        (reregistered(), {Code.NEW_HANDLE, Code.LATER_REGISTRATION}),
        (registration(handle=""), set()),
        (registration(registered_at=None), set()),
        (registration(registered_at=BORN + DAY), set()),
        (registration(registered_at=VERIFIED + 48 * HOUR), set()),
        (registration(registered_at=VERIFIED + 49 * HOUR), {Code.LATER_REGISTRATION}),
        (registration(registered_at=BORN - 900 * DAY), set()),
    ],
)
def test_a_new_handle_and_a_later_date_are_a_change_of_hands(answer, codes):
    expected = {(code, HoldClass.CHANGE_OF_HANDS, REGISTRY) for code in codes}

    assert signs([registry(answer), dns()]) == expected


@pytest.mark.parametrize("moved_by", [49 * HOUR, 365 * DAY, NOON - BORN])
def test_a_date_that_moved_is_another_registration_whatever_else_is_missing(moved_by):
    later = registration(
        handle="", registered_at=BORN + moved_by, registrar="iana:2", statuses=frozenset()
    )
    look = [registry(later), dns(OTHER_NS, OTHER_MX)]

    assert signs(look, trusted_since=None) == LATER
    assert verdict(look, trusted_since=None).t0 == BORN + moved_by


@pytest.mark.parametrize("trusted_since", [NOON - HOUR, NOON + HOUR])
def test_who_was_first_seen_hours_before_a_new_registration_is_not_spared_by_the_slack(
    trusted_since,
):
    look = [registry(registration(handle="", registered_at=NOON)), dns()]

    assert signs(look, trusted_since=trusted_since) == LATER


def test_a_date_that_a_registry_rewrites_before_the_proof_ends_no_trust():
    look = [registry(registration(registered_at=VERIFIED - 365 * DAY)), dns()]

    assert signs(look, trusted_since=VERIFIED) == set()


def test_a_lapse_seen_earlier_is_a_second_sign_and_never_a_first():
    lapsed = at(baseline(), LAPSED, 0).record
    seen = (Code.LAPSE_SEEN, HoldClass.CHANGE_OF_HANDS, REGISTRY)

    assert signs(HEALTHY, record=lapsed, hours=1) == set()
    assert seen in signs([registry(registration(handle="D2-ORG")), dns()], record=lapsed, hours=1)


def test_the_first_look_never_accuses_of_a_change_of_hands():
    first = [registry(reregistered(NOON - DAY)), dns()]
    seen = verdict(first, Record())

    assert not seen.adverse
    assert Code.REGISTERED_AFTER_VERIFIED in seen.remarks
    assert Code.NO_BASELINE in seen.remarks


@pytest.mark.parametrize(
    ("born", "accused"), [(NOON - 900 * DAY, False), (NOON - 49 * HOUR, False), (NOON, True)]
)
def test_a_date_first_given_later_accuses_only_if_it_is_younger_than_the_baseline(born, accused):
    undated = at(Record(), [registry(registration(registered_at=None)), dns()], -1).record
    look = [registry(registration(registered_at=born)), dns()]

    assert bool(signs(look, record=undated)) is accused


def test_a_second_source_may_say_the_date_in_its_own_way():
    young = NOON - 90 * DAY
    record = at(Record(), [registry(registration(registered_at=young)), dns()], -1).record
    whois = registry(registration(registered_at=young - 12 * HOUR), source="whois")

    assert signs([whois, dns()], record=record) == set()


TROUBLES = [
    pytest.param([registry(registration(Status.CLIENT_HOLD)), nxdomain()], id="hold"),
    pytest.param([registry(), dns(PARKING_NS)], id="parking"),
    pytest.param([registry(registration(expires_at=NOON)), dns()], id="expired"),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_registrar_and_hosts_changed_together_after_trouble_look_like_a_sale(trouble):
    record = at(baseline(), trouble, 1).record

    assert signs(SOLD, record=record, hours=2) == {
        (Code.CHANGED_TOGETHER, HoldClass.CHANGE_OF_HANDS, REGISTRY)
    }


@pytest.mark.parametrize(
    "part",
    [
        [registry(registration(registrar="iana:2")), dns(OTHER_NS)],
        [registry(registration(registrar="iana:2")), dns(mx=OTHER_MX)],
        [registry(), dns(OTHER_NS, OTHER_MX)],
    ],
)
def test_two_of_the_three_after_trouble_are_no_sale(part):
    record = at(baseline(), TROUBLES[2].values[0], 1).record

    assert signs(part, record=record, hours=2) == set()


@pytest.mark.parametrize(("days", "sold"), [(100, True), (100.1, False)])
def test_trouble_is_forgotten_after_a_hundred_days(days, sold):
    record = at(baseline(), TROUBLES[2].values[0], 1).record

    assert bool(signs(SOLD, record=record, hours=1 + 24 * days)) is sold


def test_a_new_registration_says_more_than_the_pattern_of_a_sale():
    record = at(baseline(), LAPSED, 0).record
    look = [registry(reregistered(registrar="iana:2")), dns(OTHER_NS, OTHER_MX)]

    assert {code for code, _, _ in signs(look, record=record, hours=1)} == {
        Code.NEW_HANDLE,
        Code.LATER_REGISTRATION,
        Code.LAPSE_SEEN,
    }


NAMELESS = registration(handle="", registered_at=None)


@pytest.mark.parametrize(
    ("look", "adverse"),
    [
        ([dns(OTHER_NS, OTHER_MX)], True),
        ([dns(OTHER_NS)], False),
        ([dns(mx=OTHER_MX)], False),
        ([nodata()], True),
    ],
)
def test_hosts_changed_together_are_adverse_where_no_registry_tells(look, adverse):
    expected = {(Code.HOSTS_CHANGED_TOGETHER, HoldClass.HOSTS_CHANGED, DNS)} if adverse else set()
    alone = at(Record(), [dns()], -1, has_registry=False).record
    nameless = at(Record(), [registry(NAMELESS), dns()], -1).record

    assert signs(look, record=alone, has_registry=False) == expected
    assert signs([*look, registry(NAMELESS)], record=nameless) == expected


@pytest.mark.parametrize("hidden", [{"handle": ""}, {"registered_at": None}])
def test_half_an_identity_is_enough_to_tell_a_move_from_a_sale(hidden):
    answer = registry(registration(**hidden))
    record = at(Record(), [answer, dns()], -1).record

    assert signs([answer, dns(OTHER_NS, OTHER_MX)], record=record) == set()


def test_a_registry_we_lost_the_way_to_tells_nothing_any_more():
    moved = verdict([dns(OTHER_NS, OTHER_MX)], baseline(), has_registry=False)

    assert {signal.code for signal in moved.signals} == {Code.HOSTS_CHANGED_TOGETHER}


def test_a_handle_that_was_hidden_before_is_no_new_one():
    record = at(Record(), [registry(registration(handle="")), dns()], -1).record

    assert signs(HEALTHY, record=record) == set()


@pytest.mark.parametrize(("hours", "accused"), [(48, False), (49, True)])
def test_a_later_date_is_one_that_no_time_zone_explains(hours, accused):
    young = registration(registered_at=NOON - 90 * DAY)
    record = at(Record(), [registry(young), dns()], -1).record
    shifted = registration(registered_at=young.registered_at + hours * HOUR)

    assert bool(signs([registry(shifted), dns()], record=record)) is accused


def test_without_the_date_of_the_baseline_a_later_date_accuses():
    undated = at(Record(), [registry(registration(registered_at=None)), dns()], -1).record
    record = replace(undated, baseline_at=None)

    assert signs([registry(registration(registered_at=NOON - 900 * DAY)), dns()], record=record)
