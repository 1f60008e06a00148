"""What is late: checked only where Django is told that it may ask the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseTrouble
from django.db import router
from django.db.models import Min

from domainguard.models import DomainStatus
from domainguard.wiring import now

_TOO_LATE = timedelta(hours=6)


def check_lag(
    app_configs: Sequence[Any] | None, *, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """Warn when looks have been due for hours, as they are when no worker runs."""
    if router.db_for_read(DomainStatus) not in (databases or ()):
        return []
    try:
        first = DomainStatus.objects.aggregate(at=Min("next_check_at"))["at"]
        late = now() - first if first else timedelta(0)
    except (DatabaseTrouble, ImproperlyConfigured):  # not migrated yet, or said by E001
        return []
    if late <= _TOO_LATE:
        return []
    return [
        checks.Warning(
            f"A look at a domain has been due for {late // timedelta(hours=1)} hours.",
            hint="Keep `manage.py domainguard_run` running, or a Celery worker and its beat.",
            id="domainguard.W014",
        )
    ]
