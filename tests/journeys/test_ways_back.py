"""The ways back with real DNS, registries and SMTP: the owner's, the resurrector's, bad luck."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from domainguard.gate import Purpose
from domainguard.testing import SmtpSink

from .lost import DAY, HOUR, LOST, OTHER, Loss, lost_in_the_world

LATER = "450 4.7.1 not now"


@pytest.fixture
def loss(world, at) -> Loss:
    """Give ada, whose domain lapsed and was registered anew, as the sweeps have seen."""
    return lost_in_the_world(world, OTHER, lapsed_at=at(days=50))


@pytest.fixture
def sink(world) -> SmtpSink:
    """Give the mail server."""
    return world.net.sink


def test_the_resurrector_gains_nothing_and_the_owner_is_back_within_minutes(loss):
    assert loss.domain.control_epoch > loss.standing.verified_epoch
    assert not loss.reset_comes(LOST)
    ada = loss.browser()
    assert loss.walk(ada, "signed_in") == ""
    link = loss.link_at(LOST)
    stranger = Client()
    assert stranger.post(link).headers["Location"].startswith("/accounts/login/")
    stranger.post("/accounts/login/", {"login": "ada", "password": "four stones high"})
    assert stranger.post(link).headers["Location"].startswith("/accounts/login/")
    assert not loss.gate(Purpose.NOTICE).admitted
    assert loss.open(ada, link) == ""
    assert loss.is_contact_only()
    assert "It is trusted again" in loss.told()
    assert not loss.reset_comes(LOST)
    loss.place.pass_time(14 * DAY)
    assert loss.reset_comes(LOST)


def test_a_mail_that_is_refused_once_arrives_later_and_one_delayed_a_day_never(loss, sink):
    ada = loss.browser()
    assert loss.walk(ada, "signed_in") == ""
    with sink.refusing(LATER):
        for _ in range(5):
            loss.serve()
            loss.later(5 * HOUR)
    assert loss.link_at(LOST) == ""
    assert loss.trail() == ["begun", "expired"]
    assert loss.walk(ada, "saved_code", helper=loss.helper, code=loss.codes()[0]) == ""
    with sink.refusing(LATER):
        loss.serve()
    loss.later(timedelta(minutes=40))
    assert loss.open(ada, loss.link_at(OTHER)) == ""
