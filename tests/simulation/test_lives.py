"""Lives as data: what holds when, and whose mailbox it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.simulation.lives import NOTHING, Facts, Holder, Life, Turn

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
ONE, TWO, THREE = (Facts(handle=name) for name in ("one", "two", "three"))
LIFE = Life("name.org", (Turn(START, ONE), Turn(START + 10 * DAY, TWO)))


@pytest.mark.parametrize(
    ("when", "facts", "following"),
    [
        (START - DAY, NOTHING, START),
        (START, ONE, START + 10 * DAY),
        (START + 9 * DAY, ONE, START + 10 * DAY),
        (START + 10 * DAY, TWO, None),
        (START + 99 * DAY, TWO, None),
    ],
)
def test_a_turn_holds_from_its_moment_to_the_next(when, facts, following):
    assert LIFE.at(when) == facts
    assert LIFE.next_turn_after(when) == following


def test_turns_out_of_order_are_refused():
    with pytest.raises(ValueError, match=r"turns of name\.org are not in order"):
        Life("name.org", (Turn(START, ONE), Turn(START - DAY, TWO)))


def test_a_changed_future_leaves_the_past_as_it_was():
    changed = LIFE.changed_at(START + 5 * DAY, THREE)
    assert changed.at(START + 4 * DAY) == ONE
    assert changed.at(START + 5 * DAY) == changed.at(START + 50 * DAY) == THREE
    assert LIFE.at(START + 50 * DAY) == TWO


def test_an_altered_stretch_keeps_the_turns_around_and_within_it():
    altered = LIFE.altered(
        START + 8 * DAY,
        lambda facts: replace(facts, handle=facts.handle.upper()),
        until=START + 12 * DAY,
    )
    handles = [altered.at(START + day * DAY).handle for day in (0, 7, 8, 10, 11, 12)]
    assert handles == ["one", "one", "ONE", "TWO", "TWO", "two"]


@pytest.mark.parametrize(
    ("holder", "mail", "mailbox"),
    [
        (Holder.OWNER, True, Holder.OWNER),
        (Holder.STRANGER, True, Holder.STRANGER),
        (Holder.STRANGER, False, Holder.NOBODY),
        (Holder.REGISTRAR, True, Holder.REGISTRAR),
    ],
)
def test_a_mailbox_is_the_holders_only_while_mail_arrives(holder, mail, mailbox):
    life = Life("name.org", (Turn(START, Facts(holder=holder, mail=mail)),))
    assert life.holder_at(START) is mailbox
    assert life.holder_at(START - DAY) is Holder.NOBODY


def test_companions_come_along_with_their_own():
    deep = Life("c.net", (), companions=())
    life = Life("a.org", (), companions=(Life("b.net", (), companions=(deep,)),))
    assert [each.domain for each in life.everything()] == ["a.org", "b.net", "c.net"]
