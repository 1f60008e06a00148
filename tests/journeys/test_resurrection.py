"""The simulation and the real thing agree, life by life; and no run breaks a promise."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from benchmarks.run_log import gather
from domainguard.simulation.generator import generate
from domainguard.simulation.life_classes import RESURRECTIONS
from domainguard.simulation.oracle import violations
from domainguard.simulation.play import START
from domainguard.simulation.truth import strangers_since
from domainguard.testing import clock as clocks
from tests.journeys.resurrection import Replay, Told, every_kind

pytestmark = pytest.mark.one_database

SEED = 20_261_122
COUNT = int(os.environ.get("DOMAINGUARD_REPLAY", "40"))


@pytest.fixture
def replay(world, settings) -> Replay:
    clocks.clock.restart(START)
    # The simulation asks the DNS and the registries, as a site without a key of a status service.
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "FASTLY_KEY": ""}
    return Replay(world)


def test_lives_go_the_same_way_in_the_simulation_and_on_real_sockets(replay):
    lives = every_kind(generate(SEED, 25 * COUNT, START, 60, RESURRECTIONS), COUNT)
    told = [replay.play(life) for life in lives]

    for each in told:
        assert each.replayed == each.simulated, (each.life.domain, each.life.kind)
    assert len(told) == COUNT
    assert {life.kind for life in lives} >= RESURRECTIONS.keys()
    doors = Counter(_taken(each) for each in told if strangers_since(each.life))
    assert doors[False] > COUNT / 8
    assert all(not each.life.trace for each in told if _taken(each))
    log = gather(
        delivered=[
            mail
            for each in told
            if each.life.trace
            for mail in replay.world.mail_to(f"owner@{each.life.domain}")
        ],
        sweeps=replay.sweeps,
        answered=replay.answered,
    )
    against_the_unseen = {each.life.domain for each in told if not each.life.trace}
    assert [each for each in violations(log) if each.what not in against_the_unseen] == []
    assert any(event.action == "epoch_raised" for event in log.events)
    assert any(event.action == "mail_refused" for event in log.events)


def _taken(told: Told) -> bool:
    """Say whether the stranger got in, once the mailbox was theirs."""
    since = strangers_since(told.life)
    return since is not None and any(
        done is True and at >= since.isoformat()
        for what, at, done in told.replayed
        if what != "sweep"
    )
