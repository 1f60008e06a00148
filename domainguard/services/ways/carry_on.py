"""What time does to the ways back: it ends what is over, and looks for records that are due."""

from __future__ import annotations

import logging

from django.db.models import QuerySet

from domainguard import audit
from domainguard.models import Automation, WayBack
from domainguard.models.locking import atomic
from domainguard.services.ways import dns_proof, rows
from domainguard.services.ways.loss import loss_of
from domainguard.wiring import now

log = logging.getLogger("domainguard.ways")
_MOST = 500


def carry_on() -> None:
    """Take every step that is due; one that breaks delays no other. Nothing while paused."""
    if Automation.is_paused():
        return
    for way in _open().order_by("pk"):
        how = _end_of(way)
        if how is not None:
            with atomic():
                rows.end(way, how, actor=audit.AUTOMATION)
    for way in _open().filter(next_look_at__lte=now()).order_by("next_look_at")[:_MOST]:
        try:
            dns_proof.step(way)
        except Exception:
            log.exception("Way back %s could not be carried on.", way.pk)


def _open() -> QuerySet[WayBack]:
    return WayBack.objects.filter(ended_at=None).select_related("standing__mail_domain__trust_key")


def _end_of(way: WayBack) -> WayBack.End | None:
    """Say how a try is over by itself: trust came back otherwise, or can not by it any more."""
    loss, standing = loss_of(way.standing_id), way.standing
    if loss is None and standing.removed_at is None:
        return WayBack.End.DONE  # by staff, or because the same registration came back
    if loss is None or (loss.before, loss.domain.control_epoch) != (way.before, way.epoch):
        return WayBack.End.OVERTAKEN
    return WayBack.End.EXPIRED if way.dies_at <= now() else None
