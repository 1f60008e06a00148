"""Way (d) over real DNS: a record seen for three days, at a domain whose control never changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from domainguard.core.record import Cause
from domainguard.gate import Purpose
from domainguard.models import DomainStatus, EpochBump
from domainguard.services import projection
from domainguard.simulation import scripts
from domainguard.simulation.hosting import LANTERN
from domainguard.simulation.outages import How, Where
from domainguard.testing import SmallInternet

from .lost import DAY, DOMAIN, HOUR, LONG_BEFORE, LOST, OTHER, InternetPlace, Loss


@pytest.fixture
def loss(world) -> Loss:
    """Give ada, whose domain's epoch rose although nothing about the domain is another."""
    for name in (DOMAIN, "fieldpost.net"):
        world.net.add(scripts.healthy(name, born=LONG_BEFORE))
    loss = Loss(InternetPlace(world), world.person("ada", LOST, OTHER))
    world.sweep()
    row = loss.domain
    EpochBump.objects.create(
        domain=row,
        epoch=2,
        cause=Cause.CHANGE_OF_HANDS.value,
        evidence={"looks": []},
        fingerprint_before=row.fingerprint,
        at=loss.place.now(),
    )
    DomainStatus.objects.filter(pk=row.pk).update(control_epoch=2)
    projection.carry_out()
    loss.told()
    return loss


def publish(loss: Loss, *texts: str) -> None:
    """Let the domain's zone have these texts, and no others, from now on."""
    change(loss, texts=tuple(("_domainguard", text) for text in texts))


def net_of(loss: Loss) -> SmallInternet:
    """Give the internet in which the loss happened."""
    assert isinstance(loss.place, InternetPlace)
    return loss.place.world.net


def change(loss: Loss, **facts: Any) -> None:
    """Let these facts of the domain be others from now on."""
    net = net_of(loss)
    life = net.life(DOMAIN)
    net.replace(life.altered(loss.place.now(), lambda before: replace(before, **facts)))


def begin(loss: Loss) -> str:
    """Begin the way; give the text that the page wants to see in the DNS."""
    ada = loss.browser()
    assert loss.walk(ada, "dns_proof") == ""
    page = ada.get(reverse("domainguard_account:what_happened", args=[loss.standing.pk])).text
    assert f"_domainguard.{DOMAIN}" in page
    assert loss.way().record in page
    return loss.way().record


def test_a_record_seen_for_three_days_gives_the_address_back_for_messages_only(loss):
    publish(loss, begin(loss))
    loss.later(HOUR)
    assert "now the time runs" in loss.told()
    loss.later(3 * DAY - HOUR)
    assert not loss.gate(Purpose.NOTICE).admitted
    loss.later(6 * HOUR)
    assert loss.is_contact_only()
    assert loss.trail() == ["begun", "done"]
    assert "It is trusted again" in loss.told()


def test_a_record_that_is_missing_once_begins_anew(loss):
    text = begin(loss)
    publish(loss, text)
    loss.later(DAY)
    publish(loss, "something else")
    loss.later(6 * HOUR)
    assert loss.way().seen_since is None
    assert "has gone" in loss.told()
    publish(loss, text)
    loss.later(2 * DAY + 12 * HOUR)
    assert not loss.gate(Purpose.NOTICE).admitted
    loss.later(DAY)
    assert loss.is_contact_only()


def test_one_resolver_that_is_away_delays_nothing_and_a_day_of_silence_begins_anew(loss):
    publish(loss, begin(loss))
    with net_of(loss).outage(Where.RESOLVERS, How.DOWN, resolver=1):
        loss.later(DAY)
    assert loss.way().sightings == 4
    with net_of(loss).outage(Where.RESOLVERS, How.DOWN):
        loss.later(2 * DAY)
    assert loss.way().sightings == 4
    loss.later(6 * HOUR)
    assert (loss.way().sightings, loss.trail()) == (1, ["begun"])


def test_a_domain_that_moves_meanwhile_is_none_of_old_and_continuing_control(loss):
    publish(loss, begin(loss))
    loss.later(DAY)
    change(loss, ns=LANTERN.ns, mx=LANTERN.mx)
    loss.later(DAY)
    assert loss.trail() == ["begun", "refused"]
    page = reverse("domainguard_account:what_happened", args=[loss.standing.pk])
    assert [way.value for way in loss.browser().get(page).context["ways"]] == ["case"]
    assert loss.walk(loss.browser(), "dns_proof") == "not_open"


def test_a_record_that_never_comes_is_waited_for_two_weeks(loss):
    begin(loss)
    loss.later(6 * HOUR)
    loss.place.pass_time(14 * DAY)
    loss.later(HOUR)
    assert loss.trail() == ["begun", "expired"]
