"""Rows of adverse looks: which looks agree, what breaks a row, and when one is enough to act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from .evidence import SourceClass
from .reasons import REGISTRATION_SIGNS, Code, HoldClass, Signal
from .record import AdverseLook, Cause, Episode
from .verdict import Verdict

DENIALS = frozenset({Code.NOT_REGISTERED, Code.DENIED})
_IS_NEW = REGISTRATION_SIGNS - {Code.LAPSE_SEEN}  # a lapse seen earlier is never a sign by itself
_FOR_THE_REGISTRY_TO_SAY = frozenset({HoldClass.LAPSE, HoldClass.CHANGE_OF_HANDS})


def extended(episodes: tuple[Episode, ...], verdict: Verdict) -> tuple[Episode, ...]:
    """Give the rows after an adverse look: broken, begun, begun anew or one look longer."""
    rows = {each.hold_class: each for each in unbroken(episodes, verdict)}
    for hold_class, signals in by_class(verdict.signals).items():
        t0 = verdict.t0 if hold_class is HoldClass.CHANGE_OF_HANDS else None
        look = AdverseLook(verdict.at, signals, t0)
        row = rows.get(hold_class)
        rows[hold_class] = _longer(row, look) if row else Episode(hold_class, look, look)
    return tuple(rows[hold_class] for hold_class in sorted(rows))


def unbroken(episodes: tuple[Episode, ...], verdict: Verdict) -> tuple[Episode, ...]:
    """Leave out the rows a look contradicts: the registry spoke and did not say so again.

    A row that raised the epoch stays, so that one trouble never raises it twice.
    """
    said = {each.hold_class for each in verdict.signals if _is_of_registry(each)}
    spoke = SourceClass.REGISTRY in verdict.clean or bool(said)
    open_to_doubt = _FOR_THE_REGISTRY_TO_SAY - said if spoke else frozenset()
    return tuple(each for each in episodes if each.bumped or each.hold_class not in open_to_doubt)


def by_class(signals: frozenset[Signal]) -> dict[HoldClass, frozenset[Signal]]:
    """Sort signals by the class of hold they raise."""
    classes = sorted({each.hold_class for each in signals})
    return {
        hold_class: frozenset(each for each in signals if each.hold_class is hold_class)
        for hold_class in classes
    }


def is_enough(cause: Cause, first: AdverseLook, last: AdverseLook, *, apart: timedelta) -> bool:
    """Say whether two looks corroborate each other (RULES, Epochs).

    They lie far enough apart and agree, and the later one carries both source classes (a lapse)
    or two independent registration signals (a change of hands).
    """
    if last.at - first.at < apart or not _agree(HoldClass(cause.value), first, last):
        return False
    if cause is Cause.LAPSE:
        classes = {signal.source_class for signal in last.signals}
        return {SourceClass.REGISTRY, SourceClass.DNS} <= classes
    # Two sources' dates are two signals; one handle is one, whoever repeats it.
    signs = {
        (each.code, each.source if each.code is Code.LATER_REGISTRATION else "")
        for each in last.signals
        if each.code in REGISTRATION_SIGNS
    }
    return len(signs) >= 2


def may_be_a_mistake(row: Episode, on_hold: Episode | None) -> bool:
    """Say whether the registry only denies a name, where a denial proves little.

    Either it cannot have released the name yet, or it showed a hold, which explains why the DNS
    misses the name: then the DNS is no second witness. A registry may be wrong for days.
    """
    explained = on_hold is not None and on_hold.first.at < row.first.at
    said = {each.code for each in row.first.signals | row.last.signals if _is_of_registry(each)}
    return said <= DENIALS and (explained or Code.DENIED in said)


def _longer(row: Episode, look: AdverseLook) -> Episode:
    grounded = any(_is_of_registry(each) for each in look.signals)
    if row.bumped or not grounded or _agree(row.hold_class, row.first, look):
        return replace(row, last=look)
    return Episode(row.hold_class, look, look)


def _agree(hold_class: HoldClass, first: AdverseLook, last: AdverseLook) -> bool:
    if hold_class is HoldClass.LAPSE:
        return all(any(_is_of_registry(each) for each in look.signals) for look in (first, last))
    if hold_class is HoldClass.CHANGE_OF_HANDS:
        codes = [{each.code for each in look.signals} & _IS_NEW for look in (first, last)]
        return bool(codes[0] & codes[1])
    return True


def _is_of_registry(signal: Signal) -> bool:
    return signal.source_class is SourceClass.REGISTRY
