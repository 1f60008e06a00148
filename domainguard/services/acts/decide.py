"""Lets a second person approve or refuse what a colleague proposed; the first decision counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.models import StaffAct
from domainguard.models.locking import atomic
from domainguard.wiring import now

from . import carry_out, own
from .propose import without_addresses
from .verb import MOST, Refused


def approve(key: int, *, by: str, reason: str) -> StaffAct:
    """Agree to a proposal; it is carried out at once, or when its time has come.

    One that reaches more than 50 is carried out by the next sweep. Raises Refused.
    """
    with atomic():
        act = _open(key)
        if act.by == by:
            raise Refused("own_proposal", _("A colleague decides about what you proposed."))
        targets = list(act.targets.select_related("domain"))
        if own.is_own_case(targets, by):
            raise Refused("own_case", _("This is your own account, or a domain you have mail at."))
        act.approved_by, act.approved_at, act.approval = by, now(), _said(reason)
        act.save(update_fields=["approved_by", "approved_at", "approval"])
        _record("act_approved", act, by, reason)
        is_due = act.not_before is None or act.not_before <= now()
        if is_due and len(targets) <= MOST:
            carry_out.carry_out(act)
    return act


def refuse(key: int, *, by: str, reason: str) -> StaffAct:
    """Say no, also while an approved act still waits for its time. Raises Refused."""
    with atomic():
        act = _open(key, approved_too=True)
        act.refused_by, act.refused_at, act.refusal = by, now(), _said(reason)
        act.save(update_fields=["refused_by", "refused_at", "refusal"])
        _record("act_refused", act, by, reason)
    return act


def _open(key: int, *, approved_too: bool = False) -> StaffAct:
    act = StaffAct.objects.select_for_update().get(pk=key)
    if not act.needs_second:
        raise Refused("not_a_proposal", _("This did not wait for anybody."))
    is_over = act.refused_at is not None or act.done_at is not None
    if is_over or (act.approved_at is not None and not approved_too):
        raise Refused("decided", _("Somebody has decided about it already."))
    if approved_too and act.targets.filter(is_done=True).exists():
        raise Refused("decided", _("It is being carried out."))
    return act


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refused("no_reason", _("Say why."))
    return reason.strip()[:300]


def _record(action: str, act: StaffAct, by: str, reason: str) -> None:
    said = without_addresses(reason.strip()[:300])
    audit.record(action, at=now(), actor=by, kind=act.kind, act=act.pk, reason=said)
