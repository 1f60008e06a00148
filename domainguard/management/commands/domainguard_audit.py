"""Verifies the audit trail's chain."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from domainguard.services.verify_trail import Verified, verify_trail

_SHOWN_EVERY = 1_000


class Command(BaseCommand):
    """Exit status: 0 intact, 1 broken, and the first broken row is named."""

    help = "Verify that no row of the audit trail was deleted, edited, inserted or moved."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do, where to begin, and how to print."""
        parser.add_argument("verb", choices=("verify",), help="walk the chain")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument(
            "--after", type=int, default=0, metavar="PLACE", help="begin behind this place"
        )
        parser.add_argument(
            "--noted", default="", metavar="SEAL", help="a seal kept elsewhere; it must be there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify the chain once."""
        shows = sys.stderr.isatty() and not options["json"]
        done = verify_trail(
            after=max(options["after"], 0),
            noted=options["noted"],
            on_row=self._progress if shows else None,
        )
        if shows:
            self.stderr.write("\r", ending="")
        if options["json"]:
            self.stdout.write(json.dumps(done.as_json(), indent=2, sort_keys=True))
        else:
            self._print(done)
        if done.broken:
            sys.exit(1)

    def _progress(self, done: Verified) -> None:
        if (done.sealed + done.unsealed) % _SHOWN_EVERY == 0:
            self.stderr.write(f"\r{done.sealed} sealed rows verified ", ending="")

    def _print(self, done: Verified) -> None:
        if done.broken is None:
            waiting = f", {done.unsealed} more wait for their seal" if done.unsealed else ""
            self.stdout.write(f"The audit trail is intact: {done.sealed} sealed rows{waiting}.")
            if done.last_seal:
                self.stdout.write(f"Its last seal is {done.last_seal}.")
            return
        row, place, what = (done.broken[key] for key in ("row", "place", "what"))
        named = [f"Row {row}"] if row is not None else []
        if place is not None:
            named.append(f"place {place} of the chain")
        subject = f"{', '.join(named)}: " if named else ""
        self.stderr.write(f"The audit trail is broken. {subject}{what}.")
