"""What is recorded of a look and never adverse by itself (FIELD 2.4, the weak rows)."""

from __future__ import annotations

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.lifecycle import State
from domainguard.core.reasons import Code
from domainguard.core.record import Record
from tests.core.builders import (
    DAY,
    HEALTHY,
    HOUR,
    NOON,
    OTHER_MX,
    OTHER_NS,
    PARKING_NS,
    RESCUE,
    VERIFIED,
    at,
    baseline,
    dns,
    nodata,
    nxdomain,
    registration,
    registry,
    reregistered,
    vendor,
    verdict,
)

SOLD = (registry(registration(registrar="iana:2")), dns(OTHER_NS, OTHER_MX))
REGISTRY = SourceClass.REGISTRY


@pytest.mark.parametrize(
    ("born", "remarked"), [(VERIFIED + 48 * HOUR, False), (VERIFIED + 49 * HOUR, True)]
)
def test_the_first_look_remarks_a_domain_younger_than_an_address(born, remarked):
    seen = verdict([registry(registration(registered_at=born)), dns()], Record())

    assert (Code.REGISTERED_AFTER_VERIFIED in seen.remarks) is remarked


@pytest.mark.parametrize(
    ("look", "remark"),
    [
        ([registry(registration(registrar="iana:2")), dns()], Code.TRANSFERRED),
        ([registry(), dns(OTHER_NS)], Code.NS_CHANGED),
        ([registry(), dns(mx=OTHER_MX)], Code.MX_CHANGED),
        ([registry(), dns(OTHER_NS, OTHER_MX)], Code.NS_CHANGED),
        (SOLD, Code.TRANSFERRED),
        ([registry(), dns(ds=frozenset({"1/13/2/ab"}))], Code.DS_CHANGED),
        ([registry(), dns(mx=(), null_mx=True)], Code.NULL_MX),
        ([registry(), dns(mx=())], Code.NO_MX),
        ([registry(), nodata()], Code.NO_NS),
        ([registry(), dns(PARKING_NS)], Code.PARKED),
        ([registry(registration(Status.AUTO_RENEW_PERIOD)), dns()], Code.AUTO_RENEW),
        ([registry(registration(expires_at=NOON - DAY)), dns()], Code.EXPIRY_PASSED),
        ([RESCUE[0], dns()], Code.PENDING_RESTORE),
        ([*HEALTHY, vendor(for_sale=True)], Code.FOR_SALE),
        ([registry()], Code.DNS_SILENT),
        ([dns()], Code.REGISTRY_SILENT),
    ],
)
def test_ordinary_life_is_remarked_and_never_adverse(look, remark):
    seen = verdict(look)

    assert not seen.adverse
    assert remark in seen.remarks


def test_a_healthy_look_leaves_nothing_to_remark():
    assert verdict(HEALTHY).remarks == ()


def test_null_mx_is_not_also_a_missing_mx():
    assert verdict([registry(), dns(mx=(), null_mx=True)]).remarks == (
        Code.MX_CHANGED,
        Code.NULL_MX,
    )


def test_a_new_registration_is_no_ordinary_transfer():
    look = [registry(reregistered(registrar="iana:2")), dns()]

    assert Code.TRANSFERRED not in verdict(look).remarks


@pytest.mark.parametrize(
    ("before", "after", "skipped"),
    [
        (HEALTHY, [registry(registration(Status.PENDING_DELETE))], False),
        (HEALTHY, [registry(Outcome.NOT_FOUND)], True),
        ([registry(registration(Status.PENDING_DELETE)), dns()], HEALTHY, True),
    ],
)
def test_a_stage_of_life_that_was_skipped_is_remarked(before, after, skipped):
    record = at(baseline(), before, 0).record

    assert (Code.SKIPPED_STAGE in verdict(after, record, hours=1).remarks) is skipped


TROUBLES = [
    pytest.param([registry(registration(Status.CLIENT_HOLD)), nxdomain()], id="hold"),
    pytest.param([registry(), dns(PARKING_NS)], id="parking"),
    pytest.param([registry(registration(expires_at=NOON)), dns()], id="expired"),
]


NAMELESS = registration(handle="", registered_at=None)


def test_a_stage_is_not_skipped_by_silence():
    record = at(baseline(), [registry(registration(Status.PENDING_DELETE)), dns()], 0).record

    assert record.state is State.PENDING_DELETE
    assert Code.SKIPPED_STAGE not in verdict([dns()], record, hours=1).remarks


@pytest.mark.parametrize(
    ("age", "max_age", "degraded"),
    [(1, 24, False), (24, 24, False), (25, 24, True), (7 * 24, 7 * 24, False)],
)
def test_a_look_on_an_old_registry_answer_is_degraded(age, max_age, degraded):
    record = baseline()
    seen = verdict([dns()], record, hours=age - 1, max_age=max_age * HOUR)

    assert seen.conclusive
    assert (Code.DEGRADED in seen.remarks) is degraded


def test_a_look_that_settles_nothing_is_not_called_degraded():
    seen = verdict([dns(OTHER_NS)], hours=100, max_age=HOUR)

    assert not seen.conclusive
    assert Code.DEGRADED not in seen.remarks


def test_what_is_not_in_the_dns_is_not_also_blamed_for_its_missing_hosts():
    assert verdict([registry(), nxdomain()]).remarks == ()


def test_a_registry_that_there_is_none_of_is_not_called_silent():
    record = at(Record(), [dns()], -1, has_registry=False).record

    assert verdict([dns()], record, has_registry=False).remarks == ()


def test_a_domain_nobody_trusts_yet_is_younger_than_no_address():
    assert verdict(HEALTHY, Record(), trusted_since=None).remarks == (Code.NO_BASELINE,)
