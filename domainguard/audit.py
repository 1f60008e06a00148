"""The audit trail: a row first, marked as ours, and on commit a signal for the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings as django_settings
from django.db import router, transaction
from django.utils.crypto import salted_hmac

from .conf import settings
from .core.chain import Keys, Kind
from .models import AuditEvent
from .models.fields import InstantField
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
    marked, mine = list(rows), keys()
    for row in marked:
        row.mark = mine.sign(Kind.MARK, facts_of(row))
    saved = AuditEvent.objects.bulk_create(marked)
    using = router.db_for_write(AuditEvent)
    for row in saved:
        # What a site does on hearing of it is no reason for an act of ours to fail.
        transaction.on_commit(_announcement(row), using, robust=True)


def keys() -> Keys:
    """Give the keys that mark and seal the trail: TRAIL_KEYS, or else Django's own secrets."""
    own = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    return Keys(settings().trail_keys or own)


def facts_of(row: AuditEvent) -> dict[str, Any]:
    """Give what a row says, as JSON values: the same before and after it was stored."""
    field: InstantField = AuditEvent._meta.get_field("at")
    return {
        "at": field.kept(row.at).isoformat(),
        "actor": row.actor,
        "action": row.action,
        "domain": row.domain,
        "address_hash": row.address_hash,
        "detail": row.detail,
    }


def _announcement(row: AuditEvent) -> Callable[[], None]:
    def announce() -> None:
        audited.send(AuditEvent, event=row)

    return announce
