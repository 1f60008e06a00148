"""The kill switch: automation stops, refusal goes on."""

from __future__ import annotations

from domainguard import audit
from domainguard.models import Automation
from domainguard.models.locking import atomic
from domainguard.wiring import now


def pause(on: bool, *, by: str) -> bool:
    """Pause or resume automation; say whether that changed anything."""
    with atomic():
        at = now()
        row, _ = Automation.objects.select_for_update().get_or_create(
            pk=1, defaults={"since": at, "by": by}
        )
        if row.paused == on:
            return False
        row.paused, row.since, row.by = on, at, by
        row.save()
        audit.record("automation_paused" if on else "automation_resumed", at=at, actor=by)
    return True
