"""Overrides a domain's holds for a time. Looks go on, and so do epochs: see decision 0012."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from domainguard.core.reasons import HoldClass
from domainguard.core.word import not_overridden, overridden
from domainguard.models import ActTarget, StaffAct
from domainguard.wiring import now

from .records import locked, record_of, write
from .release import oversight
from .verb import On, Refused, Text, Verb

LONGEST = timedelta(days=30)


def until_of(act: StaffAct) -> datetime:
    """Give the end of an override; raises Refused for one that is over or too far away."""
    until = datetime.fromisoformat(act.detail["until"])
    if not now() < until <= now() + LONGEST:
        raise Refused("bad_end", _("An override ends within 30 days from now."))
    return until


def _obstacle(target: ActTarget) -> Text:
    holds = target.domain.active_holds
    if not holds:
        return _("It is not on hold.")
    if any(hold.hold_class is HoldClass.STAFF for hold in holds):
        return _("Staff put it on hold: release that instead.")
    return _("A review case decides about it.") if target.domain.under_review else ""


def _do(act: StaffAct, target: ActTarget) -> Text:
    row, until = locked(target), until_of(act)
    write(target, row, overridden(record_of(row), until=until))
    return _("Its present kinds of hold refuse nobody until the end date.")


def _undo(act: StaffAct, target: ActTarget) -> Text:
    row = locked(target)
    write(target, row, not_overridden(record_of(row)))
    return _("Its holds refuse again.")


OVERRIDE = Verb(
    kind=StaffAct.Kind.OVERRIDE,
    on=On.DOMAIN,
    permission="override_domain",
    tells=_(
        "Until the end date its present kinds of hold refuse nobody, also when a look raises them "
        "again. Looks go on. A hold of another kind refuses as ever, and if two looks agree on a "
        "lapse or other hands the epoch goes up as ever: an override keeps nobody's trust then."
    ),
    ends=_("Can be undone within 24 hours; after that a hold by staff ends it."),
    obstacle=_obstacle,
    do=_do,
    undo=_undo,
    oversight=oversight,
)
