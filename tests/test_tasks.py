"""Celery's doors: the soft time limit ends a task and is nobody's trouble."""

from __future__ import annotations

import os

import pytest
from billiard.pool import SIG_SOFT_TIMEOUT
from celery.exceptions import SoftTimeLimitExceeded

from domainguard.models import Intent
from domainguard.services import intents
from domainguard.tasks import work_on_intents


class Slow:
    """An address book during whose answer the time runs out."""

    name = "allauth"

    def find(self, text: str) -> list[object]:
        os.kill(os.getpid(), SIG_SOFT_TIMEOUT)
        return []


def test_the_soft_time_limit_ends_the_task_and_delays_no_request(site, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "ADDRESS_BOOK": f"{__name__}.Slow"}
    intents.store(door="reset", text="ada@mill-lane.org")
    with pytest.raises(SoftTimeLimitExceeded):
        work_on_intents()
    row = Intent.objects.get()
    assert row.lease_until is not None  # still leased: put back by the lease, and not postponed
    assert row.next_try_at == row.created_at
