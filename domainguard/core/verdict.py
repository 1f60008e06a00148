"""All witnesses weighed against what was known before: one verdict, with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .evidence import Evidence, SourceClass
from .fingerprint import Fingerprint
from .lifecycle import State
from .look import Known, Look
from .reasons import SENTENCES, Code, HoldClass, Signal, heaviest
from .signs import adverse_signals, remarks

__all__ = ["Known", "Verdict", "conclude"]

_DATED = frozenset({Code.NEW_HANDLE, Code.LATER_REGISTRATION, Code.LAPSE_SEEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one look comes to. A verdict neither adverse nor conclusive is silence.

    `observed` is the fingerprint of this look alone; `clean` names the source classes that spoke
    and had nothing against the domain; `t0` is when the change began, where the registry dates it.
    """

    at: datetime
    state: State
    conclusive: bool
    signals: frozenset[Signal]
    remarks: tuple[Code, ...]
    observed: Fingerprint
    clean: frozenset[SourceClass]
    t0: datetime | None = None
    expires_at: datetime | None = None

    @property
    def adverse(self) -> bool:
        """Whether anything speaks against trusting the domain."""
        return bool(self.signals)

    @property
    def healthy(self) -> bool:
        """Whether this look shows the domain well: conclusive, active, nothing against it."""
        return self.conclusive and not self.signals and self.state is State.ACTIVE

    @property
    def reasons(self) -> tuple[Code, ...]:
        """The words of all signals and remarks, signals first."""
        return tuple(sorted({signal.code for signal in self.signals})) + self.remarks

    @property
    def sentence(self) -> str:
        """One plain sentence for people."""
        if self.signals:
            return SENTENCES[heaviest(self.signals).code]
        if not self.conclusive:
            return "Nobody who could know gave a usable answer; nothing changes."
        if self.state is not State.ACTIVE:
            return SENTENCES[next(iter(self.remarks), Code.EXPIRY_PASSED)]
        return "The domain is in the same hands as before."


def conclude(
    evidence: Iterable[Evidence], known: Known, *, now: datetime, registry_max_age: timedelta
) -> Verdict:
    """Weigh all witnesses of one look; their order does not matter.

    `registry_max_age` is how old a clean registry answer may be when the registry says nothing
    now: 24 h at a reset, 7 days in a sweep. An older one makes the look degraded.
    """
    look = Look(evidence, known, now)
    signals = adverse_signals(look)
    return Verdict(
        at=now,
        state=_state(look, signals),
        conclusive=bool(signals) or look.is_conclusive(),
        signals=signals,
        remarks=remarks(look, registry_max_age=registry_max_age),
        observed=look.observed,
        clean=_clean_classes(look, signals),
        t0=_start_of_change(look, signals),
        expires_at=_expires_at(look),
    )


def _state(look: Look, signals: frozenset[Signal]) -> State:
    codes = {signal.code for signal in signals}
    if codes & _DATED:
        return State.REREGISTERED
    if Code.UNDELEGATED in codes and look.registry_state in (State.ACTIVE, State.EXPIRED):
        return State.SUSPENDED
    if look.registry:
        return look.registry_state
    if any(signal.hold_class is HoldClass.LAPSE for signal in signals):
        return State.RELEASED
    if Code.UNDELEGATED in codes:
        return State.UNKNOWN
    if look.dns and look.is_conclusive():
        return State.ACTIVE
    return look.known.state


def _clean_classes(look: Look, signals: frozenset[Signal]) -> frozenset[SourceClass]:
    accused = {signal.source_class for signal in signals}
    spoke = {each.source_class for each in look.registry + look.dns + look.vendor}
    return frozenset(spoke - accused)


def _start_of_change(look: Look, signals: frozenset[Signal]) -> datetime | None:
    # Only a registration date that moved forward dates the change; any other signal beside it
    # may be older, so the hold then touches everybody.
    if not signals or any(signal.code not in _DATED for signal in signals):
        return None
    before, born = look.before.registered_at, look.observed.registered_at
    return born if before and born and born > before else None


def _expires_at(look: Look) -> datetime | None:
    dates = [
        each.registration.registrar_expires_at or each.registration.expires_at
        for each in look.registry
        if each.registration
    ]
    return min((date for date in dates if date), default=None)
