"""The ladder of FIELD 2.4 and the fingerprint table of FIELD 3: adverse, remarked, or nothing."""

from __future__ import annotations

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
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
    RESCUE,
    SILENCE,
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

SOLD = (registry(registration(registrar="iana:2")), dns(OTHER_NS, OTHER_MX))


def signs(look, **facts):
    return {
        (each.code, each.hold_class, each.source_class) for each in verdict(look, **facts).signals
    }


REGISTRY, DNS, VENDOR = SourceClass.REGISTRY, SourceClass.DNS, SourceClass.VENDOR
LAPSE = HoldClass.LAPSE


def held(*statuses):
    return registry(registration(*statuses))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (registration(Status.PENDING_DELETE, Status.REDEMPTION_PERIOD), Code.REDEMPTION),
        (registration(Status.PENDING_DELETE), Code.PENDING_DELETE),
        (Outcome.NOT_FOUND, Code.NOT_REGISTERED),
    ],
)
def test_what_the_registry_calls_the_end_is_a_lapse(answer, code):
    said = (code, LAPSE, REGISTRY)

    assert signs([registry(answer), dns()]) == {said}
    assert signs([registry(answer), silent(DNS)]) == {said}
    assert signs([registry(answer), nxdomain()]) == {said, (Code.NXDOMAIN, LAPSE, DNS)}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (registration(Status.PENDING_DELETE, Status.REDEMPTION_PERIOD), Code.REDEMPTION),
        (registration(Status.PENDING_DELETE), Code.PENDING_DELETE),
        (Outcome.NOT_FOUND, Code.FREE_BY_VENDOR),
    ],
)
def test_a_status_service_alone_is_a_lapse_that_dns_cannot_confirm(answer, code):
    said = (code, LAPSE, VENDOR)
    absent = (Code.UNDELEGATED, HoldClass.UNDELEGATED, DNS)

    assert signs([*HEALTHY, vendor(answer)]) == {said}
    assert signs([nxdomain(), vendor(answer)]) == {said, absent}


@pytest.mark.parametrize("hold", [Status.CLIENT_HOLD, Status.SERVER_HOLD])
def test_a_hold_is_a_suspension_and_its_absence_from_the_dns_no_lapse(hold):
    said = (Code.REGISTRY_HOLD, HoldClass.SUSPENSION, REGISTRY)
    absent = (Code.UNDELEGATED, HoldClass.UNDELEGATED, DNS)

    assert signs([held(hold), nxdomain()]) == {said, absent}


def test_a_name_out_of_the_dns_with_an_active_registration_is_undelegated():
    assert signs(UNDELEGATED) == {(Code.UNDELEGATED, HoldClass.UNDELEGATED, DNS)}


@pytest.mark.parametrize("outcome", SILENCE)
def test_a_name_out_of_the_dns_with_a_silent_registry_is_undelegated(outcome):
    look = [silent(REGISTRY, outcome), nxdomain()]

    assert signs(look) == {(Code.UNDELEGATED, HoldClass.UNDELEGATED, DNS)}


def test_a_restore_under_way_is_no_lapse():
    assert signs([RESCUE[0], dns()]) == set()
    assert signs(RESCUE) == {(Code.UNDELEGATED, HoldClass.UNDELEGATED, DNS)}


def test_a_restore_under_way_with_a_hold_is_a_suspension_and_no_lapse():
    rescue = held(Status.PENDING_DELETE, Status.PENDING_RESTORE, Status.SERVER_HOLD)

    assert signs([rescue, nxdomain()]) == {
        (Code.REGISTRY_HOLD, HoldClass.SUSPENSION, REGISTRY),
        (Code.UNDELEGATED, HoldClass.UNDELEGATED, DNS),
    }


@pytest.mark.parametrize("alive", [registry(source="whois"), RESCUE[0]])
def test_two_registry_answers_that_contradict_each_other_get_no_help_from_dns(alive):
    gone = registry(Outcome.NOT_FOUND, source="a second")

    assert signs([gone, alive, nxdomain()]) == {
        (Code.NOT_REGISTERED, LAPSE, REGISTRY),
        (Code.UNDELEGATED, HoldClass.UNDELEGATED, DNS),
    }


def test_a_hold_beside_a_lapse_does_not_contradict_it():
    second = registry(registration(Status.SERVER_HOLD), source="whois")

    assert (Code.NXDOMAIN, LAPSE, DNS) in signs([*LAPSED, second])


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


def test_a_date_is_no_sign_where_nobody_trusts_anything_yet():
    later = [registry(registration(registered_at=NOON)), dns()]

    assert signs(later, trusted_since=None) == set()


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
