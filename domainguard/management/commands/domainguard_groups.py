"""Makes the groups of staff on the command line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from domainguard.services.groups import make_groups


class Command(BaseCommand):
    """Safe to run again: it adds what is missing and takes nothing away."""

    help = "Make the groups of staff: auditors, who only read; support; leads."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and say what each gained."""
        for name, gained in make_groups().items():
            self.stdout.write(f"{name}: {gained} permissions added.")
