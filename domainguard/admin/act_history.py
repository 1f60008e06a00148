"""What staff can do to one account or domain, and what they did, for its page."""

from __future__ import annotations

from typing import Any

from domainguard.models import ActTarget
from domainguard.services.acts.own import STAFF
from domainguard.services.stakes import people

from .act_pages import Offer

_SHOWN = 30


def offered(offers: list[Offer]) -> dict[str, list[Offer]]:
    """Part what can be done now from what cannot."""
    return {
        "offers": [offer for offer in offers if not offer.why_not],
        "not_now": [offer for offer in offers if offer.why_not],
    }


def history_of(**about: Any) -> list[ActTarget]:
    """Give the targets of acts on what is asked for, each with its act and with `by`, a name."""
    found: list[Any] = list(
        ActTarget.objects.filter(**about).select_related("act").order_by("-act__at", "-pk")[:_SHOWN]
    )
    named = people({each.act.by.removeprefix(STAFF) for each in found})
    for each in found:
        each.by = named.get(each.act.by.removeprefix(STAFF), each.act.by)
    return found
