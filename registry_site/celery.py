"""The Celery application: workers and the beat, both thin doors over DomainGuard's services."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import after_task_publish, heartbeat_sent
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_site.settings")

app = Celery("registry_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def take_up_the_schedule(sender: Celery, **_: Any) -> None:
    """Give the beat DomainGuard's schedule; the tasks need the models, so not at import."""
    from domainguard.tasks import BEAT_SCHEDULE

    sender.conf.beat_schedule = BEAT_SCHEDULE


@heartbeat_sent.connect  # by a worker, every two seconds
@after_task_publish.connect  # by the beat, every second
def show_a_heartbeat(**_: Any) -> None:
    """Touch the file by which the container's health check knows that the broker was reached."""
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()
