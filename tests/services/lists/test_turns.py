"""Patience with registries: who is limited comes back, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from domainguard.services.lists.journal import Finding, Named
from domainguard.services.lists.turns import Ask, Later, Turn, Turns

ACTIVE = Finding("active", True, False, (), "")
UNKNOWN = Finding("unknown", False, None, (), "")
NAMES = [Named(f"lane-{number}.org") for number in range(6)]
MINUTE = Later(timedelta(minutes=1))


class Time:
    """A clock that only waiting moves."""

    now = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def take(time: Time) -> Callable[..., dict[str, Finding]]:
    def take(ask: Ask, names: list[Named] = NAMES) -> dict[str, Finding]:
        turns = Turns(ask, at_once=2, clock=lambda: time.now, pause=time.pause)
        found = [each for each in turns.take(iter(names)) if each is not None]
        assert len(found) == len(names)
        return dict(found)

    return take


def test_a_limited_registry_is_asked_again_when_it_said_and_the_domain_is_not_unknown(take, time):
    asked: list[tuple[str, float]] = []

    def ask(turn: Turn) -> Finding | Later:
        asked.append((turn.name.domain, time.now))
        return ACTIVE if time.now >= 60 else MINUTE

    assert set(take(ask).values()) == {ACTIVE}
    assert Counter(name for name, _ in asked) == dict.fromkeys((n.domain for n in NAMES), 2)
    assert sorted({moment for _, moment in asked}) == [0, 60]


def test_others_are_looked_at_while_some_wait(time):
    def ask(turn: Turn) -> Finding | Later:
        return MINUTE if turn.name.domain.endswith(".com") and time.now < 60 else ACTIVE

    names = iter([Named("slow.com"), Named("quick.org")])
    turns = Turns(ask, at_once=1, clock=lambda: time.now, pause=time.pause)
    assert [each[0] for each in turns.take(names) if each] == ["quick.org", "slow.com"]


def test_a_registry_that_answers_others_is_waited_for_as_long_as_it_takes(take, time):
    def ask(turn: Turn) -> Finding | Later:
        turn_of = int(turn.name.domain[5]) * 6000  # one in 100 minutes, over eight hours
        return ACTIVE if time.now >= turn_of and not turn.is_last else MINUTE

    assert set(take(ask).values()) == {ACTIVE}


def test_a_registry_that_answers_nobody_for_two_hours_is_done_without(take, time):
    def ask(turn: Turn) -> Finding | Later:
        return UNKNOWN if turn.is_last else MINUTE

    assert set(take(ask).values()) == {UNKNOWN}
    assert 2 * 3600 < time.now < 2 * 3600 + 180


def test_a_denial_in_doubt_is_asked_for_three_times_and_then_taken_as_it_is(take, time):
    asked: Counter[str] = Counter()

    def ask(turn: Turn) -> Finding | Later:
        asked[turn.name.domain] += 1
        return UNKNOWN if turn.is_last else Later(timedelta(seconds=61), in_doubt=True)

    assert set(take(ask).values()) == {UNKNOWN}
    assert set(asked.values()) == {4}
    assert time.now == pytest.approx(183)
