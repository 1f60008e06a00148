"""Which ways back are open, when a registration is as before, and when a hold warns no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domainguard.core.evidence import SourceClass
from domainguard.core.fingerprint import Fingerprint
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import AdverseLook, Episode, Record
from domainguard.core.ways import (
    Situation,
    Way,
    began_before,
    is_as_before,
    is_fresh_factor,
    is_spent,
    ways_open,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OWNERS = Fingerprint(
    handle="D1-LR",
    registered_at=NOW - 400 * DAY,
    registrar="iana:9101",
    ns=frozenset({"ns1.northwind.net"}),
    mx=frozenset({"mx1.northwind.net"}),
    ds=frozenset({"1/13/2/ab"}),
)
NEW = replace(OWNERS, handle="D2-LR", registered_at=NOW - 5 * DAY)
HANDS = Hold(
    HoldClass.CHANGE_OF_HANDS, Code.NEW_HANDLE, NOW, frozenset({SourceClass.REGISTRY}), None
)
LOOK = AdverseLook(NOW, frozenset())
RECORD = Record(holds=(HANDS,), fingerprint=NEW, observed=NEW)


def test_a_case_is_always_open_and_comes_last():
    for having in product((True, False), repeat=6):
        assert ways_open(Situation(**dict(zip(NAMES, having, strict=True))))[-1] is Way.CASE


NAMES = ("second_factor", "other_address", "saved_codes", "same_owner", "lapsed", "provable")


@pytest.mark.parametrize(
    ("having", "ways"),
    [
        ({}, {Way.CASE}),
        ({"second_factor"}, {Way.SIGNED_IN, Way.CASE}),
        ({"other_address"}, {Way.CASE}),
        ({"saved_codes"}, {Way.CASE}),
        ({"other_address", "saved_codes"}, {Way.SAVED_CODE, Way.CASE}),
        ({"same_owner"}, {Way.DNS_PROOF, Way.CASE}),
        ({"lapsed"}, {Way.SAME_REGISTRATION, Way.CASE}),
    ],
)
def test_what_somebody_has_opens_its_way(having, ways):
    assert set(ways_open(Situation(**dict.fromkeys(having, True)))) == ways


def test_while_a_hold_touches_what_is_proven_today_only_the_dns_and_people_help():
    all_but = Situation(**dict.fromkeys(NAMES[:5], True), provable=False)
    assert ways_open(all_but) == (Way.SAME_REGISTRATION, Way.DNS_PROOF, Way.CASE)


@pytest.mark.parametrize(
    ("now", "as_before"),
    [
        (OWNERS, True),
        (replace(OWNERS, ds=frozenset(), soa="another"), True),
        (replace(OWNERS, registered_at=NOW - 399 * DAY), True),
        (NEW, False),
        (replace(OWNERS, registrar="iana:9201"), False),
        (replace(OWNERS, ns=frozenset({"ns1.catcher.com"})), False),
        (replace(OWNERS, mx=frozenset()), False),
        (replace(OWNERS, handle="", registered_at=None), False),
        (None, False),
    ],
)
def test_a_registration_is_as_before_when_nothing_of_its_control_is_another(now, as_before):
    assert is_as_before(OWNERS, now) is as_before
    assert not is_as_before(None, now)


@pytest.mark.parametrize(
    ("record", "hold", "raised_at", "spent"),
    [
        (RECORD, HANDS, NOW + DAY, True),
        (RECORD, HANDS, None, False),
        (RECORD, replace(HANDS, since=NOW + 2 * DAY), NOW + DAY, False),
        (RECORD, replace(HANDS, hold_class=HoldClass.LAPSE), NOW + DAY, False),
        (RECORD, replace(HANDS, hold_class=HoldClass.STAFF), NOW + DAY, False),
        (replace(RECORD, observed=OWNERS), HANDS, NOW + DAY, False),
        (replace(RECORD, observed=None), HANDS, NOW + DAY, False),
        (replace(RECORD, observed=replace(NEW, ns=frozenset({"ns9.net"}))), HANDS, NOW + DAY, True),
        (
            replace(RECORD, episodes=(Episode(HoldClass.CHANGE_OF_HANDS, LOOK, LOOK),)),
            HANDS,
            NOW + DAY,
            False,
        ),
        (
            replace(RECORD, episodes=(Episode(HoldClass.CHANGE_OF_HANDS, LOOK, LOOK, True),)),
            HANDS,
            NOW + DAY,
            True,
        ),
    ],
)
def test_a_hold_is_spent_when_the_epoch_rose_for_all_that_it_warns_of(
    record, hold, raised_at, spent
):
    assert is_spent(hold, record, raised_at) is spent


@pytest.mark.parametrize(
    ("moment", "older"),
    [
        (NOW - 3 * DAY, True),
        (NOW - 2 * DAY, False),
        (NOW, False),
        (NOW + DAY, False),
        (None, False),
    ],
)
def test_what_proves_a_person_is_two_days_older_than_the_change(moment, older):
    assert began_before(moment, NOW) is older


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(0 * MINUTE, True), (15 * MINUTE, True), (16 * MINUTE, False), (-1 * MINUTE, False)],
)
def test_a_second_factor_is_fresh_for_fifteen_minutes(age, fresh):
    assert is_fresh_factor(age, limit=15 * MINUTE) is fresh
