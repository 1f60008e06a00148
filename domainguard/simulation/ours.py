"""DomainGuard's own rules over one life: the real core and schedule, and the look at use."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta

from domainguard.core.policy import Standing, eligible
from domainguard.core.reasons import Code, Hold
from domainguard.core.record import Policy, Record
from domainguard.core.verdict import Verdict

from .delegation import Below
from .lives import Life
from .outages import CALM, Calendar
from .truth import Stretch
from .watch import Watch

_PROVEN_BEFORE = timedelta(days=300)
_MOMENT = timedelta(microseconds=1)
_NEW_HOSTS = frozenset({Code.NS_CHANGED, Code.MX_CHANGED})


class Guard:
    """Guards one address on one life for a time; looks come in order of time."""

    def __init__(
        self,
        life: Life,
        since: datetime,
        policy: Policy,
        outages: Calendar = CALM,
        *,
        first_look: datetime | None = None,
    ) -> None:
        self.policy = policy
        above = [each for each in life.companions if life.domain.endswith(f".{each.domain}")]
        own = above[0] if above else life
        self.own = Watch(own, since, policy, outages, proven_at=since - _PROVEN_BEFORE)
        self.own.next_at = first_look or self.own.next_at
        self.below = Below(life, policy, outages) if above else None
        others = [each for each in life.companions if each is not own]
        self.hosts = [Watch(each, self.own.next_at, policy, outages) for each in others]
        for each in self.hosts:  # met at the first look at the mail that runs over them
            each.next_at = each.first_seen_at = self.own.next_at
        self._due = [(each.next_at, number) for number, each in enumerate(self._watched())]
        heapq.heapify(self._due)
        self._refused_since: datetime | None = None
        self._refusals: list[Stretch] = []

    def copy(self) -> Guard:
        """Give a guard that goes its own way from here on."""
        twin = copy(self)
        twin.own = self.own.copy()
        twin.hosts = [each.copy() for each in self.hosts]
        twin.below = copy(self.below)
        twin._due, twin._refusals = list(self._due), list(self._refusals)
        return twin

    def run_to(self, when: datetime) -> None:
        """Do every look that falls due before this moment, each at its own time."""
        while self._due[0][0] < when:
            now, number = self._due[0]
            self._sweep_one(self._watched()[number], now)
            heapq.heapreplace(self._due, (self._watched()[number].next_at, number))

    def sweep_at(self, now: datetime) -> None:
        """Do every look that is due by now, all at this moment, as one late sweep does."""
        for watch in self._watched():
            if watch.next_at <= now:
                self._sweep_one(watch, now)
        self._replan()

    def _sweep_one(self, watch: Watch, now: datetime) -> None:
        below = self.below if watch is self.own else None
        if below:
            below.look(now)
        watch.sweep(now, in_full=below is not None)
        self._note(now)

    def _replan(self) -> None:
        self._due = sorted((each.next_at, n) for n, each in enumerate(self._watched()))

    def due(self) -> datetime:
        """Give the moment of the next look."""
        return self._due[0][0]

    def standing(self) -> Standing:
        """Apply the one rule to the address as the rows are now."""
        return self._standing(self.own.record)

    def asks(self, now: datetime) -> bool:
        """Let somebody ask for a mail with power in it; say whether it would be sent.

        The look at the moment of use comes first and is kept, as `services.jit` does.
        """
        if self._is_fresh(now):
            return self.standing() is Standing.ELIGIBLE
        if self.below:
            self.below.look(now)
        verdict = self.own.look(now)
        self.own.plan_next(now)
        self._replan()
        self._note(now)
        said = verdict.conclusive or self._is_good_enough(verdict, now)
        spared = not verdict.adverse or self.own.record.held
        return said and spared and self.standing() is Standing.ELIGIBLE

    def would_admit(self, now: datetime) -> bool:
        """Say whether somebody who asked now would get the mail; nobody has asked."""
        if self.standing() is not Standing.ELIGIBLE:
            return False
        if self._is_fresh(now):
            return True
        verdict, after, _ = self.own.weigh(now)
        said = verdict.conclusive or self._is_good_enough(verdict, now)
        spared = not verdict.adverse or after.held
        return said and spared and self._standing(after) is Standing.ELIGIBLE

    def refusals(self, until: datetime) -> list[Stretch]:
        """Give the stretches of time in which the rows alone refused the address."""
        last = [(self._refused_since, until)] if self._refused_since else []
        return [*self._refusals, *last]

    @property
    def epoch(self) -> int:
        """The control epoch of the address's trust key."""
        return self.own.record.control_epoch

    def holds(self) -> list[Hold]:
        """Give every hold that touches the address."""
        return [*self.own.record.holds, *self._holds_elsewhere()]

    def stale_at(self, now: datetime) -> datetime | None:
        """Give when the last look stops being young enough for a mail; None where it is not now."""
        at = self.own.record.last_conclusive_at
        return at + self.policy.fresh_for + _MOMENT if at and self._is_fresh(now) else None

    def _standing(self, record: Record) -> Standing:
        return eligible(
            verified=self.own.verified_epoch == record.control_epoch,
            verified_epoch=self.own.verified_epoch,
            verified_at=self.own.proven_at,
            control_epoch=record.control_epoch,
            holds=(*record.holds, *self._holds_elsewhere()),
        )

    def _holds_elsewhere(self) -> Iterator[Hold]:
        for each in self.hosts:
            yield from each.record.holds
        if self.below:
            yield from self.below.holds

    def _watched(self) -> list[Watch]:
        return [self.own, *self.hosts]

    def _is_fresh(self, now: datetime) -> bool:
        seen = [self.own.record.last_conclusive_at]
        seen += [self.below.last_look_at] if self.below else []
        return all(at is not None and now - at <= self.policy.fresh_for for at in seen)

    def _is_good_enough(self, verdict: Verdict, now: datetime) -> bool:
        """Say whether a young answer makes up for one that nobody could give now."""
        record = self.own.record
        at = record.last_conclusive_at
        young = at is not None and now - at <= self.policy.young_answer
        return young and not record.held and not _NEW_HOSTS & set(verdict.remarks)

    def _note(self, now: datetime) -> None:
        refused = self.standing() is not Standing.ELIGIBLE
        if refused and self._refused_since is None:
            self._refused_since = now
        if not refused and self._refused_since is not None:
            self._refusals.append((self._refused_since, now))
            self._refused_since = None
