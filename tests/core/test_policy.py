"""What a look does to a domain's record: hold at once, release slowly (RULES, Holds)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.lifecycle import State
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import Act, Record
from tests.core.builders import (
    BORN,
    DAY,
    HEALTHY,
    LAPSED,
    NOON,
    NS,
    OTHER_MX,
    OTHER_NS,
    PARKING_NS,
    QUIET,
    REDEMPTION,
    RESCUE,
    SILENCE,
    UNDELEGATED,
    after,
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
    walk,
)

REGISTRY, DNS = SourceClass.REGISTRY, SourceClass.DNS
ANEW = (registry(reregistered()), dns())
EXPIRED = (registry(registration(expires_at=NOON - DAY)), dns())
SUSPENDED = (registry(registration(Status.CLIENT_HOLD)), dns())
NO_IDENTITY = registry(registration(handle="", registered_at=None))
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


@pytest.mark.parametrize(
    ("look", "raised"),
    [
        (REDEMPTION, {HoldClass.LAPSE}),
        (LAPSED, {HoldClass.LAPSE}),
        ([registry(Outcome.NOT_FOUND)], {HoldClass.LAPSE}),
        ([*HEALTHY, vendor(Outcome.NOT_FOUND)], {HoldClass.LAPSE}),
        (UNDELEGATED, {HoldClass.UNDELEGATED}),
        (SUSPENDED, {HoldClass.SUSPENSION}),
        (ANEW, {HoldClass.CHANGE_OF_HANDS}),
        ([ANEW[0], nxdomain()], {HoldClass.CHANGE_OF_HANDS, HoldClass.UNDELEGATED}),
    ],
)
def test_one_adverse_look_holds_at_once(look, raised):
    settled = at(baseline(), look, 0)

    assert classes(settled.record) == raised
    assert settled.acts == (Act.HOLD,)
    assert settled.record.control_epoch == 1
    assert all(hold.since == NOON for hold in settled.record.holds)


@pytest.mark.parametrize(
    "look",
    [
        [registry(registration(registrar="iana:2")), dns()],
        [registry(), dns(OTHER_NS, OTHER_MX)],
        [registry(registration(registrar="iana:2")), dns(OTHER_NS, OTHER_MX)],
        [registry(registration(Status.AUTO_RENEW_PERIOD)), dns()],
        [registry(registration(Status.TRANSFER_PERIOD)), dns()],
        [registry(), dns(ds=frozenset({"9/13/2/ff"}))],
        [registry(), dns(mx=(), null_mx=True)],
        [registry(), dns(mx=())],
    ],
)
def test_ordinary_life_holds_nothing_and_becomes_the_baseline(look):
    settled = at(baseline(), look, 0)

    assert (settled.record.held, settled.acts) == (False, ())
    assert at(settled.record, look, 1).record.fingerprint == settled.record.fingerprint
    assert settled.record.fingerprint.ns == settled.record.observed.ns


def test_a_hold_in_force_is_not_announced_again():
    held = at(baseline(), LAPSED, 0).record

    assert at(held, [registry(), nxdomain()], 1).acts == ()


def test_a_hold_grows_with_the_witnesses_against_the_domain():
    record = walk(baseline(), (0, [registry(Outcome.NOT_FOUND)]), (1, LAPSED))

    assert record.holds == (
        Hold(HoldClass.LAPSE, Code.NOT_REGISTERED, NOON, frozenset({REGISTRY, DNS})),
    )


def test_a_hold_says_what_was_seen_last():
    record = walk(baseline(), (0, REDEMPTION), (1, LAPSED))

    assert record.holds[0].code is Code.NOT_REGISTERED
    assert record.lapse_seen_at == after(1)


@pytest.mark.parametrize("look", [UNDELEGATED, SUSPENDED, [*HEALTHY, vendor(Outcome.NOT_FOUND)]])
def test_only_the_registry_makes_a_lapse_remembered(look):
    assert at(baseline(), look, 0).record.lapse_seen_at is None


@pytest.mark.parametrize("trouble", [LAPSED, REDEMPTION, UNDELEGATED, SUSPENDED])
def test_a_hold_ends_after_two_clean_looks_six_hours_apart(trouble):
    held = at(baseline(), trouble, 0).record
    once = at(held, HEALTHY, 1)
    early = at(once.record, HEALTHY, 6.9)
    twice = at(early.record, HEALTHY, 7)

    assert (once.record.held, early.record.held) == (True, True)
    assert (once.acts, early.acts, twice.acts) == ((), (), (Act.RELEASE,))
    assert not twice.record.held
    assert twice.record.clean_since is twice.record.lapse_seen_at is None
    assert twice.record.episodes == ()


@pytest.mark.parametrize(
    ("between", "released"),
    [
        (QUIET, True),
        ([silent(REGISTRY), dns()], True),
        (UNDELEGATED, False),
        (EXPIRED, False),
        ([RESCUE[0], dns()], False),
        ([registry(), dns(OTHER_NS)], False),
        ([registry(registration(registrar="iana:2")), dns()], False),
    ],
)
def test_what_is_not_clean_begins_the_clean_row_anew(between, released):
    record = walk(baseline(), (0, UNDELEGATED), (1, HEALTHY), (3, between), (7, HEALTHY))

    assert record.held is not released
    assert not at(record, HEALTHY, 13).record.held


@pytest.mark.parametrize(
    ("trouble", "clean", "released"),
    [
        (REDEMPTION, [silent(REGISTRY), dns()], False),
        (UNDELEGATED, [registry(), nodata()], False),
        (UNDELEGATED, [registry(), silent(DNS)], False),
        ([*HEALTHY, vendor(Outcome.NOT_FOUND)], HEALTHY, False),
        ([*HEALTHY, vendor(Outcome.NOT_FOUND)], [*HEALTHY, vendor()], True),
        (UNDELEGATED, [registry(), dns(ds=frozenset({"9/13/2/ff"}), soa="new")], True),
        (UNDELEGATED, [registry(), dns(OTHER_NS)], False),
        (UNDELEGATED, [registry(), dns(mx=OTHER_MX)], False),
        (UNDELEGATED, [registry(registration(registrar="iana:2")), dns()], False),
        (UNDELEGATED, [registry(registration(handle="")), dns()], True),
        (UNDELEGATED, [NO_IDENTITY, dns()], False),
        (UNDELEGATED, EXPIRED, False),
    ],
)
def test_a_hold_ends_by_the_classes_that_raised_it_and_an_unchanged_fingerprint(
    trouble, clean, released
):
    record = walk(baseline(), (0, trouble), (1, clean), (7, clean), (24, clean))

    assert record.held is not released


def test_both_clean_looks_must_carry_the_class_that_raised_the_hold():
    degraded = [silent(REGISTRY), dns()]
    suspended = replace(at(baseline(), SUSPENDED, 0).record, state=State.ACTIVE)

    record = walk(suspended, (1, degraded), (8, HEALTHY))
    assert (record.held, record.clean_since) == (True, after(8))
    assert not walk(record, (14, HEALTHY)).held


def test_a_hold_of_several_classes_ends_as_one():
    both = [registry(registration(Status.SERVER_HOLD)), nxdomain()]
    record = walk(baseline(), (0, both), (1, HEALTHY), (7, HEALTHY))

    assert classes(at(baseline(), both, 0).record) == {
        HoldClass.SUSPENSION,
        HoldClass.UNDELEGATED,
    }
    assert not record.held


def test_a_name_once_free_is_not_the_same_again_by_its_hosts_alone():
    record = at(Record(), [NO_IDENTITY, dns()], -1).record
    back = [(hours, [NO_IDENTITY, dns()]) for hours in (1, 7, 13, 100)]

    assert walk(record, (0, LAPSED), *back).held
    assert not walk(record, (0, [NO_IDENTITY, nxdomain()]), *back).held


def test_where_there_is_no_registry_unchanged_hosts_end_a_hold():
    record = at(Record(), [dns()], -1, has_registry=False).record
    looks = (0, [nxdomain()]), (1, [dns()]), (7, [dns()])

    assert not walk(record, *looks, has_registry=False).held
    assert walk(record, *looks[:2], has_registry=False).held


def test_new_hosts_without_a_registry_hold_until_the_old_ones_are_back():
    record = at(Record(), [dns()], -1, has_registry=False).record
    moved = walk(record, (0, [dns(OTHER_NS, OTHER_MX)]), (90, [dns(OTHER_NS, OTHER_MX)]))

    assert classes(moved) == {HoldClass.HOSTS_CHANGED}
    assert moved.fingerprint.ns == NS
    assert not walk(moved, (91, [dns()]), (97, [dns()]), has_registry=False).held


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
    assert record.fingerprint.handle == "D1-ORG"


def test_an_expired_domain_keeps_its_baseline():
    moved = [EXPIRED[0], dns(PARKING_NS)]

    assert walk(baseline(), (0, moved), (24, moved)).fingerprint.ns == NS


@pytest.mark.parametrize("clean", [HEALTHY, ANEW])
def test_a_change_of_hands_never_ends_by_itself(clean):
    record = walk(baseline(), (0, ANEW), (1, clean), (7, clean), (90, clean), (900, clean))

    assert HoldClass.CHANGE_OF_HANDS in classes(record)


def test_a_hold_by_staff_never_ends_by_itself():
    record = replace(baseline(), holds=(STAFF,))
    after_trouble = walk(record, (0, UNDELEGATED), (1, HEALTHY), (7, HEALTHY), (90, HEALTHY))

    assert after_trouble.holds == (STAFF,)
    assert at(walk(record, (1, HEALTHY)), HEALTHY, 7).acts == ()


def test_what_waits_for_a_person_is_ended_by_nobody_else():
    record = replace(at(baseline(), UNDELEGATED, 0).record, under_review=True)

    assert walk(record, (1, HEALTHY), (7, HEALTHY), (90, HEALTHY)).held


@pytest.mark.parametrize("outcome", SILENCE)
@pytest.mark.parametrize("trouble", [HEALTHY, LAPSED, ANEW, UNDELEGATED])
def test_silence_ends_nothing_and_starts_nothing(outcome, trouble):
    quiet = [silent(REGISTRY, outcome), silent(DNS, outcome), silent(SourceClass.VENDOR, outcome)]
    before = at(baseline(), trouble, 0).record
    settled = at(before, quiet, 24)

    assert settled.acts == ()
    assert settled.record == replace(before, last_look_at=after(24), silent=1)
    assert at(settled.record, quiet, 48).record.silent == 2


def test_an_answer_ends_the_count_of_silence():
    assert walk(baseline(), (0, QUIET), (1, QUIET), (2, UNDELEGATED)).silent == 0
    assert walk(baseline(), (0, QUIET), (1, HEALTHY)).silent == 0


@pytest.mark.parametrize("late", [HEALTHY, LAPSED, ANEW, QUIET])
def test_an_older_observation_changes_nothing(late):
    record = walk(baseline(), (5, UNDELEGATED))
    settled = at(record, late, 4)

    assert (settled.record, settled.acts) == (record, ())


def test_an_observation_of_the_same_moment_counts():
    assert at(walk(baseline(), (5, HEALTHY)), LAPSED, 5).record.held


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
