"""After a clock that was ahead: a person's word lets the work go on, and nothing rests on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from domainguard.models import (
    AddressStanding,
    AuditEvent,
    DomainStatus,
    EpochBump,
    Observation,
    OutboxMail,
)
from domainguard.services.clock import ClockIsWrong
from domainguard.services.clock_void import accept_clock
from domainguard.services.enforce import enforce
from domainguard.testing import scripts
from tests.faults.clocks import wrong
from tests.services.rows import Site

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WHY = "the time server was off by 40 days"


@pytest.fixture
def ahead(world, settings, at):
    """Give a registry that was swept on the first day, and once more 40 days ahead of it."""
    wrong.by = timedelta(0)
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "CLOCK": "tests.faults.clocks.wrong"}
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    wrong.by = 40 * DAY
    DomainStatus.objects.update(next_check_at=world.net.clock.now())
    world.ask_for_reset("ada@mill-lane.org")
    world.sweep()
    world.serve()
    wrong.by = timedelta(0)
    yield world
    wrong.by = timedelta(0)


def test_the_sweep_goes_on_when_a_person_says_why_and_finds_what_lapsed(ahead, at, capsys):
    world = ahead
    life = scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(hours=1))
    world.net.replace(life)
    world.pass_time(2 * HOUR)
    with pytest.raises(CommandError, match="--accept-clock"):
        call_command("domainguard_sweep")
    call_command("domainguard_sweep", accept_clock=WHY)
    assert "from the future are void" in capsys.readouterr().err
    assert world.domain("mill-lane.org").held
    said = AuditEvent.objects.get(action="clock_accepted")
    assert (said.detail["reason"], said.detail["looks_void"] > 0) == (WHY, True)
    assert said.actor.startswith("shell:")
    assert not Observation.objects.filter(at__gt=world.net.clock.now()).exists()
    call_command("domainguard_sweep")


def test_a_link_mailed_by_the_wrong_clock_is_over_and_the_next_one_works(ahead):
    world = ahead
    (early,) = world.mail_to("ada@mill-lane.org")
    accept_clock(by="kay", reason=WHY)
    assert not world.use(world.link_in(early), "seven grey geese")
    world.ask_for_reset("ada@mill-lane.org")
    world.serve()
    _, late = world.mail_to("ada@mill-lane.org")
    assert world.use(world.link_in(late), "seven grey geese")
    assert not OutboxMail.objects.filter(created_at__gt=world.net.clock.now()).exists()


def test_two_looks_agree_only_if_the_time_between_them_can_be_believed(ahead):
    row = Site().corroborate("mill-lane.org")
    (known,) = row.record().episodes
    late = replace(known.last, at=known.last.at + 40 * DAY)
    row.keep(replace(row.record(), episodes=(replace(known, last=late),)))
    row.save()
    accept_clock(by="kay", reason=WHY)
    row.refresh_from_db()
    (episode,) = row.record().episodes
    assert episode.last == episode.first == known.first
    assert row.held
    enforce()
    assert not EpochBump.objects.exists()


def test_a_proof_from_the_future_counts_as_one_of_unknown_time(ahead):
    now = ahead.net.clock.now()
    AddressStanding.objects.update(verified_at=now + 30 * DAY, recovery_from=now + 60 * DAY)
    accept_clock(by="kay", reason=WHY)
    standing = ahead.standing("ada@mill-lane.org")
    assert standing.verified_at is None
    assert standing.recovery_from == now + 14 * DAY


def test_a_clock_that_was_never_ahead_has_nothing_to_void(world):
    assert accept_clock(by="kay", reason=WHY) == 0
    assert not AuditEvent.objects.exists()


def test_it_is_refused_while_the_database_says_that_this_clock_is_the_wrong_one(world, settings):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no clock of its own")
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "CLOCK": "tests.services.rows.wrong_clock"}
    with pytest.raises(ClockIsWrong, match="the database"):
        accept_clock(by="kay", reason=WHY)
