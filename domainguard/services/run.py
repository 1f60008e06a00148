"""Embedded mode: intents, mail, sweeps and forgetting in one process, until stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

from django.db import close_old_connections, connections

from domainguard.services import forget, intents, outbox, sweep

log = logging.getLogger("domainguard.run")
_POLL_SECONDS = 1.0
_SWEEP_EVERY = 60.0
_FORGET_EVERY = 3600.0


def run(stop: Event, *, on_sweep: Callable[[sweep.Swept], None] | None = None) -> None:
    """Poll intents and mail each second, sweep each minute, forget each hour, until `stop` is set.

    The sweep has a thread of its own: whoever waits for a reset does not wait for its end. It may
    be left in the middle of anything.
    """
    sweeper = _start("sweep", stop, _SWEEP_EVERY, partial(_sweep, on_sweep))
    _start("forget", stop, _FORGET_EVERY, _forget)
    _every(_POLL_SECONDS, stop, _serve)
    sweeper.join(_POLL_SECONDS)


def _start(name: str, stop: Event, seconds: float, step: Callable[[], None]) -> Thread:
    def steps() -> None:
        _every(seconds, stop, step)
        connections.close_all()

    thread = Thread(target=steps, daemon=True, name=name)
    thread.start()
    return thread


def _every(seconds: float, stop: Event, step: Callable[[], None]) -> None:
    while not stop.is_set():
        close_old_connections()
        _safely(step)
        stop.wait(seconds)


def _forget() -> None:
    forget.forget()


def _serve() -> None:
    intents.work()
    outbox.deliver()


def _sweep(on_sweep: Callable[[sweep.Swept], None] | None) -> None:
    done = sweep.sweep()
    if on_sweep is not None and done.checked:
        on_sweep(done)


def _safely(step: Callable[[], None]) -> None:
    # A database that is away for a moment must not end the one process that brings mail.
    try:
        step()
    except Exception:
        log.exception("A round of domainguard broke; the next one is not far.")
