"""The three acts that change no trust: keep as it is, note, assign."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard.models import ActTarget, Deverification, StaffAct
from domainguard.wiring import now

from .verb import On, Refused, Text, Verb, no_obstacle


def _lost(target: ActTarget) -> Deverification:
    if target.deverification_id is None:
        raise TypeError("An act on an account names its de-verification.")
    return Deverification.objects.select_for_update().get(pk=target.deverification_id)


def _may_be_kept(target: ActTarget) -> Text:
    lost = target.deverification
    if lost is None or lost.restored_at is not None:
        return _("It is trusted already.")
    return _("That was ruled already.") if lost.kept_at else ""


def _keep(act: StaffAct, target: ActTarget) -> Text:
    lost = _lost(target)
    if lost.restored_at is not None:
        raise Refused("changed", _("It was restored meanwhile."))
    lost.kept_at = now()
    lost.save(update_fields=["kept_at"])
    return _("Stays de-verified; the queue does not ask again.")


def _unkeep(act: StaffAct, target: ActTarget) -> Text:
    lost = _lost(target)
    lost.kept_at = None
    lost.save(update_fields=["kept_at"])
    return _("Back in the queue.")


def _note(act: StaffAct, target: ActTarget) -> Text:
    return _("Noted.")


def _assign(act: StaffAct, target: ActTarget) -> Text:
    lost = _lost(target)
    target.before = {"assigned_to": lost.assigned_to}
    lost.assigned_to = act.detail["to"]
    lost.save(update_fields=["assigned_to"])
    return _("Assigned.")


def _unassign(act: StaffAct, target: ActTarget) -> Text:
    lost = _lost(target)
    if lost.assigned_to != act.detail["to"]:
        raise Refused("changed", _("It was assigned anew since."))
    lost.assigned_to = target.before["assigned_to"]
    lost.save(update_fields=["assigned_to"])
    return _("Assigned as before.")


KEEP = Verb(
    kind=StaffAct.Kind.KEEP,
    on=On.ACCOUNT,
    permission="keep_account",
    tells=_(
        "The account leaves the queue of open ones. Its address stays without trust; the owner's "
        "own ways back stay open."
    ),
    ends=_("Can be undone within 24 hours: it is in the queue again."),
    obstacle=_may_be_kept,
    do=_keep,
    undo=_unkeep,
)
NOTE = Verb(
    kind=StaffAct.Kind.NOTE,
    on=On.ACCOUNT,
    permission="note_account",
    tells=_("What you write below as the reason is kept as a note that all of staff can read."),
    ends=_("Cannot be undone: write another note."),
    obstacle=no_obstacle,
    do=_note,
)
ASSIGN = Verb(
    kind=StaffAct.Kind.ASSIGN,
    on=On.ACCOUNT,
    permission="assign_account",
    tells=_("The colleague's name stands beside the account in the queue. Nobody else is told."),
    ends=_("Can be undone within 24 hours."),
    obstacle=no_obstacle,
    do=_assign,
    undo=_unassign,
)
