"""What a visitor of the time page does: lets a domain lapse, takes it, renews it, opens a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domainguard.simulation.windows import Windows
from domainguard.testing import Life, scripts

# The registrar deletes it on this very day: redemption, pending delete, free after 35 days.
_AT_ONCE: Final = Windows(grace=0, parked_after=None, auto_renews=False)


class Kind(StrEnum):
    """What is done."""

    LAPSE = "lapse"
    TAKE = "take"
    RENEW = "renew"
    LINK_TAKEN = "link_taken"
    LINK_REFUSED = "link_refused"


class Impossible(Exception):
    """The domain's life does not allow it now."""


@dataclass(frozen=True, slots=True)
class Act:
    """One deed at one moment. Kept with the story, so that a restart tells the same lives."""

    kind: Kind
    domain: str
    at: datetime

    def done_to(self, life: Life) -> Life:
        """Give the life as it goes on; raises Impossible."""
        try:
            return _DO[self.kind](life, self.at)
        except ValueError as refused:
            raise Impossible(str(refused)) from refused

    def as_json(self) -> dict[str, str]:
        """Give it as JSON values."""
        return {"kind": self.kind, "domain": self.domain, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> Act:
        """Read back what `as_json` gave."""
        return cls(Kind(kept["kind"]), kept["domain"], datetime.fromisoformat(kept["at"]))


def after(acts: Iterable[Act], life: Life) -> Life:
    """Give a life as it is after all that was done to it."""
    for act in acts:
        if act.domain == life.domain:
            life = act.done_to(life)
    return life


def _lapse(life: Life, at: datetime) -> Life:
    if not life.at(at).delegated:
        raise ValueError(f"{life.domain} has lapsed already")
    return scripts.let_lapse(life, at, _AT_ONCE)


_DO: Final[Mapping[Kind, Callable[[Life, datetime], Life]]] = {
    Kind.LAPSE: _lapse,
    Kind.TAKE: scripts.let_a_stranger_register,
    Kind.RENEW: scripts.renewed_at,
    Kind.LINK_TAKEN: lambda life, at: life,
    Kind.LINK_REFUSED: lambda life, at: life,
}
