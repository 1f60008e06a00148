"""What a record learns from looks: its baseline, its troubles, and what stays for people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.lifecycle import State
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import Record
from tests.core.builders import (
    ANEW,
    BORN,
    DAY,
    EXPIRED,
    HEALTHY,
    LAPSED,
    NO_IDENTITY,
    NOON,
    NS,
    OTHER_MX,
    OTHER_NS,
    PARKING_NS,
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
    reregistered,
    silent,
    walk,
)

REGISTRY, DNS = SourceClass.REGISTRY, SourceClass.DNS
STAFF = Hold(HoldClass.STAFF, Code.HELD_BY_STAFF, NOON, frozenset())


def classes(record):
    return {hold.hold_class for hold in record.holds}


def test_a_healthy_look_makes_the_baseline_and_no_hold():
    settled = at(Record(), HEALTHY, 0)

    assert (settled.record.held, settled.acts) == (False, ())
    assert settled.record.state is State.ACTIVE
    assert settled.record.fingerprint.handle == "D1-ORG"
    assert settled.record.fingerprint.ns == NS
    assert settled.record.baseline_at == settled.record.last_conclusive_at == NOON
    assert settled.record.registry_clean_at == NOON
    assert settled.record.expires_at == NOON + 200 * DAY


def test_first_sight_in_trouble_keeps_the_registration_and_no_hosts_as_baseline():
    parked = [registry(registration(Status.REDEMPTION_PERIOD)), dns(PARKING_NS, ds={"1"}, soa="x")]
    record = at(Record(), parked, 0).record

    assert (record.fingerprint.handle, record.fingerprint.registered_at) == ("D1-ORG", BORN)
    assert record.fingerprint.registrar == "iana:1"
    assert (record.fingerprint.ns, record.fingerprint.mx, record.fingerprint.ds) == (None,) * 3
    assert record.fingerprint.soa == ""
    assert record.baseline_at == NOON


def test_first_sight_in_trouble_ends_when_the_same_registration_is_well_again():
    record = walk(Record(), (0, [REDEMPTION[0], dns(PARKING_NS)]), (1, HEALTHY), (7, HEALTHY))

    assert not record.held
    assert record.fingerprint.ns == NS


@pytest.mark.parametrize("first", [REDEMPTION, LAPSED, [REDEMPTION[0], dns(PARKING_NS)]])
def test_a_stranger_after_first_sight_in_trouble_is_seen(first):
    stranger = [registry(reregistered(after(20))), dns()]
    record = walk(Record(), (0, first), (24, stranger), (48, stranger))

    assert HoldClass.CHANGE_OF_HANDS in classes(record)
    assert record.control_epoch == 2


def test_a_stranger_without_identity_after_first_sight_of_a_free_name_is_not_trusted():
    stranger = [NO_IDENTITY, dns()]

    assert walk(Record(), (0, LAPSED), (24, stranger), (48, stranger)).held


def test_first_sight_out_of_the_dns_without_a_registry_waits_for_people():
    looks = (0, [nxdomain()]), (24, [dns()]), (48, [dns()])

    assert walk(Record(), *looks, has_registry=False).held


def test_first_sight_past_expiry_is_a_baseline_too():
    record = at(Record(), EXPIRED, 0).record

    assert (record.held, record.state) == (False, State.EXPIRED)
    assert (record.fingerprint.handle, record.fingerprint.ns) == ("D1-ORG", NS)


def test_a_domain_on_a_parking_page_keeps_its_baseline_though_the_registry_calls_it_active():
    parked = [HEALTHY[0], dns(PARKING_NS)]
    record = walk(Record(), (0, HEALTHY), (24, parked))
    assert (record.held, record.fingerprint.ns, record.observed.ns) == (False, NS, PARKING_NS)

    back = walk(record, (48, REDEMPTION), (72, HEALTHY), (79, HEALTHY))
    assert (back.held, back.fingerprint.ns) == (False, NS)


def test_a_domain_first_seen_on_a_parking_page_has_that_as_its_baseline():
    record = at(Record(), [HEALTHY[0], dns(PARKING_NS)], 0).record
    assert record.fingerprint.ns == PARKING_NS


def test_an_expired_domain_keeps_its_baseline():
    moved = [EXPIRED[0], dns(PARKING_NS)]

    assert walk(baseline(), (0, moved), (24, moved)).fingerprint.ns == NS


@pytest.mark.parametrize("look", [LAPSED, ANEW, UNDELEGATED, SUSPENDED])
def test_an_exempt_provider_is_looked_at_and_never_changed(look):
    exempt = replace(baseline(), exempt=True)
    record = walk(exempt, (0, look), (6, look), (12, look))

    assert (record.holds, record.episodes, record.control_epoch) == ((), (), 1)
    assert record.state is not State.ACTIVE
    assert record.observed != exempt.observed or look == SUSPENDED
    assert record.fingerprint == exempt.fingerprint


def test_an_exempt_provider_keeps_the_hold_that_staff_gave_it():
    exempt = replace(baseline(), exempt=True, holds=(STAFF,))

    assert walk(exempt, (0, HEALTHY), (6, HEALTHY), (12, LAPSED)).holds == (STAFF,)


def test_an_exempt_provider_may_move_its_hosts():
    exempt = replace(baseline(), exempt=True)

    assert at(exempt, [registry(), dns(OTHER_NS)], 0).record.fingerprint.ns == OTHER_NS


@pytest.mark.parametrize(
    ("look", "troubled"),
    [
        (HEALTHY, False),
        (QUIET, False),
        ([registry(), dns(OTHER_NS)], False),
        (EXPIRED, True),
        ([registry(), dns(PARKING_NS)], True),
        (UNDELEGATED, True),
        (LAPSED, True),
        ([registry(Outcome.NOT_FOUND), dns()], False),
        (SUSPENDED, True),
    ],
)
def test_hold_expiry_and_parking_are_remembered_as_trouble(look, troubled):
    record = at(baseline(), look, 0).record

    assert (record.troubled_at == NOON) is troubled
    assert walk(record, (1, HEALTHY)).troubled_at == record.troubled_at


@pytest.mark.parametrize(
    ("look", "clean_at"),
    [
        (HEALTHY, after(0)),
        (UNDELEGATED, after(0)),
        ([silent(REGISTRY), dns()], after(-1)),
        ([registry(), silent(DNS)], after(-1)),
        (LAPSED, after(-1)),
        (SUSPENDED, after(-1)),
    ],
)
def test_the_last_clean_answer_of_the_registry_is_remembered(look, clean_at):
    assert at(baseline(), look, 0).record.registry_clean_at == clean_at


def test_an_expiry_date_once_known_is_not_forgotten():
    undated = [registry(registration(expires_at=None)), dns()]

    assert at(baseline(), undated, 0).record.expires_at == NOON + 200 * DAY


def test_the_baseline_keeps_what_a_healthy_look_does_not_show():
    record = at(baseline(), [registry(registration(handle="", registrar="")), dns()], 0).record

    assert (record.fingerprint.handle, record.fingerprint.registrar) == ("D1-ORG", "iana:1")
    assert record.baseline_at == after(-1)


def test_a_transfer_made_while_held_is_not_taken_for_the_baseline():
    moved = [registry(registration(registrar="iana:2")), dns()]
    record = walk(baseline(), (0, UNDELEGATED), (1, moved), (7, moved))

    assert record.fingerprint.registrar == "iana:1"
    assert record.clean_since is None


def test_a_new_registration_that_is_well_is_still_not_the_one_people_verified():
    changed = walk(baseline(), (0, ANEW), (6, ANEW), (7, ANEW))

    assert changed.state is State.REREGISTERED
    assert walk(changed, (8, [ANEW[0], nxdomain()])).state is State.SUSPENDED


@pytest.mark.parametrize("trouble", [LAPSED, UNDELEGATED, SUSPENDED])
def test_the_old_registration_that_is_well_again_is_active(trouble):
    assert walk(baseline(), (0, trouble), (1, HEALTHY)).state is State.ACTIVE


def test_a_registration_once_new_is_active_when_people_have_ended_its_hold():
    changed = walk(baseline(), (0, ANEW), (6, ANEW))

    assert walk(replace(changed, holds=()), (7, ANEW)).state is State.ACTIVE


def test_what_looked_like_a_sale_is_not_called_a_new_registration():
    sold = [registry(registration(registrar="iana:2")), dns(OTHER_NS, OTHER_MX)]
    record = walk(baseline(), (0, EXPIRED), (1, sold), (2, HEALTHY))

    assert record.held
    assert record.state is State.ACTIVE


def test_a_domain_that_was_always_parked_may_change_its_page():
    record = at(Record(), [registry(), dns(PARKING_NS)], 0).record
    elsewhere = frozenset({"ns1.parkingcrew.net"})

    assert at(record, [registry(), dns(elsewhere)], 1).record.fingerprint.ns == elsewhere
    assert at(baseline(), [registry(), dns(elsewhere)], 1).record.fingerprint.ns == NS
