"""The audit trail: a row first, and on commit a signal for the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import router, transaction
from django.utils.crypto import salted_hmac

from .models import AuditEvent
from .signals import audited

AUTOMATION = "automation"


def address_hash(canonical: str) -> str:
    """Give the keyed hash under which an address appears in the trail."""
    return salted_hmac("domainguard.audit", canonical, algorithm="sha256").hexdigest()


def event(
    action: str,
    *,
    at: datetime,
    actor: str = AUTOMATION,
    domain: str = "",
    canonical: str = "",
    **detail: Any,
) -> AuditEvent:
    """Make an unsaved row; `detail` must be JSON values and hold no address."""
    hashed = address_hash(canonical) if canonical else ""
    return AuditEvent(
        at=at, actor=actor, action=action, domain=domain, address_hash=hashed, detail=detail
    )


def record(
    action: str,
    *,
    at: datetime,
    actor: str = AUTOMATION,
    domain: str = "",
    canonical: str = "",
    **detail: Any,
) -> AuditEvent:
    """Add one row to the trail."""
    row = event(action, at=at, actor=actor, domain=domain, canonical=canonical, **detail)
    record_all([row])
    return row


def record_all(rows: Iterable[AuditEvent]) -> None:
    """Add many rows to the trail at once."""
    saved = AuditEvent.objects.bulk_create(list(rows))
    using = router.db_for_write(AuditEvent)
    for row in saved:
        # What a site does on hearing of it is no reason for an act of ours to fail.
        transaction.on_commit(_announcement(row), using, robust=True)


def _announcement(row: AuditEvent) -> Callable[[], None]:
    def announce() -> None:
        audited.send(AuditEvent, event=row)

    return announce
