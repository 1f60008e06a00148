"""The one set of lives, outages and time that all servers of the small internet answer from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from domainguard.simulation import stages
from domainguard.simulation.hosting import HARBOUR
from domainguard.simulation.lives import NOTHING, Facts, Holder, Life, Turn
from domainguard.simulation.outages import Outage, Where

from .bootstrap import every_tld
from .clock import VirtualClock

_BEGINNING_OF_THE_WEB = datetime(1995, 1, 1, tzinfo=UTC)


class World:
    """Knows every life by its name. Safe to change while servers ask."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._lives: dict[str, Life] = {}
        self._parents: set[str] = set()
        self._outages: tuple[Outage, ...] = ()
        self._lock = threading.Lock()

    def add(self, life: Life) -> None:
        """Take in a life and its companions; one that is known by that name is replaced."""
        with self._lock:
            for each in life.everything():
                self._lives[each.domain] = each
                self._parents.update(_names_above(each.domain))

    def life(self, name: str) -> Life | None:
        """Give the life of exactly this name; `nic.<suffix>`, the registry's own, always lives."""
        life = self._lives.get(name)
        return _registry_itself(name) if life is None and name.startswith("nic.") else life

    def is_suffix(self, name: str) -> bool:
        """Say whether this is a TLD, or a name that only stands above others' lives."""
        return name in every_tld() or (name in self._parents and name not in self._lives)

    def lives(self) -> list[Life]:
        """Give all lives, in order of name."""
        return [life for _, life in sorted(self._lives.items())]

    def facts(self, name: str) -> Facts:
        """Give what is true now of exactly this name; nothing is, of a name without a life."""
        life = self.life(name)
        return life.at(self.clock.now()) if life else NOTHING

    def life_over(self, name: str) -> Life | None:
        """Give the life of the nearest name at or above this one."""
        while name:
            if life := self.life(name):
                return life
            name = name.partition(".")[2]
        return None

    def mailbox(self, domain: str) -> Holder:
        """Say who reads mail that is sent to this domain now."""
        life = self.life_over(domain)
        return life.holder_at(self.clock.now()) if life else Holder.NOBODY

    def plan(self, *outages: Outage) -> None:
        """Take in outages that begin and end by their own dates."""
        with self._lock:
            self._outages += outages

    @contextmanager
    def failing(self, outage: Outage) -> Iterator[None]:
        """Let this outage last for a `with` block."""
        self.plan(outage)
        try:
            yield
        finally:
            with self._lock:
                self._outages = tuple(each for each in self._outages if each is not outage)

    def outage(self, where: Where, name: str, resolver: int | None = None) -> Outage | None:
        """Give the outage that a question about this name meets now, if any."""
        if not self._outages:
            return None
        now = self.clock.now()
        for each in self._outages:
            if each.where == where and each.touches(name, now, resolver):
                return each
        return None


def _names_above(name: str) -> Iterator[str]:
    while "." in name:
        name = name.partition(".")[2]
        yield name


@cache
def _registry_itself(name: str) -> Life | None:
    """Give the life of `nic.<suffix>`, which each registry keeps for itself for ever."""
    suffix = name.removeprefix("nic.")
    if suffix.rpartition(".")[2] not in every_tld():
        return None
    facts = stages.registration(name, HARBOUR, at=_BEGINNING_OF_THE_WEB)
    return Life(
        name,
        (Turn(_BEGINNING_OF_THE_WEB, replace(facts, expires_at=None, registrar_expires_at=None)),),
    )
