"""A whole run: thousands of lives in batches on several processors, the same for every seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from multiprocessing import get_context
from random import Random

from domainguard.core.record import Policy

from . import rivals
from .generator import generate, generate_outages
from .life_classes import AS_IN_A_YEAR, OUTAGES_A_YEAR, RESURRECTIONS
from .outages import Calendar
from .play import START, Outcome, Terms, play
from .watch import Watch

_IN_A_BATCH = 50
_BEGIN_WITHIN = 60  # days
_YEAR = timedelta(days=365)
_MOST_ORDINARY = 500  # lives of an ordinary year, by which look-ups are counted
_SEEN_FOR = 35  # days for which a lost name stays what RubyGems' run hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run. `addresses` is the size of the registry; `pypi_days` PyPI's promise.

    `recheck_at_confirm` off shows what the look at the confirm page is for.
    """

    lives: int = 10_000
    seed: int = 20_261_122
    addresses: int = 1_000_000
    pypi_days: int = 30
    outages: int = OUTAGES_A_YEAR
    policy: Policy = field(default_factory=Policy)
    recheck_at_confirm: bool = True


@dataclass(slots=True)
class Played:
    """What a run came to. `lookups` is by source class and domain-year, of ordinary domains."""

    plan: Plan
    outcomes: list[Outcome] = field(default_factory=list)
    lookups: Mapping[str, float] = field(default_factory=dict)


def run(
    plan: Plan,
    *,
    processes: int = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Played:
    """Play every life; `progress` hears how many of how many are done."""
    done = Played(plan)
    for outcomes in _batches(plan, processes):
        done.outcomes += outcomes
        progress(len(done.outcomes) // len(rivals.POLICIES), plan.lives)
    done.lookups = lookups_in_a_year(plan)
    return done


def _batches(plan: Plan, processes: int) -> Iterator[list[Outcome]]:
    starts = range(0, plan.lives, _IN_A_BATCH)
    work = partial(_play_batch, plan)
    if processes == 1:
        yield from map(work, starts)
        return
    with get_context("spawn").Pool(processes) as pool:  # a server's threads are not forked
        yield from pool.imap(work, starts)


def _play_batch(plan: Plan, start: int) -> list[Outcome]:
    terms = terms_of(plan)
    count = min(_IN_A_BATCH, plan.lives - start)
    lives = generate(plan.seed, start + count, START, _BEGIN_WITHIN, RESURRECTIONS, first=start)
    return [outcome for life in lives for outcome in play(life, terms)]


@cache
def terms_of(plan: Plan) -> Terms:
    """Give what every life of a run is played under."""
    return Terms(
        addresses=plan.addresses,
        policy=plan.policy,
        recheck_at_confirm=plan.recheck_at_confirm,
        hits=HitsElsewhere(plan.seed, plan.addresses),
        outages=Calendar(generate_outages(plan.seed, plan.outages, START, 365)),
        seed=plan.seed,
        pypi_every=timedelta(days=plan.pypi_days),
    )


class HitsElsewhere:
    """How many other accounts a run of RubyGems' job hits, day by day, in a registry of this size.

    Losses come as in an ordinary year. What a run does not block, because there are too many hits,
    is hit again until the name is somebody's or forgotten.
    """

    def __init__(self, seed: int, addresses: int) -> None:
        rng = Random(f"hits {seed}")  # noqa: S311 - repeatable is the point
        lost = sum(AS_IN_A_YEAR[kind] for kind in ("lapsed", "registered_by_a_stranger"))
        a_day = addresses * lost / 365
        self._by_day: list[int] = []
        waiting = 0.0
        for _ in range(2 * 365):
            waiting += max(0.0, rng.gauss(a_day, a_day**0.5))
            self._by_day.append(round(waiting))
            stuck = waiting > rivals.RUBYGEMS_CAP
            waiting = waiting * (1 - 1 / _SEEN_FOR) if stuck else 0.0

    def __call__(self, at: datetime) -> int:
        """Give the hits of the run on this day."""
        return self._by_day[(at - START).days % len(self._by_day)]


def lookups_in_a_year(plan: Plan) -> dict[str, float]:
    """Count what our schedule asks about a domain in an ordinary year, by source class."""
    count = max(1, min(_MOST_ORDINARY, plan.lives))
    asked: Counter[str] = Counter()
    for life in generate(plan.seed, count, START, 365, AS_IN_A_YEAR):
        watch = Watch(life, START, plan.policy, proven_at=START - _YEAR)
        while watch.next_at < START + _YEAR:
            watch.sweep(watch.next_at)
        asked += watch.asked
    return {source: asked[source] / count for source in ("dns", "registry")}


def with_policy(plan: Plan, changes: Iterable[tuple[str, timedelta]]) -> Plan:
    """Give the plan with some numbers of the rules changed; raises ValueError for unknown names."""
    known = Policy.__dataclass_fields__
    named = dict(changes)
    for name in named:
        if name not in known:
            raise ValueError(f"the rules have no number {name!r}; there are {', '.join(known)}")
    return replace(plan, policy=replace(plan.policy, **named))
