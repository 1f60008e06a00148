"""Celery's doors over the same services; the database, not the broker, knows what is due."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from billiard.pool import SIG_SOFT_TIMEOUT
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from .services import early, enforce, forget, intents, outbox, say, sweep
from .services.acts.carry_out import carry_out_due
from .services.seal_trail import seal_trail

# A sweep ends by itself well before Celery's soft time limit would cut it off.
_SWEEP_SECONDS = 120.0


def _every(
    seconds: float, task: str, queue: str, *, expires: float | None = None
) -> dict[str, Any]:
    options = {"queue": queue, "expires": expires or seconds}
    return {"task": f"domainguard.{task}", "schedule": seconds, "options": options}


BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "domainguard-intents": _every(1.0, "work_on_intents", "jit", expires=5),
    "domainguard-mail": _every(1.0, "deliver_mail", "mail", expires=5),
    "domainguard-sweep": _every(60.0, "sweep", "sweep"),
    # A sweep that is cut off by its time limit never comes to these three.
    "domainguard-enforce": _every(60.0, "enforce", "sweep"),
    "domainguard-warn": _every(60.0, "warn", "sweep"),
    "domainguard-seal": _every(60.0, "seal_trail", "sweep"),
    # Each hour, so that "after a day" is never much more than that.
    "domainguard-forget": _every(3600.0, "forget", "sweep"),
}


class _TimeIsUp(BaseException):
    """The soft time limit; no `except Exception` takes it for the trouble of one row."""


@contextmanager
def _cut_off_whole() -> Iterator[None]:
    """Let Celery's soft time limit end a task, and not just the row that is being worked on."""
    if SIG_SOFT_TIMEOUT is None or threading.current_thread() is not threading.main_thread():
        yield  # a pool without that signal
        return
    before = signal.signal(SIG_SOFT_TIMEOUT, _cut_off)
    try:
        yield
    except _TimeIsUp as cut:
        raise SoftTimeLimitExceeded from cut
    finally:
        signal.signal(SIG_SOFT_TIMEOUT, before)


def _cut_off(*_: Any) -> None:
    raise _TimeIsUp


@shared_task(name="domainguard.work_on_intents")
def work_on_intents(**_: Any) -> None:
    """Work on the intents that are due, and deliver what comes of them."""
    with _cut_off_whole():
        intents.work()
        outbox.deliver()


@shared_task(name="domainguard.deliver_mail")
def deliver_mail(**_: Any) -> None:
    """Hand over the mails that are due."""
    with _cut_off_whole():
        outbox.deliver()


@shared_task(name="domainguard.sweep")
def run_sweep(**_: Any) -> None:
    """Look at all that is due, enforce, deliver."""
    with _cut_off_whole():
        sweep.sweep(seconds=_SWEEP_SECONDS)


@shared_task(name="domainguard.enforce")
def run_enforce(**_: Any) -> None:
    """Carry out what staff agreed on, then raise the epochs that are due and carry those out."""
    with _cut_off_whole():
        carry_out_due()
        enforce.enforce()


@shared_task(name="domainguard.warn")
def run_warn(**_: Any) -> None:
    """Put down whom to tell early, and tell them."""
    with _cut_off_whole():
        early.find()
        say.say()


@shared_task(name="domainguard.forget")
def run_forget(**_: Any) -> None:
    """Forget what is over."""
    forget.forget()


@shared_task(name="domainguard.seal_trail")
def run_seal_trail(**_: Any) -> None:
    """Seal the rows of the audit trail that wait."""
    seal_trail()
