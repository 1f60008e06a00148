"""Lives of domains as data: what holds from which moment on, and whose mailbox it really is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from domainguard.core.epp import Status

_DATES = ("registered_at", "expires_at", "registrar_expires_at", "renewed_at", "transferred_at")


class Holder(StrEnum):
    """Whose hands a domain is in."""

    OWNER = "owner"  # the person who verified an address there
    STRANGER = "stranger"
    REGISTRAR = "registrar"  # parked, with or without mail for any local part
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is true of a name between two turns of its life.

    Host names are A-labels without a trailing dot; `mx` is in order of preference and `(".",)` is
    the null MX of RFC 7505; `ds` is `keytag/algorithm/digesttype/digest`. `registrar` is an IANA
    id. `delegated` says whether the parent zone has the name, `lame` that
    none of its name servers answers. `mail` says whether mail arrives.
    `hosts` are the labels that exist below the name, beside mail and name servers, and `texts` the
    TXT records there, each with its label. `for_sale` is what only the aftermarket says, and a
    vendor's status API after it.
    """

    registered: bool = True
    handle: str = ""
    registered_at: datetime | None = None
    expires_at: datetime | None = None
    registrar_expires_at: datetime | None = None
    renewed_at: datetime | None = None
    transferred_at: datetime | None = None
    registrar: int = 0
    statuses: frozenset[Status] = frozenset({Status.ACTIVE})
    ns: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    ds: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ("www",)
    texts: tuple[tuple[str, str], ...] = ()
    delegated: bool = True
    lame: bool = False
    holder: Holder = Holder.OWNER
    mail: bool = True
    for_sale: bool = False

    @property
    def mailbox(self) -> Holder:
        """Whoever reads mail sent to the name now; nobody where none arrives."""
        return self.holder if self.mail else Holder.NOBODY

    def shifted(self, by: timedelta) -> Facts:
        """Give the same facts with every date moved."""
        dates = {name: at + by for name in _DATES if (at := getattr(self, name))}
        return replace(self, **dates)


NOTHING = Facts(
    registered=False, statuses=frozenset(), delegated=False, holder=Holder.NOBODY, mail=False
)


@dataclass(frozen=True, slots=True)
class Turn:
    """From this moment on these facts hold."""

    at: datetime
    facts: Facts


@dataclass(frozen=True, slots=True)
class Life:
    """The turns of one name in order of time; before the first turn there is nothing.

    `companions` are lives without which this one makes no sense (the domain of its mail host).
    `trace` is False where the mailbox changes hands and nothing that can be seen says so.
    """

    domain: str
    turns: tuple[Turn, ...]
    kind: str = "healthy"
    companions: tuple[Life, ...] = ()
    trace: bool = True
    _times: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        times = tuple(turn.at for turn in self.turns)
        if any(later < earlier for earlier, later in pairwise(times)):
            raise ValueError(f"the turns of {self.domain} are not in order of time")
        object.__setattr__(self, "_times", times)

    def at(self, when: datetime) -> Facts:
        """Give the facts that hold at this moment."""
        index = bisect_right(self._times, when)
        return self.turns[index - 1].facts if index else NOTHING

    def holder_at(self, when: datetime) -> Holder:
        """Say whose mailbox it is at this moment."""
        return self.at(when).mailbox

    def next_turn_after(self, when: datetime) -> datetime | None:
        """Give the moment of the next turn, or None when all stays as it is."""
        index = bisect_right(self._times, when)
        return self._times[index] if index < len(self._times) else None

    def changed_at(self, when: datetime, facts: Facts) -> Life:
        """Give another life: as this one before that moment, with these facts for ever after."""
        return self.going_on([Turn(when, facts)])

    def going_on(self, turns: Iterable[Turn], kind: str = "") -> Life:
        """Give another life: as this one before the first of these turns, then these turns."""
        future = tuple(turns)
        past = tuple(turn for turn in self.turns if turn.at < future[0].at)
        return replace(self, turns=past + future, kind=kind or self.kind)

    def altered(
        self,
        since: datetime,
        change: Callable[[Facts], Facts],
        *,
        until: datetime | None = None,
        kind: str = "",
    ) -> Life:
        """Give another life: the same turns, with the facts of this stretch of it changed."""
        edges = [Turn(edge, self.at(edge)) for edge in (since, until) if edge]
        at_edges = {edge.at for edge in edges}
        turns = sorted(
            [*edges, *(turn for turn in self.turns if turn.at not in at_edges)],
            key=lambda turn: turn.at,
        )
        changed = (
            Turn(turn.at, change(turn.facts))
            if turn.at >= since and (until is None or turn.at < until)
            else turn
            for turn in turns
        )
        return replace(self, turns=tuple(changed), kind=kind or self.kind)

    def shifted(self, by: timedelta) -> Life:
        """Give the same life at another time, companions and dates at the registry included."""
        return replace(
            self,
            turns=tuple(Turn(turn.at + by, turn.facts.shifted(by)) for turn in self.turns),
            companions=tuple(each.shifted(by) for each in self.companions),
        )

    def everything(self) -> Iterator[Life]:
        """Give this life and all its companions."""
        yield self
        for companion in self.companions:
            yield from companion.everything()
