"""Does all checks that are due, then enforces, then delivers."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from domainguard.models import DomainStatus
from domainguard.services.clock_void import accept_clock
from domainguard.services.sweep import Swept, sweep


class Command(BaseCommand):
    """Exit status: 0 done, 1 a source was unusable or every look failed."""

    help = "Look at every domain that is due, enforce, and deliver mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to look at, and how to print."""
        parser.add_argument("--all", action="store_true", help="also what is not due")
        parser.add_argument(
            "--accept-clock",
            metavar="REASON",
            help="the clock was ahead and is right now: let looks dated after this moment be void",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep once."""
        shows = sys.stderr.isatty() and not options["json"]
        try:
            if options["accept_clock"]:
                self._accept_clock(options["accept_clock"])
            done = sweep(everything=options["all"], on_look=self._progress if shows else None)
        except ImproperlyConfigured as wrong:
            raise CommandError(str(wrong)) from wrong
        if options["json"]:
            self.stdout.write(json.dumps(done.as_json(), indent=2, sort_keys=True))
        else:
            self._print(done)
        if done.trouble:
            sys.exit(1)

    def _accept_clock(self, reason: str) -> None:
        void = accept_clock(by=f"shell:{getpass.getuser()}"[:80], reason=reason)
        self.stderr.write(f"{void} answers from the future are void.")

    def _progress(self, row: DomainStatus, done: Swept) -> None:
        self.stderr.write(f"\r{done.checked} looked at, {done.held} newly held ", ending="")

    def _print(self, done: Swept) -> None:
        self.stdout.write(
            f"checked {done.checked}: {done.conclusive} conclusive, "
            f"{done.inconclusive} inconclusive, {done.failed} failed"
        )
        self.stdout.write(
            f"held {done.held}, released {done.released}, de-verified {done.deverified}, "
            f"restored {done.restored}, waiting for review {done.waiting_for_review}"
        )
        if done.trouble:
            self.stderr.write(done.trouble)
