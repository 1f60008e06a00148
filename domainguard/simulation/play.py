"""Plays one life against every policy: who got in, how long it was open, who was wronged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random

from domainguard.core.record import Policy

from . import rivals
from .attackers import DOORS, OLD_LINK, Door, tries
from .histories import heard
from .lives import Life
from .ours import Guard
from .outages import CALM, Calendar
from .truth import (
    HEALTHY_KINDS,
    Stretch,
    is_wrong_to_end_trust,
    strangers_since,
    well_stretches,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
AFTER = timedelta(days=90)  # so long a stranger's mailbox is watched
HEALTHY_FOR = timedelta(days=150)
LONGEST = timedelta(days=400)
_NONE = timedelta(0)
_NOON = time(12, tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one run is played under: `hits` says how many other hits RubyGems' run has that day."""

    addresses: int = 1_000_000
    policy: Policy = field(default_factory=Policy)
    recheck_at_confirm: bool = True
    hits: Callable[[datetime], int] = lambda at: 0
    outages: Calendar = CALM
    seed: int = 0
    pypi_every: timedelta = rivals.PYPI_EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one life under one policy.

    `exposed` is how long a stranger's request would have been answered; None where no stranger
    ever read the mail.
    """

    policy: str
    domain: str
    kind: str
    trace: bool
    taken_by: Door | None = None
    exposed: timedelta | None = None
    deverified: bool = False
    deverified_wrongly: bool = False
    wrong_hold: timedelta = _NONE
    late_hold: timedelta = _NONE


def watched(life: Life) -> Stretch:
    """Give the time in which a life is watched."""
    mine = strangers_since(life)
    if mine is not None:
        return START, min(mine + AFTER, START + LONGEST)
    if life.kind in HEALTHY_KINDS:
        return START, START + HEALTHY_FOR
    last = max((turn.at for turn in life.turns if turn.at < START + LONGEST / 2), default=START)
    return START, last + AFTER


def play(life: Life, terms: Terms) -> Iterator[Outcome]:
    """Play one life against all policies."""
    since, until = watched(life)
    history = heard(life, terms.outages, since, until)
    spread = Random(f"scan {terms.seed} {life.domain}").random()  # noqa: S311 - repeatable
    for name, decisions in _of_rivals(history, since, until, spread, terms):
        yield _rival(name, life, rivals.gone_at(decisions), until)
    yield _ours(life, since, until, terms)


def _of_rivals(
    history: Sequence[rivals.Heard], since: datetime, until: datetime, spread: float, terms: Terms
) -> Iterator[tuple[str, list[rivals.Decision]]]:
    coded = rivals.pypi_as_coded(terms.addresses)
    daily = _at_noon(since, until)
    yield "stock_django", rivals.stock_django(history)
    for name, every in (("pypi", terms.pypi_every), ("pypi_as_coded", coded)):
        looks = rivals.looks_every(every, since + spread * every, until)
        yield name, rivals.pypi(history, looks)
    yield "rubygems", rivals.rubygems(history, daily, other_hits=terms.hits)
    yield "rubygems_below_cap", rivals.rubygems(history, daily)


def _at_noon(since: datetime, until: datetime) -> list[datetime]:
    first = datetime.combine(since.date(), _NOON)
    return list(rivals.looks_every(rivals.RUBYGEMS_EVERY, first, until))


def _rival(name: str, life: Life, gone: datetime | None, until: datetime) -> Outcome:
    """Judge a policy that has one decision in a life: when its address stopped being good."""
    mine = strangers_since(life)
    if mine is not None and mine >= until:
        mine = None
    end = min(gone or until, until)
    wrongly = gone is not None and is_wrong_to_end_trust(life, gone)
    refused = [(gone, until)] if gone and wrongly else []
    return Outcome(
        policy=name,
        domain=life.domain,
        kind=life.kind,
        trace=life.trace,
        taken_by=DOORS[name][-1] if mine and (gone is None or gone > mine) else None,
        exposed=max(end - mine, _NONE) if mine else None,
        deverified=gone is not None,
        deverified_wrongly=wrongly,
        wrong_hold=_longest(refused, life, START, until),
    )


def _ours(life: Life, since: datetime, until: datetime, terms: Terms) -> Outcome:
    guard = Guard(life, since, terms.policy, terms.outages)
    mine = strangers_since(life)
    exposed = taken_by = None
    if mine is not None and mine < until:
        guard.run_to(mine - OLD_LINK)
        taken_by = _attack(guard.copy(), mine, until, terms)
        exposed = _exposure(guard, life, mine, until, terms)
    else:
        guard.run_to(until)
    held = _longest(guard.refusals(until), life, since, until)
    late = life.kind not in HEALTHY_KINDS
    lost = guard.own.deverified_at
    return Outcome(
        policy="domainguard",
        domain=life.domain,
        kind=life.kind,
        trace=life.trace,
        taken_by=taken_by,
        exposed=exposed,
        deverified=bool(lost),
        deverified_wrongly=any(is_wrong_to_end_trust(life, at) for at in lost),
        wrong_hold=_NONE if late else held,
        late_hold=held if late else _NONE,
    )


def _exposure(guard: Guard, life: Life, mine: datetime, until: datetime, terms: Terms) -> timedelta:
    """Add up the time in which a first request of the stranger would have been answered."""
    now, open_for = mine, _NONE
    while now < until:
        guard.run_to(now)
        if _is_shut_for_good(guard):
            break
        others = (
            life.next_turn_after(now),
            terms.outages.next_edge(now),
            guard.stale_at(now),
        )
        end = min(guard.due() + _MOMENT, until, *filter(None, others))
        if guard.would_admit(now):
            open_for += end - now
        now = end
    return open_for


def _is_shut_for_good(guard: Guard) -> bool:
    """Say whether only people could let the address receive anything again."""
    return any(not hold.hold_class.ends_by_itself for hold in guard.holds())


def _attack(guard: Guard, mine: datetime, until: datetime, terms: Terms) -> Door | None:
    """Try every door as soon as the mailbox is the attacker's, and again later."""
    minted = guard.asks(mine - OLD_LINK)
    epoch = guard.epoch
    guard.run_to(mine)
    checked = guard.asks(mine) if terms.recheck_at_confirm else True
    if minted and epoch == guard.epoch and checked:
        return Door.OLD_LINK
    for at in tries(mine, until):
        guard.run_to(at)
        if _is_shut_for_good(guard):
            return None
        for door in DOORS["domainguard"][1:]:
            if guard.asks(at):
                return door
    return None


def _longest(refused: Iterable[Stretch], life: Life, since: datetime, until: datetime) -> timedelta:
    """Give the longest time an address was refused at a stretch while nothing was wrong."""
    wells = list(well_stretches(life, since, until))
    wrong = [min(held[1], well[1]) - max(held[0], well[0]) for held in refused for well in wells]
    return max([_NONE, *wrong])
