"""One life without a visible stage, on real sockets; `test_breaks` runs it in a broken copy."""

from __future__ import annotations

from datetime import timedelta

from domainguard.simulation import scripts
from domainguard.simulation.play import START
from tests.journeys.resurrection import Replay
from tests.journeys.test_resurrection import replay

__all__ = ["replay"]


def test_a_link_from_before_is_worth_nothing_to_who_caught_the_name_at_once(replay: Replay):
    life = scripts.without_redemption(
        "mill-lane.ws",
        born=START - timedelta(days=900),
        at=START + timedelta(days=20),
        waited=timedelta(0),
    )
    told = replay.play(life)
    assert told.replayed == told.simulated
    doings = [what for what, _, _ in told.replayed]
    assert doings[:4] == ["sweep", "reset", "old link", "reset"]
