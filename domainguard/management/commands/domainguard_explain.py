"""Explains whether an address would receive a reset now, and why."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domainguard.core.names import NameRefused
from domainguard.services.explain import explain


class Command(BaseCommand):
    """Reads the database only; exit status 2 for an address that cannot be one."""

    help = "Say whether this address would receive a password reset now, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one address, and how to print."""
        parser.add_argument("address", metavar="ADDRESS")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        """Explain one address."""
        try:
            facts = explain(options["address"])
        except NameRefused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        if options["json"]:
            self.stdout.write(json.dumps(facts, indent=2, sort_keys=True))
            return
        yes = "would receive a reset" if facts["eligible"] else "would not receive a reset"
        self.stdout.write(f"{facts['address']} {yes}: {facts['reason'].replace('_', ' ')}.")
        for key in ("domain", "state", "held", "control_epoch", "verified_epoch", "verified"):
            self.stdout.write(f"  {key}: {facts[key]}")
        self.stdout.write(f"  next look: {facts['next_check_at']}")
        for witness in facts["evidence"]:
            self.stdout.write(f"  {witness['source']}: {witness['outcome']} {witness['note']}")
