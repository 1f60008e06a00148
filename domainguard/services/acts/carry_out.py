"""Carries acts out, each target once; what cannot be done any more is left out and says why."""

from __future__ import annotations

import logging

from django.utils.translation import gettext as _

from domainguard import audit
from domainguard.models import ActTarget, Automation, StaffAct
from domainguard.models.locking import atomic
from domainguard.services.trust_keys import locked_all
from domainguard.wiring import now

from .verb import MOST, Refused
from .verbs import VERBS

log = logging.getLogger("domainguard.acts")


def carry_out_due() -> int:
    """Carry out what was approved and whose time has come; give how many acts.

    Nothing happens while automation is paused: staff then do nothing that waits.
    """
    done = 0
    while not Automation.is_paused():
        due = StaffAct.objects.filter(done_at=None, refused_at=None, approved_at__isnull=False)
        act = due.exclude(not_before__gt=now()).order_by("pk").first()
        if act is None:
            break
        while not carry_out_part(act.pk):
            pass
        done += 1
    return done


def carry_out_part(key: int) -> bool:
    """Carry out the next few targets of an approved act in one commit; say whether it is done."""
    with atomic():
        act = StaffAct.objects.select_for_update().get(pk=key)
        return act.done_at is not None or act.refused_at is not None or carry_out(act)


def carry_out(act: StaffAct) -> bool:
    """Carry out the next few targets inside the caller's transaction; say whether it is done."""
    targets = list(
        act.targets.filter(done_at=None).select_related(
            "domain", "deverification__standing", "deverification__bump", "case"
        )[: MOST + 1]
    )
    locked_all(each.domain_id for each in targets[:MOST])
    for target in targets[:MOST]:
        _do(act, target)
    if len(targets) > MOST:
        return False
    act.done_at = now()
    act.save(update_fields=["done_at"])
    return True


def _do(act: StaffAct, target: ActTarget) -> None:
    try:
        with atomic():
            target.outcome, target.is_done = str(VERBS[act.kind].do(act, target)), True
    except Refused as refused:
        target.outcome = str(refused)
    except Exception:  # the site's code may break on one account; the others do not wait for it
        log.exception("Act %s could not be carried out for target %s.", act.pk, target.pk)
        target.outcome = _("This could not be done; the log says why.")
    target.done_at = now()
    target.save()
    record(act, target, "act_done" if target.is_done else "act_left_out", act.by)


def record(act: StaffAct, target: ActTarget, action: str, actor: str) -> None:
    """Write one target's row of the trail."""
    lost = target.deverification
    audit.record(
        action,
        at=now(),
        actor=actor,
        domain=target.domain.domain,
        canonical=lost.standing.canonical if lost is not None else "",
        kind=act.kind,
        act=act.pk,
        account=target.account,
        approved_by=act.approved_by,
    )
