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
    ANEW,
    EXPIRED,
    HEALTHY,
    LAPSED,
    NO_IDENTITY,
    NOON,
    NS,
    OTHER_MX,
    OTHER_NS,
    QUIET,
    REDEMPTION,
    RESCUE,
    SILENCE,
    SUSPENDED,
    UNDELEGATED,
    after,
    at,
    baseline,
    dns,
    nodata,
    nxdomain,
    registration,
    registry,
    silent,
    vendor,
    walk,
)

REGISTRY, DNS = SourceClass.REGISTRY, SourceClass.DNS
STAFF = Hold(HoldClass.STAFF, Code.HELD_BY_STAFF, NOON, frozenset())


def classes(record):
    return {hold.hold_class for hold in record.holds}


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


def test_holds_end_together_and_only_when_every_class_is_clean():
    both = [registry(), nxdomain(), vendor(Outcome.NOT_FOUND)]
    record = walk(baseline(), (0, both), (1, HEALTHY), (7, HEALTHY), (90, HEALTHY))

    assert classes(record) == {HoldClass.LAPSE, HoldClass.UNDELEGATED}


def test_a_hold_that_only_people_end_does_not_keep_another_from_ending():
    staff = replace(STAFF, sources=frozenset({SourceClass.VENDOR}))
    record = replace(baseline(), holds=(staff,))

    assert walk(record, (0, UNDELEGATED), (1, HEALTHY), (7, HEALTHY)).holds == (staff,)


def test_a_name_once_free_stays_so_beside_another_hold():
    record = at(Record(), [NO_IDENTITY, dns()], -1).record
    back = [(hours, [NO_IDENTITY, dns()]) for hours in (2, 8, 90)]

    assert walk(record, (0, LAPSED), (1, [NO_IDENTITY, nxdomain()]), *back).held


@pytest.mark.parametrize("half", [{"handle": ""}, {"registered_at": None}])
def test_half_an_identity_must_be_seen_again(half):
    record = at(Record(), [registry(registration(**half)), dns()], -1).record
    back = [(hours, [NO_IDENTITY, dns()]) for hours in (1, 7, 90)]

    assert walk(record, (0, UNDELEGATED), *back).held
