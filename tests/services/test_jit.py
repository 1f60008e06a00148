"""What a look at the moment of use allows when those who could know say nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.testing import events, scripts

HOUR = timedelta(hours=1)
ADDRESS = "ada@mill-lane.com"


@pytest.fixture
def standing(world, settings, at):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "FASTLY_KEY": ""}
    world.net.add(scripts.healthy("mill-lane.com", born=at(days=-400), expires=at(days=200)))
    world.person("ada", ADDRESS)
    world.sweep()
    world.pass_time(2 * HOUR)
    return world.standing(ADDRESS)


def test_while_the_registry_is_silent_yesterdays_answer_is_good_enough_for_hosts_as_they_were(
    world, standing
):
    with world.net.outage("rdap", "down"):
        assert look_at_moment_of_use(standing) is Answer.MAIL


@pytest.mark.parametrize("mail_too", [True, False], ids=["all hosts", "name servers alone"])
def test_new_hosts_that_no_registry_explains_wait_however_often_somebody_asks(
    world, standing, at, mail_too
):
    moved = events.host_moved(
        "mill-lane.com",
        born=at(days=-400),
        at=at(hours=1),
        expires=at(days=200),
        mail_too=mail_too,
    )
    world.net.replace(moved)
    with world.net.outage("rdap", "down"):
        assert look_at_moment_of_use(standing) is Answer.WAIT
        assert look_at_moment_of_use(standing) is Answer.WAIT
    assert not world.domain("mill-lane.com").held


def test_an_answer_older_than_a_day_is_not_good_enough(world, standing):
    world.pass_time(23 * HOUR)
    with world.net.outage("rdap", "down"), world.net.outage("resolvers", "down"):
        assert look_at_moment_of_use(standing) is Answer.WAIT
