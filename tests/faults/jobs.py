"""What a worker of a crew does; results are plain JSON."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.models.signals import post_save
from django.test import Client, override_settings

from domainguard.models import DomainStatus, Intent
from domainguard.services import batch, intents, outbox
from domainguard.services import enforce as enforcing
from domainguard.services import sweep as sweeping
from tests.faults import town
from tests.services.rows import Site


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


@override_settings(DEBUG=False, ALLOWED_HOSTS=["localhost"])
def ask(address: str, client: str = "10.0.0.1") -> list[Any]:
    """Ask for a reset at the page, as anybody can; give the answer's status and text."""
    browser = Client(REMOTE_ADDR=client, HTTP_HOST="localhost", raise_request_exception=False)
    answer = browser.post("/accounts/password/reset/", {"email": address})
    return [answer.status_code, answer.content.decode()[:10_000]]


def ask_and_die(address: str, client: str) -> list[Any]:
    """Ask in a process that is killed as soon as the request is stored, before any answer."""
    post_save.connect(_die, Intent)
    return ask(address, client)


def _die(**_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def settle(count: int) -> None:
    """Make the tables, and domains that two looks found lapsed."""
    call_command("migrate", verbosity=0)
    for number in range(count):
        Site().person(f"p{number}", *(f"p{number}@lane-{number}.org", f"p{number}@{town.HOME}"))
        Site().corroborate(f"lane-{number}.org")


def without_room(job: str, *arguments: Any) -> Any:
    """Do a job on a disk without room for one more page of SQLite's file."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    return globals()[job](*arguments)


def epochs() -> dict[str, int]:
    """Give every domain's epoch."""
    return dict(DomainStatus.objects.values_list("domain", "control_epoch"))


def assert_whole() -> None:
    """Break unless nothing is half."""
    town.assert_whole()
