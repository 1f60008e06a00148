"""Walks the audit trail's chain and says where it is broken first, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from domainguard import audit
from domainguard.core.chain import FIRST, Keys, Kind
from domainguard.models import AuditEvent, TrailHead
from domainguard.services import trail
from domainguard.services.walk import walk

_UNKNOWN_HAND = "it was not written by this site, or was changed before it was sealed"


class Broken(Exception):
    """The trail is not as it was written; `row` is a key and `place` one in the chain."""

    def __init__(self, what: str, *, row: int | None = None, place: int | None = None) -> None:
        super().__init__(what)
        self.what, self.row, self.place = what, row, place


@dataclass(slots=True)
class Verified:
    """How far the walk came; `last_seal` is worth keeping elsewhere."""

    sealed: int = 0
    unsealed: int = 0
    last_seal: str = FIRST
    broken: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {"intact": self.broken is None, **asdict(self)}


def verify_trail(
    *, after: int = 0, noted: str = "", on_row: Callable[[Verified], None] | None = None
) -> Verified:
    """Check each row, the head and the rows that wait for their seal.

    `after` is a place to begin behind, whose seal is taken for granted; `noted` is a seal that was
    kept elsewhere and must be in the chain. Reads the table once, in constant memory, and beside
    a sealer at work. Nothing shows when a row was deleted before its seal, or when somebody who has
    the keys wrote the chain anew.
    """
    done = Verified()
    try:
        _Walk(done, after, noted, on_row or (lambda _: None)).go()
    except Broken as broken:
        done.broken = {"row": broken.row, "place": broken.place, "what": broken.what}
    return done


class _Walk:
    def __init__(
        self, done: Verified, after: int, noted: str, on_row: Callable[[Verified], None]
    ) -> None:
        self._done, self._on_row = done, on_row
        self._keys: Keys = audit.keys()
        self._place = after
        self._noted = noted
        self._head: TrailHead | None = None

    def go(self) -> None:
        """Walk; raises Broken at the first row that is."""
        head = trail.heads().first()
        self._head = head if head and self._is_signed(head) else None
        self._begin()
        chain = trail.rows().exclude(place=None)
        if self._place:
            chain = chain.filter(place__gt=self._place)
        for row in walk(chain, "place"):
            self._check_sealed(row)
            self._pass(row)
        self._check_end()
        for row in walk(trail.rows().filter(place=None)):
            self._check_waiting(row)

    def _begin(self) -> None:
        if not self._place:
            return
        row = trail.rows().filter(place=self._place).first()
        if row is None or not row.digest:
            raise Broken(f"no sealed row stands at place {self._place}", place=self._place)
        self._done.last_seal = row.digest
        self._note(row.digest)

    def _check_sealed(self, row: AuditEvent) -> None:
        place = row.place or 0
        if place > self._place + 1:
            first, last = self._place + 1, place - 1
            raise _broken(row, f"what stood before it is missing: places {first} to {last}")
        if place <= self._place:
            raise _broken(row, "it stands before the first place")
        if not row.digest:
            raise _broken(row, "it has lost its seal")
        facts = trail.seal_facts(row, after=self._done.last_seal)
        if not self._keys.signed(Kind.SEAL, facts, row.digest):
            raise _broken(row, "it is not as it was sealed, or was sealed with a key unknown here")
        if not self._keys.signed(Kind.MARK, audit.facts_of(row), row.mark):
            raise _broken(row, _UNKNOWN_HAND)
        if row.action == trail.HEAD_LOST:
            raise _broken(row, "it says that the head was lost: rows before it may be missing")
        if self._head and self._head.count == place and self._head.last != row.digest:
            raise _broken(row, "it does not have the seal that the head names")

    def _pass(self, row: AuditEvent) -> None:
        self._place, self._done.last_seal = row.place or 0, row.digest or FIRST
        self._done.sealed += 1
        self._note(self._done.last_seal)
        self._on_row(self._done)

    def _note(self, seal: str) -> None:
        if seal == self._noted:
            self._noted = ""

    def _check_end(self) -> None:
        head = trail.heads().first()  # again: a sealer may have been at work meanwhile
        if head is None:
            if self._place:
                raise Broken("the head of the trail is missing", place=self._place)
        elif head.count and not self._is_signed(head):
            raise Broken("the head of the trail is not as it was signed", place=self._place)
        elif head.count < self._place:
            raise Broken("the head of the trail is older than its rows", place=self._place)
        if self._head and self._head.count > self._place:
            gone = f"the last {self._head.count - self._place} sealed rows are missing"
            raise Broken(gone, place=self._place + 1)
        if self._noted:
            raise Broken("the seal that was noted elsewhere is not in the trail")

    def _is_signed(self, head: TrailHead) -> bool:
        return self._keys.signed(Kind.HEAD, trail.head_facts(head), head.signature)

    def _check_waiting(self, row: AuditEvent) -> None:
        if row.digest is not None:
            raise _broken(row, "it has a seal but no place in the chain")
        if not self._keys.signed(Kind.MARK, audit.facts_of(row), row.mark):
            raise _broken(row, _UNKNOWN_HAND)
        self._done.unsealed += 1
        self._on_row(self._done)


def _broken(row: AuditEvent, what: str) -> Broken:
    return Broken(what, row=row.pk, place=row.place)
