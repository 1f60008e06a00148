"""Good manners towards each server, around any source: a rate, a share for people, a back-off.

Nobody waits here: who comes too often is told when to come again, and the domain stays due. A
sweep with a hundred thousand domains of one registry gets a hundred thousand times, one behind the
other.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from limits.storage import MemoryStorage, Storage

from domainguard.core.evidence import Evidence, Outcome, SourceClass
from domainguard.core.names import RegistrableDomain

from .base import Deadline, Limited, Source
from .ledger import SWEEP_SHARE, Errand, Ledger

__all__ = ["Errand", "Manners", "Polite"]

_Answer = TypeVar("_Answer")

_PER_MINUTE = 60  # few registries publish a figure
_ALONE_SHARE = 0.1
_ALONE_SECONDS = 30.0


class Manners:
    """Counts questions and complaints by server; safe to share by threads.

    `rates` holds the questions a minute for servers that differ from `per_minute`. When the
    shared storage raises, this process counts by itself for half a minute, so that no question
    waits for Redis, and takes a tenth of each rate: ten workers alone still stay within it.
    """

    def __init__(
        self,
        storage: Storage | None = None,
        *,
        per_minute: int = _PER_MINUTE,
        rates: Mapping[str, int] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._alone = Ledger(MemoryStorage(), chance)
        self._shared = Ledger(storage, chance) if storage is not None else None
        self._per_minute = per_minute
        self._rates = rates or {}
        self._alone_until = 0.0
        self._booked: dict[str, float] = {}
        self._lock = Lock()

    def ask_leave(self, server: str, errand: Errand) -> None:
        """Count one question to a server; raises Limited when it is not the time for one."""
        rate = self._rates.get(server, self._per_minute)
        wait = self._counted(
            lambda book, share: book.take(server, errand, max(1, int(rate * share)))
        )
        if wait is not None:
            if errand is Errand.SWEEP:
                wait = self._appointment(server, wait, rate * SWEEP_SHARE)
            seconds = round(wait.total_seconds())
            raise Limited(f"{server} was not asked: it is to be left alone for {seconds} s", wait)

    def _appointment(self, server: str, wait: timedelta, per_minute: float) -> timedelta:
        """Give each that is sent away a time of its own, or all would come back at once."""
        now = time.monotonic()
        with self._lock:
            free = self._booked.get(server, 0.0) + 60 / per_minute
            self._booked[server] = max(now + wait.total_seconds(), free)
            return timedelta(seconds=self._booked[server] - now)

    def heard(self, server: str, evidence: Evidence) -> None:
        """Remember that the server complained, or that it answers again."""
        if evidence.outcome is Outcome.LIMITED:
            self._counted(lambda book, _: book.back_off(server, evidence.retry_after))
        elif evidence.speaks:
            self._counted(lambda book, _: book.forgive(server))

    def _counted(self, count: Callable[[Ledger, float], _Answer]) -> _Answer:
        if self._shared is None:
            return count(self._alone, 1.0)
        if time.monotonic() >= self._alone_until:
            try:
                return count(self._shared, 1.0)
            except self._shared.troubles:
                self._alone_until = time.monotonic() + _ALONE_SECONDS
        return count(self._alone, _ALONE_SHARE)


class Polite:
    """A source that keeps its manners; `server_of` names whom it would ask about a domain."""

    def __init__(
        self,
        source: Source,
        manners: Manners,
        *,
        errand: Errand,
        server_of: Callable[[RegistrableDomain], str | None],
    ) -> None:
        self._source = source
        self._manners = manners
        self._errand = errand
        self._server_of = server_of

    @property
    def name(self) -> str:
        """The name of the source within."""
        return self._source.name

    @property
    def source_class(self) -> SourceClass:
        """The class of the source within."""
        return self._source.source_class

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say what the source within says."""
        return self._source.covers(domain)

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask if it is the time to, else say when it will be."""
        server = self._server_of(domain)
        if server is None:
            return self._source.look(domain, now=now, deadline=deadline)
        try:
            self._manners.ask_leave(server, self._errand)
        except Limited as limited:
            return self._held_back(domain, server, now, limited)
        evidence = self._source.look(domain, now=now, deadline=deadline)
        self._manners.heard(server, evidence)
        return evidence

    def _held_back(
        self, domain: RegistrableDomain, server: str, now: datetime, limited: Limited
    ) -> Evidence:
        return Evidence(
            domain=domain,
            source=self.name,
            source_class=self.source_class,
            outcome=limited.outcome,
            at=now,
            asked=server,
            note=str(limited),
            retry_after=limited.retry_after,
        )
