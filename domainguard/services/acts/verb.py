"""What all acts of staff have in common: whom they reach, who must agree, what can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from domainguard.models import ActTarget, Deverification, DomainStatus, ReviewCase, StaffAct

Text = str | Promise
Row = Deverification | DomainStatus | ReviewCase
MOST = 50  # accounts or domains in one act
MOST_CASES = 10_000
ALONE = 10  # accounts that get power back by one person's word, in one act and in one day
WAIT = timedelta(hours=72)
UNDO_WITHIN = timedelta(hours=24)


class On(StrEnum):
    """What an act is about."""

    ACCOUNT = "account"
    DOMAIN = "domain"
    CASE = "case"


class Refused(Exception):
    """An act that is not done. `code` goes into the audit trail, the text to who asked."""

    def __init__(self, code: str, said: Text) -> None:
        super().__init__(str(said))
        self.code = code


@dataclass(frozen=True, slots=True)
class Oversight:
    """Who must agree: nobody else while `why` is empty, else a second person after `wait`."""

    why: str = ""
    wait: timedelta | None = None


NOBODY_ELSE = Oversight()


@dataclass(frozen=True, slots=True)
class Asked:
    """What one member of staff asks for: the targets, the reason, and what the kind needs more."""

    targets: Sequence[ActTarget]
    by: str
    detail: dict[str, Any]


def _always(asked: Asked) -> Oversight:
    return NOBODY_ELSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One kind of act. `tells` says before what will happen, `ends` what an undo does or cannot.

    `obstacle` gives why it is not offered for a target, empty when it is; `do` gives the outcome
    in words and may write the target's `before` and `receipt`; it raises Refused where the world
    has changed since. All are called under locks, inside one transaction, except `obstacle`, which
    a page asks too.
    """

    kind: StaffAct.Kind
    on: On
    permission: str
    tells: Text
    ends: Text
    obstacle: Callable[[ActTarget], Text]
    do: Callable[[StaffAct, ActTarget], Text]
    undo: Callable[[StaffAct, ActTarget], Text] | None = None
    oversight: Callable[[Asked], Oversight] = _always
    proposed: Callable[[StaffAct, ActTarget], None] | None = None
    gives_power: bool = False
    most: int = MOST

    @property
    def label(self) -> str:
        """The button's words."""
        return str(self.kind.label)


def no_obstacle(target: ActTarget) -> Text:
    """Find nothing in the way."""
    return ""
