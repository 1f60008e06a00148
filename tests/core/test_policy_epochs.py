"""When a domain's epoch goes up, once, and whom that spares (RULES, Epochs)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.policy import bumped, corroborate, is_carried_along, touches
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import Cause, Record
from tests.core.builders import (
    ANEW,
    DAY,
    EXPIRED,
    HEALTHY,
    HOUR,
    LAPSED,
    NOON,
    POLICY,
    QUIET,
    REDEMPTION,
    RESCUE,
    UNDELEGATED,
    VERIFIED,
    after,
    at,
    baseline,
    bump,
    dns,
    nxdomain,
    registration,
    registry,
    reregistered,
    silent,
    vendor,
    walk,
)

REGISTRY, DNS = SourceClass.REGISTRY, SourceClass.DNS
CHANGE, LAPSE = HoldClass.CHANGE_OF_HANDS, HoldClass.LAPSE
NEW_HANDLE = (registry(registration(handle="D2-ORG", registered_at=None)), dns())
LATER_DATE = (registry(registration(handle="", registered_at=NOON)), dns())
TWO_DATES = (*LATER_DATE, registry(registration(registered_at=NOON), source="whois"))


def epoch(*looks, **facts):
    return walk(baseline(), *looks, **facts).control_epoch


@pytest.mark.parametrize("look", [LAPSED, REDEMPTION, ANEW, TWO_DATES])
def test_two_agreeing_looks_six_hours_apart_raise_the_epoch(look):
    assert epoch((0, look), (6, look)) == 2


@pytest.mark.parametrize("look", [LAPSED, REDEMPTION, ANEW, TWO_DATES])
@pytest.mark.parametrize("second", [1, 5.99])
def test_two_looks_closer_together_do_not(look, second):
    assert epoch((0, look), (second, look)) == 1


@pytest.mark.parametrize(
    "look",
    [
        pytest.param([registry(Outcome.NOT_FOUND), dns()], id="registry alone, DNS disagrees"),
        pytest.param([registry(Outcome.NOT_FOUND)], id="registry alone, DNS silent"),
        pytest.param([nxdomain()], id="DNS alone"),
        pytest.param(UNDELEGATED, id="undelegated"),
        pytest.param(RESCUE, id="being restored"),
        pytest.param([vendor(Outcome.NOT_FOUND)], id="vendor alone"),
        pytest.param([vendor(Outcome.NOT_FOUND), nxdomain()], id="vendor and DNS"),
        pytest.param([vendor(Outcome.NOT_FOUND), registry(Outcome.NOT_FOUND)], id="no DNS"),
        pytest.param(NEW_HANDLE, id="one sign: handle"),
        pytest.param(LATER_DATE, id="one sign: date"),
    ],
)
def test_one_class_or_one_sign_never_raises_it_however_often(look):
    looks = [(hours, look) for hours in (0, 6, 24, 48, 2000)]
    record = walk(baseline(), *looks)

    assert (record.control_epoch, record.held) == (1, True)


@pytest.mark.parametrize("look", [LAPSED, ANEW])
@pytest.mark.parametrize(
    ("between", "expected"), [(HEALTHY, 1), (RESCUE, 1), (UNDELEGATED, 1), (QUIET, 2)]
)
def test_a_clean_look_between_breaks_the_row_and_silence_does_not(look, between, expected):
    assert epoch((0, look), (3, between), (6, look)) == expected


@pytest.mark.parametrize("look", [LAPSED, REDEMPTION, ANEW])
def test_one_trouble_raises_the_epoch_once(look):
    assert epoch(*[(hours, look) for hours in (0, 6, 12, 24, 240)]) == 2


@pytest.mark.parametrize("between", [HEALTHY, UNDELEGATED, RESCUE, EXPIRED, QUIET])
def test_a_lapse_that_flickers_raises_the_epoch_once(between):
    looks = [(0, LAPSED), (6, LAPSED), (7, between), (8, LAPSED), (14, LAPSED), (30, LAPSED)]

    assert epoch(*looks) == 2


def test_a_lapse_that_flickers_beside_another_hold_raises_the_epoch_once():
    looks = [(0, LAPSED), (6, LAPSED), (7, UNDELEGATED), (8, HEALTHY), (9, LAPSED), (15, LAPSED)]

    assert epoch(*looks) == 2


def test_a_third_owner_is_seen_while_the_lapse_before_the_second_is_still_held():
    second = [registry(reregistered(after(20))), dns()]
    third = [registry(reregistered(after(90), handle="D3-ORG")), dns()]
    looks = [(0, LAPSED), (6, LAPSED), (24, second), (30, second), (95, second)]

    assert epoch(*looks, (96, third), (102, third)) == 4


def test_a_change_of_hands_that_raised_it_is_not_begun_anew_by_other_signs():
    sold = [
        registry(reregistered(registrar="iana:3")),
        dns({"ns1.elsewhere.net"}, {"mx.elsewhere.net"}),
    ]
    third = [registry(reregistered(after(20), handle="D3-ORG")), dns()]
    looks = [(0, ANEW), (6, ANEW), (12, sold), (24, third), (30, third)]

    assert epoch(*looks[:3]) == epoch(*looks) == 2


def test_a_second_lapse_after_the_first_was_over_raises_it_again():
    first = [(0, LAPSED), (6, LAPSED), (24, HEALTHY), (30, HEALTHY)]

    assert not walk(baseline(), *first).held
    assert epoch(*first, (100, LAPSED), (106, LAPSED)) == 3


def test_a_lapse_lifted_by_staff_is_over():
    record = walk(baseline(), (0, LAPSED), (6, LAPSED))
    staff = Hold(HoldClass.STAFF, Code.HELD_BY_STAFF, NOON, frozenset())
    calm = at(replace(record, holds=(staff,)), HEALTHY, 24).record

    assert calm.episodes == ()


def test_a_stranger_after_the_lapse_raises_it_a_second_time():
    stranger = [registry(reregistered(after(20))), dns()]
    record = walk(baseline(), (0, LAPSED), (6, LAPSED), (24, stranger), (30, stranger))

    assert record.control_epoch == 3
    assert record.fingerprint.handle == "D2-ORG"


@pytest.mark.parametrize("calm", [[], [(40, [registry(reregistered()), dns()])]])
def test_a_third_owner_raises_it_again(calm):
    third = [registry(reregistered(after(200), handle="D3-ORG")), dns()]
    looks = [(0, ANEW), (6, ANEW), *calm, (204, third), (210, third)]
    record = walk(baseline(), *looks)

    assert record.control_epoch == (3 if calm else 2)
    assert record.holds[0].t0 == after(200)


def test_a_new_handle_and_a_lapse_seen_earlier_are_two_signs():
    assert epoch((0, [registry(Outcome.NOT_FOUND)]), (10, NEW_HANDLE), (16, NEW_HANDLE)) == 2


def test_a_new_registration_becomes_the_baseline_and_a_lapse_does_not():
    changed = walk(baseline(), (0, ANEW), (6, ANEW))
    lapsed = walk(baseline(), (0, LAPSED), (6, LAPSED))

    assert (changed.fingerprint, changed.baseline_at) == (changed.observed, after(6))
    assert changed.lapse_seen_at is None
    assert (lapsed.fingerprint, lapsed.baseline_at) == (baseline().fingerprint, after(-1))
    assert lapsed.lapse_seen_at == after(6)


def test_the_same_registration_back_after_a_lapse_ends_its_hold_and_keeps_the_epoch():
    record = walk(baseline(), (0, LAPSED), (6, LAPSED), (24, HEALTHY), (30, HEALTHY))

    assert (record.held, record.control_epoch) == (False, 2)
    assert record.fingerprint == baseline().fingerprint


def test_a_change_of_hands_weighs_more_than_a_lapse():
    both = [registry(reregistered()), registry(Outcome.NOT_FOUND, source="whois"), nxdomain()]
    gone = [registry(Outcome.NOT_FOUND), registry(Outcome.NOT_FOUND, source="whois"), nxdomain()]
    record = at(baseline(), both, 0).record
    found = corroborate(at(record, both, 6).record, POLICY)

    assert found is not None
    assert found.cause is Cause.CHANGE_OF_HANDS
    assert corroborate(at(record, gone, 6).record, POLICY).cause is Cause.LAPSE


def test_no_sign_of_a_change_is_lost_on_a_lapse_already_counted():
    lapsed = walk(baseline(), (0, LAPSED), (6, LAPSED))

    assert corroborate(lapsed, POLICY) is None
    assert bump(walk(lapsed, (12, ANEW), (18, ANEW))).control_epoch == 3


@pytest.mark.parametrize("flag", ["exempt", "under_review"])
def test_people_alone_decide_about_the_exempt_and_what_a_breaker_stopped(flag):
    record = at(at(baseline(), LAPSED, 0).record, LAPSED, 6).record

    assert corroborate(record, POLICY) is not None
    assert corroborate(replace(record, **{flag: True}), POLICY) is None


def test_a_corroboration_cites_its_two_looks():
    record = at(at(at(baseline(), LAPSED, 0).record, QUIET, 3).record, REDEMPTION, 7).record
    found = corroborate(record, POLICY)

    assert [look.at for look in found.looks] == [after(0), after(7)]
    assert {signal.code for signal in found.looks[0].signals} == {
        Code.NOT_REGISTERED,
        Code.NXDOMAIN,
    }
    assert found.signals == found.looks[1].signals
    assert (found.cause, found.t0) == (Cause.LAPSE, None)


def test_a_record_without_trouble_has_nothing_to_corroborate():
    assert corroborate(baseline(), POLICY) is None
    assert corroborate(Record(), POLICY) is None


def test_a_change_of_hands_waits_for_a_look_that_shows_whose_it_is():
    changed = at(at(baseline(), ANEW, 0).record, ANEW, 6).record
    unseen = at(changed, [silent(REGISTRY), nxdomain()], 7).record

    assert corroborate(changed, POLICY) is not None
    assert corroborate(unseen, POLICY) is None
    assert corroborate(at(unseen, ANEW, 8).record, POLICY) is not None
    assert corroborate(replace(changed, observed=None), POLICY) is None


def test_what_people_raise_without_a_look_keeps_the_baseline():
    changed = at(at(baseline(), ANEW, 0).record, ANEW, 6).record
    found = corroborate(changed, POLICY)
    blind = bumped(replace(changed, observed=None), found)

    assert (blind.control_epoch, blind.fingerprint) == (2, changed.fingerprint)


def test_a_bump_marks_the_row_it_rests_on_and_no_other():
    both = [registry(reregistered()), registry(Outcome.NOT_FOUND, source="whois"), nxdomain()]
    record = walk(baseline(), (0, both), (6, both))
    marks = {each.hold_class: each.bumped for each in record.episodes}

    assert marks == {CHANGE: True, LAPSE: False, HoldClass.UNDELEGATED: False}


@pytest.mark.parametrize(
    ("verified_at", "spared"),
    [
        (None, False),
        (VERIFIED, False),
        (NOON, False),
        (NOON + 48 * HOUR, False),
        (NOON + 48 * HOUR + HOUR / 60, True),
    ],
)
def test_a_known_start_spares_who_was_verified_more_than_48_hours_after_it(verified_at, spared):
    record = walk(baseline(), (90, ANEW))
    hold = record.holds[0]

    assert hold.t0 == NOON
    assert touches(hold, verified_at) is not spared
    assert is_carried_along(verified_at, NOON) is spared
    assert not is_carried_along(verified_at, None)
    assert touches(replace(hold, t0=None), verified_at)


def test_a_bump_carries_along_from_the_new_registration_on():
    record = at(at(baseline(), ANEW, 90).record, ANEW, 96).record

    assert corroborate(record, POLICY).t0 == NOON


def test_a_general_hold_never_comes_to_spare_anybody():
    record = at(at(baseline(), NEW_HANDLE, 90).record, ANEW, 96).record

    assert record.holds[0].t0 is None
    assert corroborate(record, POLICY).t0 == NOON


def test_a_hold_with_a_start_widens_to_the_later_one_and_to_all():
    second = [registry(reregistered(NOON + DAY)), dns()]
    once = at(baseline(), ANEW, 90).record
    twice = at(once, second, 91).record

    assert once.holds[0].t0 == NOON
    assert twice.holds[0].t0 == NOON + DAY
    assert at(twice, ANEW, 92).record.holds[0].t0 == NOON + DAY
    assert at(twice, NEW_HANDLE, 92).record.holds[0].t0 is None


def test_another_trouble_beside_a_new_registration_touches_everybody():
    record = at(baseline(), [ANEW[0], nxdomain()], 90).record

    assert {hold.hold_class: hold.t0 for hold in record.holds} == {
        CHANGE: NOON,
        HoldClass.UNDELEGATED: None,
    }
