"""Puts a domain on hold by staff's word: nothing with power goes to its addresses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.core.reasons import HoldClass
from domainguard.core.record import hold_as_json
from domainguard.core.word import held
from domainguard.models import ActTarget, StaffAct
from domainguard.wiring import now

from .records import locked, record_of, write
from .verb import On, Refused, Text, Verb


def _obstacle(target: ActTarget) -> Text:
    return _("Staff have put it on hold already.") if _is_held_by_staff(target) else ""


def _is_held_by_staff(target: ActTarget) -> bool:
    return any(hold.hold_class is HoldClass.STAFF for hold in target.domain.active_holds)


def _do(act: StaffAct, target: ActTarget) -> Text:
    row = locked(target)
    write(target, row, held(record_of(row), at=now()))
    audit.record("domain_hold", at=now(), actor=act.by, domain=row.domain, by_staff=True)
    return _("On hold until staff release it.")


def _undo(act: StaffAct, target: ActTarget) -> Text:
    row = locked(target)
    record = record_of(row)
    kept = [hold for hold in record.holds if hold.hold_class is not HoldClass.STAFF]
    if len(kept) == len(record.holds):
        raise Refused("changed", _("Nothing to undo: staff's hold has ended."))
    row.holds = [hold_as_json(hold) for hold in kept]
    row.held, row.next_check_at = bool(kept), now()
    row.save()
    audit.record("domain_release", at=now(), actor=act.undone_by, domain=row.domain, by_staff=True)
    return _("Staff's hold was taken away.")


HOLD = Verb(
    kind=StaffAct.Kind.HOLD,
    on=On.DOMAIN,
    permission="hold_domain",
    tells=_(
        "No reset, code or invitation goes to addresses there, and no link from there works. "
        "Only people end this hold. Nobody is told."
    ),
    ends=_("Can be undone within 24 hours: the hold is taken away again."),
    obstacle=_obstacle,
    do=_do,
    undo=_undo,
)
