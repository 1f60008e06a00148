"""Takes an act back within 24 hours, as far as the world is still as the act left it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.models import StaffAct
from domainguard.models.locking import atomic
from domainguard.services.trust_keys import locked_all
from domainguard.wiring import now

from . import own
from .carry_out import record
from .propose import without_addresses
from .verb import UNDO_WITHIN, Refused, Text
from .verbs import VERBS


def why_not(act: StaffAct) -> Text:
    """Say why an act cannot be undone now; empty when it can."""
    if act.done_at is None:
        return _("It has not been carried out.")
    if act.undone_at is not None:
        return _("It is undone already.")
    if VERBS[act.kind].undo is None:
        return VERBS[act.kind].ends
    if now() - act.done_at > UNDO_WITHIN:
        return _("24 hours have passed.")
    return ""


def undo(key: int, *, by: str, reason: str) -> StaffAct:
    """Undo what the act did, target by target; one that has changed since is left as it is."""
    with atomic():
        act = StaffAct.objects.select_for_update().get(pk=key)
        if not reason.strip():
            raise Refused("no_reason", _("Say why."))
        if why := why_not(act):
            raise Refused("no_undo", why)
        targets = list(
            act.targets.filter(is_done=True).select_related(
                "domain", "deverification__standing", "case"
            )
        )
        if own.is_own_case(targets, by):
            raise Refused("own_case", _("This is your own account, or a domain you have mail at."))
        locked_all(each.domain_id for each in targets)
        act.undone_at, act.undone_by = now(), by
        act.save(update_fields=["undone_at", "undone_by"])
        said = without_addresses(reason.strip()[:300])
        audit.record("act_undone", at=now(), actor=by, kind=act.kind, act=act.pk, reason=said)
        back = VERBS[act.kind].undo
        for target in targets:
            try:
                with atomic():
                    target.outcome = str(back(act, target)) if back is not None else ""
                    target.undone_at = now()
            except Refused as refused:
                target.outcome = str(refused)
            target.save(update_fields=["outcome", "undone_at"])
            record(act, target, "act_taken_back" if target.undone_at else "act_left_out", by)
    return act
