"""All witnesses weighed against what was known before: one verdict, with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .evidence import Evidence, SourceClass
from .fingerprint import Fingerprint
from .lifecycle import MEANING, State
from .look import Known, Look
from .reasons import REGISTRATION_SIGNS, SENTENCES, Code, HoldClass, Signal, heaviest
from .signs import adverse_signals, remarks, start_of_change
from .windows import lapses_at_expiry

__all__ = ["Known", "Verdict", "conclude"]

_AS_WELL_AS_KNOWN = frozenset({State.ACTIVE, State.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one look comes to. A verdict neither adverse nor conclusive is silence.

    `observed` is the fingerprint of this look alone; `clean` names the source classes that spoke
    and had nothing against the domain; `t0` is when it came into other hands, where the registry
    dates that. `runs_out_at` is the registrar's own date, or the registry's where a name lapses at
    it: any other date moves by itself, and its coming near says nothing.
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
    runs_out_at: datetime | None = None

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
        if Code.PENDING_RESTORE in self.remarks:
            return SENTENCES[Code.PENDING_RESTORE]
        if self.state is not State.ACTIVE:
            return MEANING[self.state]
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
        t0=start_of_change(look, signals),
        expires_at=_expires_at(look),
        runs_out_at=_runs_out_at(look),
    )


def _state(look: Look, signals: frozenset[Signal]) -> State:
    codes = {signal.code for signal in signals}
    if codes & REGISTRATION_SIGNS:
        return State.REREGISTERED
    gone = Code.UNDELEGATED in codes
    if look.registry:
        out_of_zone = gone and look.registry_state in _AS_WELL_AS_KNOWN
        return State.SUSPENDED if out_of_zone else look.registry_state
    if any(signal.hold_class is HoldClass.LAPSE for signal in signals):
        return look.vendor_state
    # The registry is silent or there is none: what it said last stands, unless DNS denies it.
    if gone:
        return State.UNKNOWN if look.known.state in _AS_WELL_AS_KNOWN else look.known.state
    return State.ACTIVE if look.is_in_dns and not look.known.has_registry else look.known.state


def _clean_classes(look: Look, signals: frozenset[Signal]) -> frozenset[SourceClass]:
    spoke = {each.source_class for each in look.registry + look.vendor}
    if look.is_in_dns:
        spoke.add(SourceClass.DNS)
    return frozenset(spoke - {signal.source_class for signal in signals})


def _expires_at(look: Look) -> datetime | None:
    dates = [
        each.registration.registrar_expires_at or each.registration.expires_at
        for each in look.registry
        if each.registration
    ]
    return min((date for date in dates if date), default=None)


def _runs_out_at(look: Look) -> datetime | None:
    dates = [
        each.registration.registrar_expires_at
        or (each.registration.expires_at if lapses_at_expiry(each.domain) else None)
        for each in look.registry
        if each.registration
    ]
    return min((date for date in dates if date), default=None)
