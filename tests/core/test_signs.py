"""Which signs speak of the end of a registration, and how far (the ladder of FIELD 2.4)."""

from __future__ import annotations

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.reasons import Code, HoldClass
from tests.core.builders import (
    HEALTHY,
    LAPSED,
    RESCUE,
    SILENCE,
    UNDELEGATED,
    dns,
    nxdomain,
    registration,
    registry,
    signs,
    silent,
    vendor,
)

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
