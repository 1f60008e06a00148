"""The status service's words for what is true of a name."""

from __future__ import annotations

from domainguard.core.epp import HOLDS, Status

from .lives import Facts, Holder


def status_words(facts: Facts) -> str:
    """Say in the vendor's words what is true; the right-most word weighs most."""
    if not facts.registered:
        return "undelegated inactive"
    if Status.REDEMPTION_PERIOD in facts.statuses:
        return "undelegated expiring"
    if Status.PENDING_DELETE in facts.statuses:
        return "undelegated deleting"
    if facts.for_sale:
        return "active parked marketed"
    if facts.holder is Holder.REGISTRAR:
        return "active parked"
    return "undelegated active" if facts.statuses & HOLDS else "active"
