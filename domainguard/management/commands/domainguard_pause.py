"""The kill switch on the command line."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from domainguard.services.pause import pause


class Command(BaseCommand):
    """Automation stops, refusal goes on."""

    help = "Pause or resume automation. While paused, refusals go on; nobody is de-verified."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take on or off."""
        parser.add_argument("switch", choices=("on", "off"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Set the switch."""
        on = options["switch"] == "on"
        changed = pause(on, by=f"shell:{getpass.getuser()}"[:80])
        state = "paused" if on else "running"
        self.stdout.write(f"Automation {'is now' if changed else 'was already'} {state}.")
