"""What time does to the ways back, beside the switch that pauses automation."""

from __future__ import annotations

import pytest

from domainguard.models import WayBack
from domainguard.services import pause
from domainguard.services.ways import case, dns_proof
from domainguard.services.ways.carry_on import carry_on
from domainguard.services.ways.loss import loss_of
from tests.journeys.lost import DAY, DOMAIN, LOST, OTHER, Loss, RowPlace, lost_in_rows

SAID = "I have had the domain since 2019 and bought it back on 21 April."


@pytest.fixture
def loss(site) -> Loss:
    """Give ada, who lost one address and still has another."""
    return lost_in_rows(site, OTHER)


def begin_case(loss: Loss) -> WayBack:
    lost = loss_of(loss.standing.pk)
    assert lost is not None
    return case.begin(lost, SAID)


def test_while_automation_is_paused_nothing_ends_and_nothing_is_concluded(loss):
    way = begin_case(loss)
    loss.place.pass_time(61 * DAY)
    pause.pause(True, by="test")
    carry_on()
    way.refresh_from_db()
    assert way.ended_at is None
    pause.pause(False, by="test")
    carry_on()
    assert loss.trail() == ["begun", "expired"]


def test_a_way_that_is_over_is_ended_and_told_once(loss):
    begin_case(loss)
    loss.told()
    loss.place.pass_time(61 * DAY)
    for _ in range(3):
        carry_on()
    assert loss.trail() == ["begun", "expired"]
    assert loss.told().count("ran out") == 1


def test_a_step_that_nobody_answers_is_taken_again_and_stops_no_other(site):
    loss = Loss(RowPlace(site), site.person("ada", LOST))
    site.hold(DOMAIN, t0=site.now() - 5 * DAY)
    lost = loss_of(loss.standing.pk)
    assert lost is not None
    way = dns_proof.begin(lost)
    carry_on()
    before = way.next_look_at
    way.refresh_from_db()
    assert way.ended_at is None
    assert way.seen_since is None
    assert way.next_look_at > before


def test_an_address_that_is_removed_ends_its_try(loss):
    begin_case(loss)
    loss.ada.emailaddress_set.filter(email=LOST).delete()
    standing = loss.standing
    standing.removed_at = loss.place.now()
    standing.save()
    carry_on()
    assert loss.trail() == ["begun", "overtaken"]
