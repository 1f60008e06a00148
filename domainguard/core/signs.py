"""What a look shows: the signals that speak against a domain, and the remarks that do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from .epp import Status
from .evidence import Evidence, Presence, SourceClass
from .fingerprint import Fingerprint
from .lifecycle import State, is_usual_step, state_in_registry
from .look import SLACK, Look, is_rescued
from .parking import is_parked
from .reasons import Code, HoldClass, Signal

_BY_STATE = {
    State.REDEMPTION: (Code.REDEMPTION, HoldClass.LAPSE),
    State.PENDING_DELETE: (Code.PENDING_DELETE, HoldClass.LAPSE),
    State.SUSPENDED: (Code.REGISTRY_HOLD, HoldClass.SUSPENSION),
    State.RELEASED: (Code.NOT_REGISTERED, HoldClass.LAPSE),
}


def adverse_signals(look: Look) -> frozenset[Signal]:
    """Collect every adverse sign of a look (RULES, Holds)."""
    lapse = frozenset(_lapse(look))
    return lapse | frozenset(
        [*_absence(look, lapse), *_new_registration(look), *_changed_together(look)]
    )


def _lapse(look: Look) -> Iterator[Signal]:
    for witness in look.registry + look.vendor:
        state = state_in_registry(witness, now=look.now)
        if state in _BY_STATE and not is_rescued(witness):
            code, hold_class = _BY_STATE[state]
            if witness.source_class is SourceClass.VENDOR and state is State.RELEASED:
                code = Code.FREE_BY_VENDOR
            yield Signal(code, hold_class, witness.source_class, witness.source)


def _absence(look: Look, lapse: frozenset[Signal]) -> Iterator[Signal]:
    # Out of the zone means held, undelegated or deleted; only the registry can say which.
    # Without its word it is no lapse.
    deleted = any(
        signal.hold_class is HoldClass.LAPSE and signal.source_class is SourceClass.REGISTRY
        for signal in lapse
    )
    for witness in look.dns:
        if witness.delegation and witness.delegation.presence is Presence.NXDOMAIN:
            code = Code.NXDOMAIN if deleted else Code.UNDELEGATED
            hold_class = HoldClass.LAPSE if deleted else HoldClass.UNDELEGATED
            yield Signal(code, hold_class, SourceClass.DNS, witness.source)


def _new_registration(look: Look) -> Iterator[Signal]:
    # With no baseline there is no history to contradict: the first look never accuses.
    if look.known.fingerprint is None:
        return
    anew = False
    for witness in look.registry:
        for code in _signs_of_new_registration(look, witness):
            anew = True
            yield Signal(code, HoldClass.CHANGE_OF_HANDS, SourceClass.REGISTRY, witness.source)
    if anew and look.known.lapse_seen_at:
        yield Signal(
            Code.LAPSE_SEEN, HoldClass.CHANGE_OF_HANDS, SourceClass.REGISTRY, "earlier look"
        )


def _signs_of_new_registration(look: Look, witness: Evidence) -> Iterator[Code]:
    registration = witness.registration
    if registration is None:
        return
    if look.before.handle and registration.handle not in ("", look.before.handle):
        yield Code.NEW_HANDLE
    born, trusted = registration.registered_at, look.known.trusted_since
    if born and born != look.before.registered_at and trusted and born > trusted + SLACK:
        yield Code.LATER_REGISTRATION


def _changed_together(look: Look) -> Iterator[Signal]:
    if not {"ns", "mx"} <= look.changed:
        return
    if not look.known.has_registry or not look.registry_can_tell:
        yield Signal(Code.HOSTS_CHANGED_TOGETHER, HoldClass.HOSTS_CHANGED, SourceClass.DNS, "dns")
    elif "registrar" in look.changed and look.known.troubled_at:
        # Sold after expiry, before deletion: creation date and handle stay as they were.
        yield Signal(
            Code.CHANGED_TOGETHER, HoldClass.CHANGE_OF_HANDS, SourceClass.REGISTRY, "pattern"
        )


def remarks(look: Look, *, registry_max_age: timedelta) -> tuple[Code, ...]:
    """Collect what is worth recording and never adverse by itself, in alphabetical order."""
    found = [*_of_history(look), *_of_silence(look, registry_max_age)]
    for witness in look.registry + look.vendor:
        found += _of_registration(look, witness)
    for witness in look.dns:
        found += _of_delegation(witness)
    return tuple(sorted(set(found)))


def _of_history(look: Look) -> Iterator[Code]:
    words = {"ns": Code.NS_CHANGED, "mx": Code.MX_CHANGED, "ds": Code.DS_CHANGED}
    yield from (word for name, word in words.items() if name in look.changed)
    if "registrar" in look.changed and not look.changed & {"handle", "registered_at"}:
        yield Code.TRANSFERRED
    if look.registry and not is_usual_step(look.known.state, look.registry_state):
        yield Code.SKIPPED_STAGE
    if look.known.fingerprint is None:
        yield Code.NO_BASELINE
        if _was_younger_than_an_address(look.observed, look):
            yield Code.REGISTERED_AFTER_VERIFIED


def _was_younger_than_an_address(observed: Fingerprint, look: Look) -> bool:
    born, trusted = observed.registered_at, look.known.trusted_since
    return bool(born and trusted and born > trusted + SLACK)


def _of_silence(look: Look, registry_max_age: timedelta) -> Iterator[Code]:
    if not look.dns:
        yield Code.DNS_SILENT
    if look.known.has_registry and not look.registry:
        yield Code.REGISTRY_SILENT
        if look.is_conclusive() and look.registry_age() > registry_max_age:
            yield Code.DEGRADED


def _of_registration(look: Look, witness: Evidence) -> Iterator[Code]:
    if witness.for_sale:
        yield Code.FOR_SALE
    if witness.registration is None:
        return
    if is_rescued(witness):
        yield Code.PENDING_RESTORE
    if Status.AUTO_RENEW_PERIOD in witness.registration.statuses:
        yield Code.AUTO_RENEW
    if state_in_registry(witness, now=look.now) is State.EXPIRED:
        yield Code.EXPIRY_PASSED


def _of_delegation(witness: Evidence) -> Iterator[Code]:
    seen = witness.delegation
    if seen is None or seen.presence is Presence.NXDOMAIN:
        return
    if is_parked(seen.ns):
        yield Code.PARKED
    if seen.null_mx:
        yield Code.NULL_MX
    elif not seen.mx:
        yield Code.NO_MX
    if seen.presence is Presence.NODATA:
        yield Code.NO_NS
