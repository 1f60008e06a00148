"""When two adverse looks are enough, and what breaks a row of them (RULES, Epochs)."""

from __future__ import annotations

import pytest

from domainguard.core.episodes import is_enough
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.reasons import Code, HoldClass, Signal
from domainguard.core.record import AdverseLook, Cause
from tests.core.builders import (
    HEALTHY,
    HOUR,
    LAPSED,
    NOON,
    QUIET,
    REDEMPTION,
    RESCUE,
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
    vendor,
)

LAPSE, CHANGE = HoldClass.LAPSE, HoldClass.CHANGE_OF_HANDS
REGISTRY, DNS, VENDOR = SourceClass.REGISTRY, SourceClass.DNS, SourceClass.VENDOR
APART = 6 * HOUR

by_registry = Signal(Code.NOT_REGISTERED, LAPSE, REGISTRY, "rdap")
in_redemption = Signal(Code.REDEMPTION, LAPSE, REGISTRY, "rdap")
by_dns = Signal(Code.NXDOMAIN, LAPSE, DNS, "dns")
by_vendor = Signal(Code.FREE_BY_VENDOR, LAPSE, VENDOR, "fastly")
handle = Signal(Code.NEW_HANDLE, CHANGE, REGISTRY, "rdap")
handle_again = Signal(Code.NEW_HANDLE, CHANGE, REGISTRY, "whois")
later = Signal(Code.LATER_REGISTRATION, CHANGE, REGISTRY, "rdap")
later_too = Signal(Code.LATER_REGISTRATION, CHANGE, REGISTRY, "whois")
lapse_seen = Signal(Code.LAPSE_SEEN, CHANGE, REGISTRY, "earlier look")
pattern = Signal(Code.CHANGED_TOGETHER, CHANGE, REGISTRY, "pattern")


def look(hours, *signals):
    return AdverseLook(after(hours), frozenset(signals))


@pytest.mark.parametrize(
    ("cause", "first", "last", "enough"),
    [
        (Cause.LAPSE, [by_registry, by_dns], [by_registry, by_dns], True),
        (Cause.LAPSE, [by_registry], [by_registry, by_dns], True),
        (Cause.LAPSE, [in_redemption], [by_registry, by_dns], True),
        (Cause.LAPSE, [by_registry, by_dns], [by_registry], False),
        (Cause.LAPSE, [by_registry, by_dns], [by_dns], False),
        (Cause.LAPSE, [by_registry], [by_registry, in_redemption], False),
        (Cause.LAPSE, [by_registry], [by_registry, by_vendor], False),
        (Cause.LAPSE, [by_vendor], [by_dns, by_vendor], False),
        (Cause.LAPSE, [by_vendor], [by_registry, by_dns], False),
        (Cause.CHANGE_OF_HANDS, [handle], [handle, later], True),
        (Cause.CHANGE_OF_HANDS, [later], [handle, later], True),
        (Cause.CHANGE_OF_HANDS, [handle], [handle, lapse_seen], True),
        (Cause.CHANGE_OF_HANDS, [later], [later, later_too], True),
        (Cause.CHANGE_OF_HANDS, [handle], [handle, handle_again], False),
        (Cause.CHANGE_OF_HANDS, [handle], [handle], False),
        (Cause.CHANGE_OF_HANDS, [handle, later], [later], False),
        (Cause.CHANGE_OF_HANDS, [later], [handle, lapse_seen], False),
        (Cause.CHANGE_OF_HANDS, [lapse_seen, later], [lapse_seen, handle], False),
        (Cause.CHANGE_OF_HANDS, [pattern], [handle, later], False),
        (Cause.CHANGE_OF_HANDS, [pattern], [pattern], False),
        (Cause.CHANGE_OF_HANDS, [handle, pattern], [handle, pattern], False),
    ],
)
def test_two_looks_must_agree_and_the_later_one_must_carry_both(cause, first, last, enough):
    assert is_enough(cause, look(0, *first), look(6, *last), apart=APART) is enough


@pytest.mark.parametrize(("hours", "enough"), [(0, False), (5.99, False), (6, True), (600, True)])
def test_two_looks_must_lie_six_hours_apart(hours, enough):
    pair = look(0, by_registry, by_dns), look(hours, by_registry, by_dns)

    assert is_enough(Cause.LAPSE, *pair, apart=APART) is enough


CHANGED = (registry(reregistered()), dns())


def row(*looks, hold_class=LAPSE):
    record = baseline()
    for hours, evidence in enumerate(looks):
        record = at(record, evidence, hours).record
    return record.episode(hold_class)


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(HEALTHY, id="healthy"),
        pytest.param(UNDELEGATED, id="registered but undelegated"),
        pytest.param(RESCUE, id="being restored, out of the DNS"),
        pytest.param([RESCUE[0], dns()], id="being restored"),
        pytest.param([registry(registration(expires_at=NOON)), dns()], id="expired"),
        pytest.param([*HEALTHY, vendor(Outcome.NOT_FOUND)], id="only the vendor says so"),
        pytest.param(CHANGED, id="registered anew"),
    ],
)
def test_a_look_in_which_the_registry_does_not_say_so_breaks_a_lapse(between):
    assert row(LAPSED, between, LAPSED).first.at == after(2)


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(QUIET, id="silence"),
        pytest.param([silent(REGISTRY), nxdomain()], id="absence alone"),
        pytest.param([silent(REGISTRY), dns()], id="a resolver alone"),
        pytest.param([silent(REGISTRY), vendor(Outcome.NOT_FOUND)], id="vendor alone"),
        pytest.param([registry(Outcome.NOT_FOUND)], id="registry alone"),
        pytest.param(REDEMPTION, id="another stage of the same"),
    ],
)
def test_a_look_in_which_the_registry_is_silent_or_agrees_breaks_nothing(between):
    kept = row(LAPSED, between, LAPSED)

    assert (kept.first.at, kept.last.at) == (after(0), after(2))


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(HEALTHY, id="the old registration"),
        pytest.param(UNDELEGATED, id="the old registration, undelegated"),
        pytest.param(LAPSED, id="none at all"),
    ],
)
def test_a_look_that_shows_another_thing_breaks_a_change_of_hands(between):
    assert row(CHANGED, between, CHANGED, hold_class=CHANGE).first.at == after(2)


def test_silence_does_not_break_a_change_of_hands():
    assert row(CHANGED, QUIET, CHANGED, hold_class=CHANGE).first.at == after(0)


def test_a_row_counts_from_the_first_look_with_the_registrys_word():
    vendor_first = [silent(REGISTRY), silent(DNS), vendor(Outcome.NOT_FOUND)]

    assert row(vendor_first, LAPSED, LAPSED).first.at == after(1)


def test_a_row_counts_from_the_first_look_with_a_sign_that_was_seen_again():
    handle_only = [registry(registration(handle="D2-ORG")), dns()]
    date_only = [registry(registration(registered_at=NOON)), dns()]

    assert row(handle_only, date_only, CHANGED, hold_class=CHANGE).first.at == after(1)


def test_the_last_look_of_a_row_is_the_latest():
    kept = row(LAPSED, [registry(Outcome.NOT_FOUND)])

    assert {signal.code for signal in kept.last.signals} == {Code.NOT_REGISTERED}
    assert kept.last.at == after(1)


def test_each_class_has_its_own_row():
    both = [registry(reregistered()), registry(Outcome.NOT_FOUND, source="whois"), nxdomain()]
    record = at(baseline(), both, 0).record

    assert [each.hold_class for each in record.episodes] == [CHANGE, LAPSE, HoldClass.UNDELEGATED]
    assert all(
        signal.hold_class is each.hold_class
        for each in record.episodes
        for signal in each.first.signals
    )


def test_only_a_change_of_hands_remembers_when_it_began():
    both = [registry(reregistered()), registry(Outcome.NOT_FOUND, source="whois"), nxdomain()]
    record = at(baseline(), both, 0).record

    assert {each.hold_class: each.last.t0 for each in record.episodes} == {
        CHANGE: NOON,
        LAPSE: None,
        HoldClass.UNDELEGATED: None,
    }
