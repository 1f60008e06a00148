"""Looks at all that is due: DNS for thousands at once, and every source for those that need it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from math import inf
from time import monotonic

from django.db import OperationalError

from domainguard.core.early import wants_word
from domainguard.core.evidence import Evidence, Outcome
from domainguard.core.fingerprint import is_unchanged
from domainguard.core.names import MailDomain as MailDomainName
from domainguard.core.names import RegistrableDomain
from domainguard.core.record import Record
from domainguard.core.schedule import Depth, depth
from domainguard.core.windows import visible_for
from domainguard.models import DomainStatus
from domainguard.services import check, impact, leases, mail_domains, stakes
from domainguard.sources.base import Deadline
from domainguard.wiring import assemble, dns, is_exempt, is_trusted, now, policy

log = logging.getLogger("domainguard.batch")

Looked = check.Looked | None  # None: the look broke, and the domain was set aside

CLAIMED_AT_ONCE = 500
_WRITTEN_AT_ONCE = 50
_DEEP_AT_ONCE = 32
_DEEP_WAITING = 300  # looks in full that wait; a lease must outlast them
_ROUND_SECONDS = 90.0
_LONGEST_WAIT_FOR_REGISTRY = timedelta(days=14)


def look_at_due(*, seconds: float = inf) -> Iterator[tuple[DomainStatus, Looked]]:
    """Look at every domain that is due, and give each row with what came of it.

    Domains are claimed as there is room for them, and none after so many seconds. One that is
    found as it was by the DNS is given back; any other is looked at in full by a thread, and
    written with its neighbours.
    """
    assemble()
    end = monotonic() + seconds
    pool = ThreadPoolExecutor(_DEEP_AT_ONCE, thread_name_prefix="look")
    try:
        while True:
            batch = _Round(pool, until=min(end, monotonic() + _ROUND_SECONDS))
            yield from batch.run()
            if not batch.claimed:
                return
    finally:
        pool.shutdown(cancel_futures=True)  # who is cut off does not wait for looks not yet begun


@dataclass(slots=True)
class _Deep:
    """A leased row that is to be looked at in full."""

    row: DomainStatus
    below: list[MailDomainName]
    may_wait: bool  # for its turn at the registry: the DNS has nothing against it


@dataclass(frozen=True, slots=True)
class _Later:
    """The registry is not to be asked now."""

    wait: timedelta


_Answer = check.Asked | _Later


class _Round:
    """As many claimed domains as one lease allows, from the first question to the last write."""

    def __init__(self, pool: ThreadPoolExecutor, *, until: float) -> None:
        self._pool = pool
        self._until = until
        self._light: dict[str, tuple[DomainStatus, Record, Depth]] = {}
        self._deep: list[tuple[_Deep, Future[_Answer]]] = []
        self._as_they_were: list[DomainStatus] = []
        self._broken: list[DomainStatus] = []
        self.claimed = 0

    def run(self) -> Iterator[tuple[DomainStatus, Looked]]:
        """Look at some of what is due."""
        for evidence in self._triaged():
            self._sort(evidence)
            if len(self._as_they_were) >= CLAIMED_AT_ONCE:
                yield from self._give_back()
            yield from self._finish(only_done=True)
        for row, _, _ in self._light.values():  # for these the time did not suffice
            self._look_in_full(row)
        yield from self._give_back()
        yield from self._finish()

    def _triaged(self) -> Iterator[Evidence]:
        claims, deadline = self._claims(), Deadline.after(2 * _ROUND_SECONDS)
        first = next(claims, None)
        if first is not None:  # else not even the resolvers' canaries need be asked
            yield from dns().triage_many(chain([first], claims), now=now(), deadline=deadline)

    def _claims(self) -> Iterator[RegistrableDomain]:
        """Claim while there is time and room, and give those whose DNS alone may be enough."""
        while monotonic() < self._until and len(self._deep) < _DEEP_WAITING:
            rows = leases.claim(min(CLAIMED_AT_ONCE, _DEEP_WAITING - len(self._deep)))
            if not rows:
                return
            self.claimed += len(rows)
            below = mail_domains.below([row.pk for row in rows])
            for row in rows:
                if self._is_light(row, below.get(row.pk, [])):
                    yield RegistrableDomain(row.domain)

    def _is_light(self, row: DomainStatus, below: list[MailDomainName]) -> bool:
        try:
            record = row.record(exempt=is_exempt(row.domain, row.exempt_by_staff))
            wanted = depth(record, now=now(), policy=policy(), visible_for=visible_for(row.domain))
        except Exception:  # one domain's unreadable row is no other domain's
            log.exception("A domain's row could not be read (row %s).", row.pk)
            self._broken.append(row)
            return False
        if is_trusted(row.domain):
            self._as_they_were.append(row)
            return False
        if below or record.fingerprint is None or record.held or record.silent:
            self._look_in_full(row, below, may_wait=record.fingerprint is None)
            return False
        if wants_word(record, row.warn_at, now=now()):
            wanted = Depth.FULL
        self._light[row.domain] = row, record, wanted
        return True

    def _sort(self, evidence: Evidence) -> None:
        """Let a domain that was found as it was rest, if the registry's word is young enough."""
        row, record, wanted = self._light.pop(evidence.domain)
        same = is_unchanged(record.fingerprint, evidence)
        if same and wanted is Depth.TRIAGE:
            self._as_they_were.append(row)
        else:
            self._look_in_full(row, may_wait=same)

    def _look_in_full(
        self,
        row: DomainStatus,
        below: list[MailDomainName] | None = None,
        *,
        may_wait: bool = False,
    ) -> None:
        deep = _Deep(row, below or [], may_wait and _has_time(row))
        self._deep.append((deep, self._pool.submit(_ask, deep)))

    def _give_back(self) -> Iterator[tuple[DomainStatus, Looked]]:
        rows, self._as_they_were = self._as_they_were, []
        leases.give_back(rows)
        yield from ((row, check.Looked(row, None)) for row in rows)
        broken, self._broken = self._broken, []
        for row in broken:
            leases.set_aside(row)
            yield row, None

    def _finish(self, *, only_done: bool = False) -> Iterator[tuple[DomainStatus, Looked]]:
        """Write what was found in full, many at a time; wait for all unless only what is done."""
        while self._deep:
            part = self._deep[:_WRITTEN_AT_ONCE]
            if only_done and not (
                len(part) == _WRITTEN_AT_ONCE and all(future.done() for _, future in part)
            ):
                return
            del self._deep[: len(part)]
            yield from _keep(part)


def _has_time(row: DomainStatus) -> bool:
    """Say whether a look in full may wait for the registry; none waits for ever."""
    since: datetime = row.last_conclusive_at or row.created_at
    return now() - since < _LONGEST_WAIT_FOR_REGISTRY


def _ask(deep: _Deep) -> _Answer:
    """Ask about one leased row, in a thread of its own: no query here."""
    registry: tuple[Evidence, ...] | None = None
    if deep.may_wait:
        registry = check.ask_registry(deep.row)
        waits = [each.retry_after for each in registry if each.outcome is Outcome.LIMITED]
        if waits:
            return _Later(max((wait for wait in waits if wait), default=timedelta(hours=1)))
    return check.ask(deep.row, below=deep.below, registry=registry)


def _keep(
    part: list[tuple[_Deep, Future[_Answer]]],
) -> Iterator[tuple[DomainStatus, Looked]]:
    """Write a few looks at once; where that breaks one by one, and set the broken ones aside."""
    asked: list[tuple[DomainStatus, check.Asked]] = []
    later: list[tuple[DomainStatus, timedelta]] = []
    for deep, future in part:
        try:
            answer = future.result()
        except Exception:  # one domain's failure is no other domain's
            log.exception("The look at a domain broke (row %s).", deep.row.pk)
            leases.set_aside(deep.row)
            yield deep.row, None
            continue
        if isinstance(answer, _Later):
            later.append((deep.row, answer.wait))
        else:
            asked.append((deep.row, answer))
    leases.postpone(later)
    yield from _keep_asked(asked)


def _keep_asked(
    asked: list[tuple[DomainStatus, check.Asked]],
) -> Iterator[tuple[DomainStatus, Looked]]:
    if not asked:
        return
    answers = [(answer, row.lease_number) for row, answer in asked]
    try:
        looked = check.keep_all(answers, purpose=check.SWEEP)
    except Exception as broken:
        if len(asked) > 1:
            for one in asked:
                yield from _keep_asked([one])
            return
        if isinstance(broken, OperationalError):
            raise  # the database is in trouble, not the domain: the lease brings it back
        log.exception("The answers about a domain could not be kept (row %s).", asked[0][0].pk)
        leases.set_aside(asked[0][0])
        yield asked[0][0], None
        return
    seen = [each.row for each in looked if each.verdict]
    impact.renew(seen)
    stakes.renew(seen)
    yield from zip((row for row, _ in asked), looked, strict=True)
