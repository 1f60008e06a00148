"""One look: its witnesses beside what was known before, and the facts both rules read off it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .evidence import Evidence, Outcome, Presence, SourceClass
from .fingerprint import Fingerprint, changed_fields, fingerprint_of, is_same_registration
from .lifecycle import State, is_being_restored, state_in_registry

REGISTRY_MAY_BE_SILENT_FOR = timedelta(days=7)
TROUBLE_LASTS = timedelta(days=100)  # no registrar sells or deletes an expired name later than that
_WORST_FIRST = (
    State.RELEASED,
    State.PENDING_DELETE,
    State.REDEMPTION,
    State.SUSPENDED,
    State.EXPIRED,
    State.ACTIVE,
)
_LAST_WORD_WAS_GOOD = frozenset({State.ACTIVE, State.EXPIRED, State.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known of a domain before this look.

    `has_registry` says whether any registry source covers its TLD. `trusted_since` is the earliest
    moment that the trust of the present epoch rests on: an address verified, or first seen.
    `baseline_at` is when the fingerprint was taken; `troubled_at` the last time the domain was
    held, expired or parked. `visible_for` is how long the registry shows a loss at least before
    anyone can register the name.
    """

    has_registry: bool
    visible_for: timedelta = timedelta(0)
    state: State = State.UNKNOWN
    fingerprint: Fingerprint | None = None
    baseline_at: datetime | None = None
    trusted_since: datetime | None = None
    lapse_seen_at: datetime | None = None
    troubled_at: datetime | None = None
    registry_clean_at: datetime | None = None


class Look:
    """The witnesses who spoke, by class, and what has changed since the baseline."""

    def __init__(self, evidence: Iterable[Evidence], known: Known, now: datetime) -> None:
        self.known = known
        self.now = now
        spoke = [each for each in evidence if each.speaks and not _is_hollow(each)]
        spoke.sort(key=lambda each: (each.source, each.asked))
        self.registry = _of_class(spoke, SourceClass.REGISTRY)
        self.dns = _of_class(spoke, SourceClass.DNS)
        self.vendor = _of_class(spoke, SourceClass.VENDOR)
        self.observed = fingerprint_of(spoke)
        self.before = known.fingerprint or Fingerprint()
        self.changed = changed_fields(self.before, self.observed)

    @property
    def registry_state(self) -> State:
        """What the registry says, the worst where two answers differ; unknown in silence."""
        return self._worst(self.registry)

    @property
    def vendor_state(self) -> State:
        """What the status services say, the worst where two differ; unknown in silence."""
        return self._worst(self.vendor)

    @property
    def is_same_registration(self) -> bool | None:
        """Whether this look shows the registration of the baseline; None when it cannot tell."""
        return is_same_registration(self.before, self.observed)

    @property
    def registry_can_tell(self) -> bool:
        """Whether the registry gave a handle or a date by which a new registration would show."""
        return bool(self.before.handle or self.before.registered_at)

    @property
    def would_have_shown_a_lapse(self) -> bool:
        """Whether a loss since the last clean answer would still show at the registry now.

        Where it shows neither handle nor date, that alone tells new hosts from a new owner's.
        """
        is_clean = self.registry_state in (State.ACTIVE, State.EXPIRED)
        return is_clean and not self.was_in_trouble and self.cannot_be_free_yet

    @property
    def cannot_be_free_yet(self) -> bool:
        """Whether a name lost since the registry's last clean answer would still be on its way."""
        return self.registry_age() < self.known.visible_for

    @property
    def is_in_dns(self) -> bool:
        """Whether the resolvers saw the name at work; NODATA alone is no proof that it exists."""
        seen = [each.delegation for each in self.dns if each.delegation]
        return any(each.presence is Presence.DELEGATED or each.mx for each in seen)

    @property
    def was_in_trouble(self) -> bool:
        """Whether the domain was held, expired or parked not long ago."""
        troubled_at = self.known.troubled_at
        return troubled_at is not None and self.now - troubled_at <= TROUBLE_LASTS

    def registry_age(self) -> timedelta:
        """How old the registry's last clean answer is; endless where there was none."""
        clean_at = self.known.registry_clean_at
        return self.now - clean_at if clean_at else timedelta.max

    def is_conclusive(self) -> bool:
        """Say whether a look without adverse signals settles the matter (RULES, Looks)."""
        if not self.dns:
            return False
        if not self.known.has_registry:
            return self.is_in_dns
        if self.registry:
            return self._hosts_explained()
        return self._may_do_without_registry()

    def _hosts_explained(self) -> bool:
        # New hosts are harmless where the registry shows the same registration behind them.
        moved = bool(self.changed & {"ns", "mx"})
        return not moved or not self.registry_can_tell or self.is_same_registration is not None

    def _may_do_without_registry(self) -> bool:
        # Only an unchanged domain passes whose registry's last word was good and is recent.
        recent = self.registry_age() <= REGISTRY_MAY_BE_SILENT_FOR
        return recent and not self.changed and self.known.state in _LAST_WORD_WAS_GOOD

    def _worst(self, witnesses: tuple[Evidence, ...]) -> State:
        states = {state_in_registry(each, now=self.now) for each in witnesses}
        return next((state for state in _WORST_FIRST if state in states), State.UNKNOWN)


def is_rescued(witness: Evidence) -> bool:
    """Say whether this witness saw the last owner's restore under way."""
    return witness.registration is not None and is_being_restored(witness.registration)


def _is_hollow(witness: Evidence) -> bool:
    """Say whether a witness answered without the facts its class is there for."""
    if witness.outcome is Outcome.NOT_FOUND:
        return witness.source_class is SourceClass.DNS
    if witness.source_class is SourceClass.REGISTRY:
        return witness.registration is None
    return witness.source_class is SourceClass.DNS and witness.delegation is None


def _of_class(witnesses: Iterable[Evidence], source_class: SourceClass) -> tuple[Evidence, ...]:
    return tuple(each for each in witnesses if each.source_class is source_class)
