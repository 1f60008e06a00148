"""One real Celery worker process on a real Valkey does what the embedded mode does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection

from domainguard.models import DomainStatus
from domainguard.services import enroll, intents
from domainguard.testing import scripts

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


def database_url() -> str:
    kept = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{kept['NAME']}"
    # The suite's own address leads to the server; the tests' rows are in a database beside it.
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{kept['NAME']}"


@pytest.fixture
def worker(world, valkey_url, settings) -> Iterator[Celery]:
    """Run a worker for all queues in this internet; give an application to post messages with."""
    world.net.clock.restart(datetime.now(UTC))
    world.net.clock.run()
    environ = {
        **os.environ,
        **world.net.environ(),
        "DATABASE_URL": database_url(),
        "REDIS_URL": valkey_url,
        "DOMAINGUARD_DEVERIFY": "enforce",
    }
    del environ["DOMAINGUARD_CLOCK"]  # the worker lives on real time, and so does the internet
    command = [sys.executable, "-m", "celery", "-A", "registry_site", "worker"]
    command += ["-Q", "jit,mail,sweep", "-c", "1", "--beat", "--loglevel", "WARNING"]
    with tempfile.TemporaryDirectory() as folder:
        command += ["--schedule", f"{folder}/beat"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True)
        try:
            yield Celery(broker=valkey_url)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
            world.net.clock.stop()


def test_a_worker_delivers_an_owners_reset_and_holds_a_lapsed_domain(world, worker):
    now = world.net.clock.now()
    world.net.add(scripts.healthy("mill-lane.org", born=now.replace(year=now.year - 2)))
    world.net.add(
        scripts.redemption("weir-lane.org", born=now.replace(year=now.year - 2), begins=now)
    )
    world.person("ada", "ada@mill-lane.org")
    world.person("bea", "bea@weir-lane.org", "bea@mill-lane.org")
    enroll.enroll_all()
    for address in ("ada@mill-lane.org", "bea@weir-lane.org"):
        intents.store(
            door="reset",
            text=address,
            payload={
                "subject": "registration/password_reset_subject.txt",
                "text": "registration/password_reset_email.html",
            },
        )
    worker.send_task("domainguard.sweep", queue="sweep")

    arrived = world.net.sink.wait_for(2, timeout=PATIENCE)

    assert {mail.rcpt_to for mail in arrived} == {"ada@mill-lane.org", "bea@mill-lane.org"}
    assert world.mail_to("bea@weir-lane.org") == []
    assert DomainStatus.objects.get(domain="weir-lane.org").held
