"""Embedded mode: intents, mail and sweeps in one process, until stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

from django.db import close_old_connections

from domainguard.services import intents, outbox, sweep

log = logging.getLogger("domainguard.run")
_POLL_SECONDS = 1.0
_SWEEP_EVERY = 60


def run(stop: Event, *, on_sweep: Callable[[sweep.Swept], None] | None = None) -> None:
    """Poll intents and mail each second and sweep each minute; return soon after `stop` is set."""
    rounds = 0
    while not stop.is_set():
        close_old_connections()
        _safely(_serve)
        if rounds % _SWEEP_EVERY == 0:
            _safely(lambda: _sweep(on_sweep))
        rounds += 1
        stop.wait(_POLL_SECONDS)


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
        log.exception("A round of domainguard broke; the next one starts in a second.")
