"""What a look shows: the signals that speak against a domain, and the remarks that do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from .epp import HOLDS, Status
from .evidence import Evidence, Presence, SourceClass
from .fingerprint import SLACK
from .lifecycle import State, is_usual_step, state_in_registry
from .look import Look, is_rescued
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
    anew = frozenset(_new_registration(look))
    return anew | {*_of_status(look), *_absence(look), *_changed_together(look, anew)}


def _of_status(look: Look) -> Iterator[Signal]:
    for witness in look.registry + look.vendor:
        state = _accusing_state(witness, look)
        if state in _BY_STATE:
            code, hold_class = _BY_STATE[state]
            if state is State.RELEASED:
                code = _what_denies(witness, look)
            yield Signal(code, hold_class, witness.source_class, witness.source)


def _what_denies(witness: Evidence, look: Look) -> Code:
    if witness.source_class is SourceClass.VENDOR:
        return Code.FREE_BY_VENDOR
    return Code.DENIED if look.cannot_be_free_yet else Code.NOT_REGISTERED


def _accusing_state(witness: Evidence, look: Look) -> State:
    if not is_rescued(witness):
        return state_in_registry(witness, now=look.now)
    # Its owner is restoring it: no lapse. A hold beside that still keeps it from getting mail.
    held = witness.registration is not None and witness.registration.statuses & HOLDS
    return State.SUSPENDED if held else State.ACTIVE


def _absence(look: Look) -> Iterator[Signal]:
    # Out of the zone means held, undelegated or deleted; only the registry can say which.
    # Without its word, or where two answers of it contradict each other, it is no lapse.
    classes = [_BY_STATE.get(_accusing_state(each, look)) for each in look.registry]
    deleted = None not in classes and any(
        each is not None and each[1] is HoldClass.LAPSE for each in classes
    )
    code = Code.NXDOMAIN if deleted else Code.UNDELEGATED
    hold_class = HoldClass.LAPSE if deleted else HoldClass.UNDELEGATED
    for witness in look.dns:
        if witness.delegation and witness.delegation.presence is Presence.NXDOMAIN:
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
    if _is_later(look, registration.registered_at):
        yield Code.LATER_REGISTRATION


def _is_later(look: Look, born: datetime | None) -> bool:
    """Say whether a registration date is new to us: another registration, whatever else is hidden.

    A date that was true before we first looked is no news, however it came to light; it counts
    only against the trust it would end, and against a baseline that had an earlier one.
    """
    if born is None:
        return False
    before, known = look.before.registered_at, look.known
    is_news = known.baseline_at is None or born > known.baseline_at - SLACK
    ends_trust = known.trusted_since is None or born > known.trusted_since + SLACK
    if before is None:
        return is_news and ends_trust
    return born > before + SLACK and (is_news or ends_trust)


def start_of_change(look: Look, signals: frozenset[Signal]) -> datetime | None:
    """Give the registration date from which other hands may hold the domain, where one is known."""
    if not any(signal.code is Code.LATER_REGISTRATION for signal in signals):
        return None
    dates = [each.registration.registered_at for each in look.registry if each.registration]
    return max(date for date in dates if date)


def _changed_together(look: Look, anew: frozenset[Signal]) -> Iterator[Signal]:
    if not {"ns", "mx"} <= look.changed:
        return
    can_tell = look.registry_can_tell or look.would_have_shown_a_lapse
    if not look.known.has_registry or not can_tell:
        yield Signal(Code.HOSTS_CHANGED_TOGETHER, HoldClass.HOSTS_CHANGED, SourceClass.DNS, "dns")
    elif "registrar" in look.changed and look.was_in_trouble and not anew:
        # Sold after expiry, before deletion: creation date and handle stay as they were. Where
        # they did not, the signs of a new registration say more.
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
        if _was_younger_than_an_address(look):
            yield Code.REGISTERED_AFTER_VERIFIED


def _was_younger_than_an_address(look: Look) -> bool:
    born, trusted = look.observed.registered_at, look.known.trusted_since
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
