"""What the sealer and the verifier agree on: which rows, what a seal signs, what the head says."""

from __future__ import annotations

from typing import Any

from django.db import router
from django.db.models import QuerySet

from domainguard.audit import facts_of
from domainguard.models import AuditEvent, TrailHead

HEAD_LOST = "trail_head_lost"
HEAD_KEY = 1


def rows() -> QuerySet[AuditEvent]:
    """Give the trail as it stands where it is written, never a copy that lags behind."""
    return AuditEvent.objects.using(router.db_for_write(AuditEvent))


def heads() -> QuerySet[TrailHead]:
    """Give the head, if there is one."""
    return TrailHead.objects.using(router.db_for_write(TrailHead)).filter(pk=HEAD_KEY)


def seal_facts(row: AuditEvent, *, after: str) -> dict[str, Any]:
    """Give what a row's seal signs: all it says, where it stands, and the seal before it."""
    return {
        **facts_of(row),
        "id": row.pk,
        "place": row.place,
        "after": after,
    }


def head_facts(head: TrailHead) -> dict[str, Any]:
    """Give what the head's signature signs."""
    return {"count": head.count, "last": head.last}
