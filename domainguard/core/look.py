"""One look: its witnesses beside what was known before, and the facts both rules read off it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .epp import HOLDS
from .evidence import Evidence, SourceClass
from .fingerprint import Fingerprint, changed_fields, fingerprint_of, is_same_registration
from .lifecycle import State, is_being_restored, state_in_registry

SLACK = timedelta(hours=48)  # absorbs date-only registries and time zones
REGISTRY_MAY_BE_SILENT_FOR = timedelta(days=7)
_WORST_FIRST = (
    State.RELEASED,
    State.PENDING_DELETE,
    State.REDEMPTION,
    State.SUSPENDED,
    State.EXPIRED,
    State.ACTIVE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known of a domain before this look.

    `has_registry` says whether any registry source covers its TLD. `trusted_since` is the earliest
    moment that the trust of the present epoch rests on: an address verified, or first seen.
    `troubled_at` is the last time the domain was held, expired or parked.
    """

    has_registry: bool
    state: State = State.UNKNOWN
    fingerprint: Fingerprint | None = None
    trusted_since: datetime | None = None
    lapse_seen_at: datetime | None = None
    troubled_at: datetime | None = None
    registry_clean_at: datetime | None = None


class Look:
    """The witnesses who spoke, by class, and what has changed since the baseline."""

    def __init__(self, evidence: Iterable[Evidence], known: Known, now: datetime) -> None:
        self.known = known
        self.now = now
        every = sorted(evidence, key=lambda each: (each.source, each.asked))
        self.registry = _speaking(every, SourceClass.REGISTRY)
        self.dns = _speaking(every, SourceClass.DNS)
        self.vendor = _speaking(every, SourceClass.VENDOR)
        self.observed = fingerprint_of(every)
        self.before = known.fingerprint or Fingerprint()
        self.changed = changed_fields(self.before, self.observed)

    @property
    def registry_state(self) -> State:
        """What the registry says, the worst where two answers differ; unknown in silence."""
        states = {state_in_registry(each, now=self.now) for each in self.registry}
        return next((state for state in _WORST_FIRST if state in states), State.UNKNOWN)

    @property
    def registry_can_tell(self) -> bool:
        """Whether the registry gave a handle or a date by which a new registration would show."""
        return bool(self.before.handle or self.before.registered_at)

    def registry_age(self) -> timedelta:
        """How old the registry's last clean answer is; endless where there was none."""
        clean_at = self.known.registry_clean_at
        return self.now - clean_at if clean_at else timedelta.max

    def is_conclusive(self) -> bool:
        """Say whether a look without adverse signals settles the matter (RULES, Looks)."""
        if not self.dns:
            return False
        if not self.known.has_registry:
            return True
        if self.registry:
            return self._hosts_explained()
        # The registry is silent: only an unchanged domain with a recent clean answer passes.
        return not self.changed and self.registry_age() <= REGISTRY_MAY_BE_SILENT_FOR

    def _hosts_explained(self) -> bool:
        # New hosts are harmless where the registry shows the same registration behind them.
        same = is_same_registration(self.before, self.observed)
        moved = bool(self.changed & {"ns", "mx"})
        return same is True or not moved or not self.registry_can_tell


def is_rescued(witness: Evidence) -> bool:
    """Say whether this witness saw a restore under way, with nothing else against the domain."""
    registration = witness.registration
    if registration is None or registration.statuses & HOLDS:
        return False
    return is_being_restored(registration)


def _speaking(evidence: Iterable[Evidence], source_class: SourceClass) -> tuple[Evidence, ...]:
    return tuple(each for each in evidence if each.source_class is source_class and each.speaks)
