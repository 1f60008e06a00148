"""Embedded mode: intents, mail and sweeps in one process, until stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

from django.db import close_old_connections, connections

from domainguard.services import intents, outbox, sweep

log = logging.getLogger("domainguard.run")
_POLL_SECONDS = 1.0
_SWEEP_EVERY = 60.0


def run(stop: Event, *, on_sweep: Callable[[sweep.Swept], None] | None = None) -> None:
    """Poll intents and mail each second and sweep each minute; return soon after `stop` is set.

    The sweep has a thread of its own: whoever waits for a reset does not wait for its end. It may
    be left in the middle of anything.
    """
    sweeper = Thread(target=_sweeps, args=(stop, on_sweep), daemon=True, name="sweep")
    sweeper.start()
    _every(_POLL_SECONDS, stop, _serve)
    sweeper.join(_POLL_SECONDS)


def _every(seconds: float, stop: Event, step: Callable[[], None]) -> None:
    while not stop.is_set():
        close_old_connections()
        _safely(step)
        stop.wait(seconds)


def _sweeps(stop: Event, on_sweep: Callable[[sweep.Swept], None] | None) -> None:
    _every(_SWEEP_EVERY, stop, partial(_sweep, on_sweep))
    connections.close_all()


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
