"""Embedded mode: scheduler, sweep, intents and mail in one process, until stopped."""

from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from domainguard.services.run import run
from domainguard.services.sweep import Swept


class Command(BaseCommand):
    """Stops within a second or two of SIGINT or SIGTERM."""

    help = "Run everything domainguard does in this one process, without a broker."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal comes."""
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("domainguard is running; Ctrl-C stops it.")
        run(stop, on_sweep=self._print)

    def _print(self, done: Swept) -> None:
        self.stdout.write(
            f"checked {done.checked}, held {done.held}, de-verified {done.deverified}, "
            f"restored {done.restored}"
        )
