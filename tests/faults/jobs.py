"""What a worker of a crew does; results are plain JSON."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.db.models.signals import post_save
from django.test import Client

from domainguard.models import Intent
from domainguard.services import batch, intents, outbox
from domainguard.services import enforce as enforcing
from domainguard.services import sweep as sweeping


def sweep() -> dict[str, Any]:
    """Sweep as the scheduler does each minute."""
    return sweeping.sweep().as_json()


def enforce() -> list[int]:
    """Raise what is due and carry it out."""
    done = enforcing.enforce()
    return [done.bumped, done.deverified]


def serve() -> int:
    """Do what the workers do each second."""
    intents.work()
    return outbox.deliver().sent


def look() -> int:
    """Look at what is due, and do no more."""
    return len(list(batch.look_at_due()))


def ask(address: str, client: str) -> int:
    """Ask for a reset at the page, as anybody can."""
    answer = Client(REMOTE_ADDR=client, HTTP_HOST="localhost").post(
        "/accounts/password/reset/", {"email": address}
    )
    return int(answer.status_code)


def ask_and_die(address: str, client: str) -> int:
    """Ask in a process that is killed as soon as the request is stored, before any answer."""
    post_save.connect(_die, Intent)
    return ask(address, client)


def _die(**_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
