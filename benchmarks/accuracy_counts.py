"""What `benchmarks.accuracy` replays, batch by batch, and how it counts what came of it.

A batch depends on its kind, seed and number alone: any line of the table can be run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.replay import DAY, Watched, replay
from domainguard.simulation.generator import generate, generate_outages
from domainguard.simulation.life_classes import HEALTHY_EVENTS, LAPSES
from domainguard.simulation.lives import Holder, Life
from domainguard.simulation.truth import lost_at

START = datetime(2026, 1, 1, tzinfo=UTC)
HEALTHY = {
    "transferred": 5000,
    "host_moved": 5000,
    "auto_renewed": 5000,
    "dnssec_rollover": 2000,
    "suspended": 1000,
}
TOTALS = {**HEALTHY, "lapses": 5000, "aftermarket_sale": 1000, "late": 1000, "outages": 10_000}
_IN_A_BATCH = 250
_OUTAGES_IN_A_BATCH = 50
_LIVES_UNDER_OUTAGES = 60
_EVENTS_FROM = START + 10 * DAY
_WATCHED_FOR = {"auto_renewed": 65 * DAY, "suspended": 50 * DAY}


@dataclass(slots=True)
class Tally:
    """Counts by word, the longest time by word, and the domains that did what none should."""

    counts: Counter[str] = field(default_factory=Counter)
    longest: dict[str, timedelta] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what another batch came to."""
        self.counts.update(other.counts)
        for word, time in other.longest.items():
            self.stretch(word, time)
        self.cases += other.cases

    def stretch(self, word: str, time: timedelta) -> None:
        """Keep the longest."""
        self.longest[word] = max(time, self.longest.get(word, time))


@dataclass(frozen=True, slots=True)
class Batch:
    """So many lives, or outages, of one kind."""

    kind: str
    seed: int
    number: int
    count: int

    def run(self) -> Tally:
        """Replay and count; the words are prefixed with the kind."""
        tally = Tally()
        tally.counts[f"{self.kind} planted"] = self.count
        watched = _RUNS.get(self.kind, _run_healthy)(self)
        count = _COUNTERS.get(self.kind, _count_healthy)
        tally.counts[f"{self.kind} lives"] = len(watched)
        for each in watched:
            tally.counts["looks"] += each.looks
            words = set(count(each, tally, self.kind))
            tally.counts.update(f"{self.kind} {word}" for word in words)
            if words & _NEVER:
                tally.cases.append(f"{self}: {each.life.domain} {sorted(words & _NEVER)}")
        return tally

    def lives(self, mix: Mapping[str, float], count: int, days: int) -> Iterator[Life]:
        """Give the batch's lives, whose events begin within so many days."""
        return generate(self.seed * 1000 + self.number, count, _EVENTS_FROM, days, mix)


_NEVER = frozenset({"raised wrongly", "missed", "trusted again"})


def batches(seed: int, scale: float) -> list[Batch]:
    """Give every batch of a run, at a share of its full size."""
    made = []
    for kind, total in TOTALS.items():
        left, size = round(total * scale), _size(kind)
        for number in range(-(-left // size)):
            made.append(Batch(kind, seed, number, min(size, left - number * size)))
    return made


def _size(kind: str) -> int:
    return _OUTAGES_IN_A_BATCH if kind == "outages" else _IN_A_BATCH


def _run_healthy(batch: Batch) -> list[Watched]:
    until = START + _WATCHED_FOR.get(batch.kind, 30 * DAY)
    lives = batch.lives({batch.kind: 1.0}, batch.count, 7)
    return _replayed([Watched(life, START, until) for life in lives])


def _run_lapses(batch: Batch) -> list[Watched]:
    lives = batch.lives(LAPSES, batch.count, 365)
    # The first turn after birth is the first sign that nobody pays.
    spans = ((life, life.turns[1].at - 3 * DAY, lost_at(life) + 90 * DAY) for life in lives)
    return _replayed([Watched(*span) for span in spans])


def _run_sales(batch: Batch) -> list[Watched]:
    lives = batch.lives({batch.kind: 1.0}, batch.count, 7)
    return _replayed([Watched(life, START, START + 80 * DAY) for life in lives])


def _run_late(batch: Batch) -> list[Watched]:
    mix = {"renewed_in_grace": 0.5, "restored_from_redemption": 0.5}
    lives = batch.lives(mix, batch.count, 7)
    return _replayed([Watched(life, START, START + 140 * DAY) for life in lives])


def _run_outages(batch: Batch) -> list[Watched]:
    lives = batch.lives(HEALTHY_EVENTS, _LIVES_UNDER_OUTAGES, 30)
    outages = generate_outages(batch.seed * 1000 + batch.number, batch.count, _EVENTS_FROM, 30)
    watched = [Watched(life, START, START + 46 * DAY) for life in lives]
    replay(watched, outages=outages)
    return watched


def _replayed(watched: list[Watched]) -> list[Watched]:
    replay(watched)
    return watched


def _count_healthy(each: Watched, tally: Tally, kind: str) -> Iterator[str]:
    longest = each.longest_wrong_hold()
    tally.stretch(f"{kind} wrong hold", longest)
    if each.raised_at:
        yield "raised wrongly"
    if longest:
        yield "held wrongly"
    if longest > DAY:
        yield "held wrongly for more than a day"
        if not each.has_registry:
            yield "held wrongly for more than a day, no registry source"


def _count_lapse(each: Watched, tally: Tally, kind: str) -> Iterator[str]:
    lost = lost_at(each.life)
    held = each.first_hold_after(lost)
    if not each.has_registry:
        yield "no registry source"
    if held is None or held - lost > DAY:
        yield "missed"
    else:
        tally.stretch("lapses until held", held - lost)
    if each.raised_at:
        yield "raised"
    else:
        yield f"not raised, .{each.life.domain.rpartition('.')[2]}"
        if not each.record.held:
            yield "trusted again"
    exposed = _read_by_a_stranger(each)
    if exposed:
        tally.stretch("lapses exposed", exposed)
        yield "a stranger's mailbox before the hold"


def _count_sale(each: Watched, tally: Tally, kind: str) -> Iterator[str]:
    sold = next(turn.at for turn in each.life.turns if turn.facts.holder is Holder.STRANGER)
    held = each.first_hold_after(sold)
    found = held is not None and held - sold <= DAY
    side = "with a trace" if each.life.trace else "without a trace"
    yield side
    if found:
        yield f"held within a day {side}"


def _count_late(each: Watched, tally: Tally, kind: str) -> Iterator[str]:
    longest = each.longest_wrong_hold()
    tally.stretch("late wrong hold", longest)
    if longest > DAY:
        yield "held wrongly for more than a day"
    if each.raised_at:
        yield "raised"


def _read_by_a_stranger(each: Watched) -> timedelta:
    """Give how long a stranger had the mailbox while neither hold nor epoch refused it."""
    taken = next(
        (turn.at for turn in each.life.turns if turn.facts.mailbox is Holder.STRANGER), None
    )
    if taken is None or taken >= each.until or any(at <= taken for at in each.raised_at):
        return timedelta(0)
    return (each.first_hold_after(taken) or each.until) - taken


_RUNS: Mapping[str, Callable[[Batch], list[Watched]]] = {
    "lapses": _run_lapses,
    "aftermarket_sale": _run_sales,
    "late": _run_late,
    "outages": _run_outages,
}
_COUNTERS: Mapping[str, Callable[[Watched, Tally, str], Iterator[str]]] = {
    "lapses": _count_lapse,
    "aftermarket_sale": _count_sale,
    "late": _count_late,
}
