"""When a look without adverse signs settles the matter (RULES, Looks)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, Presence, SourceClass
from domainguard.core.lifecycle import State
from domainguard.core.look import Known, Look
from domainguard.core.record import Record
from tests.core.builders import (
    BORN,
    DAY,
    HEALTHY,
    LAPSED,
    NO_IDENTITY,
    NOON,
    OTHER_MX,
    OTHER_NS,
    RESCUE,
    SILENCE,
    UNDELEGATED,
    at,
    baseline,
    dns,
    known_of,
    nodata,
    registration,
    registry,
    silent,
    vendor,
    verdict,
)

EARLIER = registry(registration(registered_at=BORN - 900 * DAY))


def conclusive(look, record=None, **facts):
    return verdict(look, record, **facts).conclusive


@pytest.mark.parametrize("outcome", SILENCE)
def test_without_a_word_from_dns_nothing_is_settled(outcome):
    assert not conclusive([registry(), silent(SourceClass.DNS, outcome)])
    assert not conclusive([registry(), vendor()])


@pytest.mark.parametrize(
    ("look", "settled"),
    [
        (HEALTHY, True),
        ([registry(), dns(OTHER_NS, OTHER_MX)], True),
        ([registry(registration(Status.AUTO_RENEW_PERIOD)), dns()], True),
        ([NO_IDENTITY, dns()], True),
        ([NO_IDENTITY, dns(OTHER_NS)], False),
        ([NO_IDENTITY, dns(mx=OTHER_MX)], False),
        ([EARLIER, dns(OTHER_NS)], True),
        ([RESCUE[0], dns()], True),
        ([registry(), nodata()], True),
    ],
)
def test_new_hosts_need_a_registry_that_shows_whose_they_are(look, settled):
    assert conclusive(look) is settled


def test_a_registry_that_never_showed_an_identity_need_not_show_one_now():
    record = at(Record(), [NO_IDENTITY, dns()], -1).record

    assert conclusive([NO_IDENTITY, dns(OTHER_NS)], record)


@pytest.mark.parametrize("outcome", SILENCE)
@pytest.mark.parametrize(
    ("seen", "hours", "settled"),
    [
        (dns(), 0, True),
        (dns(), 7 * 24 - 1, True),
        (dns(), 7 * 24, False),
        (dns(OTHER_NS), 0, False),
        (dns(mx=OTHER_MX), 0, False),
        (dns(ds=frozenset({"1/13/2/ab"})), 0, False),
        (nodata(), 0, False),
    ],
)
def test_a_silent_registry_is_done_without_for_a_week_if_nothing_changed(
    outcome, seen, hours, settled
):
    assert conclusive([silent(SourceClass.REGISTRY, outcome), seen], hours=hours) is settled


def test_a_registry_never_heard_cannot_be_done_without():
    assert not conclusive([dns()], Record())


@pytest.mark.parametrize("state", list(State))
def test_a_registry_whose_last_word_was_bad_cannot_be_done_without(state):
    good = state in (State.ACTIVE, State.EXPIRED, State.UNKNOWN)

    assert conclusive([dns()], replace(baseline(), state=state)) is good


@pytest.mark.parametrize("seen", [dns(), dns(OTHER_NS), dns(mx=OTHER_MX)])
def test_where_there_is_no_registry_the_quorum_settles_alone(seen):
    record = at(Record(), [dns()], -1, has_registry=False).record

    assert conclusive([seen], record, has_registry=False)


def test_nodata_alone_is_no_proof_that_a_name_exists():
    assert not conclusive([nodata()], Record(), has_registry=False)


def test_a_name_inside_a_zone_is_there_if_it_takes_mail():
    look = [dns(ns=(), presence=Presence.NODATA)]

    assert conclusive(look, Record(), has_registry=False)


@pytest.mark.parametrize("look", [LAPSED, UNDELEGATED, [LAPSED[0]]])
def test_an_adverse_look_settles_the_matter(look):
    assert conclusive(look)


@pytest.mark.parametrize(
    ("hollow", "counts"),
    [
        (replace(registry(), registration=None), "registry"),
        (replace(dns(), delegation=None), "dns"),
        (replace(dns(), outcome=Outcome.NOT_FOUND), "dns"),
    ],
)
def test_an_answer_without_its_facts_is_silence(hollow, counts):
    look = Look([hollow], Known(has_registry=True), NOON)

    assert getattr(look, counts) == ()


def test_the_worse_of_two_registry_answers_counts():
    states = [Status.ACTIVE, Status.CLIENT_HOLD, Status.REDEMPTION_PERIOD, Status.PENDING_DELETE]
    worst = [State.ACTIVE, State.SUSPENDED, State.REDEMPTION, State.PENDING_DELETE]
    for i, status in enumerate(states):
        for j, other in enumerate(states):
            pair = [registry(registration(status)), registry(registration(other), source="whois")]
            look = Look(pair, known_of(baseline()), NOON)

            assert look.registry_state is worst[max(i, j)]


def test_the_age_of_the_registrys_last_clean_answer_is_endless_where_there_was_none():
    assert Look([], known_of(baseline()), NOON).registry_age().total_seconds() == 3600
    assert Look([], Known(has_registry=True), NOON).registry_age().days > 10**8


@pytest.mark.parametrize("outcome", SILENCE)
def test_what_a_silent_witness_carries_is_not_read(outcome):
    gone = registry(registration(Status.PENDING_DELETE))
    look = Look([replace(gone, outcome=outcome)], known_of(baseline()), NOON)

    assert (look.registry, look.registry_state) == ((), State.UNKNOWN)


def test_a_delegated_name_is_there_although_it_takes_no_mail():
    assert conclusive([dns(mx=())], Record(), has_registry=False)
