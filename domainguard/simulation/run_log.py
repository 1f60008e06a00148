"""What a run leaves behind, as plain values: the trail, the mail log, the evidence, the sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the audit trail; `address` is its keyed hash."""

    at: datetime
    action: str
    actor: str = "automation"
    domain: str = ""
    address: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An address as it was first seen: at this epoch, and over which domains its mail runs."""

    address: str
    domain: str
    mail_domain: str
    over: frozenset[str] = frozenset()
    epoch: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """One piece of evidence: what a registry or the resolvers said of a domain."""

    at: datetime
    domain: str
    source_class: str
    outcome: str
    statuses: frozenset[str] = frozenset()
    presence: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """One rise of an epoch, with the looks it cites: (time, ((code, source class, source), …))."""

    domain: str
    epoch: int
    cause: str
    looks: tuple[tuple[datetime, tuple[tuple[str, str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Mailed:
    """A mail that the server took: to whom, whether it gave power, whose mailbox it was."""

    at: datetime
    address: str
    power: bool
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Swept:
    """One sweep: what was due when it began, and of what there was any result when it ended."""

    began: datetime
    due: frozenset[str]
    heard: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a stranger at a page saw: `asked` names the question, `looks` all that he can tell."""

    asked: str
    looks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLog:
    """Everything that the oracle reads; events and evidence in the order in which they came."""

    events: tuple[Event, ...] = ()
    enrolled: tuple[Enrolled, ...] = ()
    seen: tuple[Seen, ...] = ()
    raised: tuple[Raised, ...] = ()
    deverified: tuple[tuple[str, int], ...] = ()  # rows: (address, epoch)
    mailed: tuple[Mailed, ...] = ()
    sweeps: tuple[Swept, ...] = ()
    answered: tuple[Answered, ...] = ()
    reached: tuple[str, ...] = ()  # host:port
    may_reach: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()  # lines of logs and labels of metrics
    secrets: frozenset[str] = frozenset()  # addresses and tokens that must not be said
