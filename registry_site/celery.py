"""The Celery application: workers and the beat, both thin doors over DomainGuard's services."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_site.settings")

app = Celery("registry_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def take_up_the_schedule(sender: Celery, **_: Any) -> None:
    """Give the beat DomainGuard's schedule; the tasks need the models, so not at import."""
    from domainguard.tasks import BEAT_SCHEDULE

    sender.conf.beat_schedule = BEAT_SCHEDULE
