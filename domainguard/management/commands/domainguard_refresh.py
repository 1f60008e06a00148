"""Renews the operator's copy of IANA's RDAP bootstrap (RFC 9224)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from domainguard.conf import settings
from domainguard.services.refresh import refresh
from domainguard.sources.base import SourceError
from domainguard.sources.rdap_bootstrap import BootstrapRefused
from domainguard.sources.rdap_refresh import is_url


class Command(BaseCommand):
    """Exit status: 0 renewed, 1 refused or not to be had, and the file is as it was."""

    requires_system_checks = ()  # it mends the file that a check may complain about
    help = "Fetch IANA's RDAP bootstrap registry into a file, if it is plausible."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where from and where to."""
        parser.add_argument("--url", help="where to fetch it; by default from IANA")
        parser.add_argument(
            "--file", help="where to keep it; by default the file in DOMAINGUARD['RDAP_BOOTSTRAP']"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Renew the file once."""
        chosen = settings()
        named = "" if is_url(chosen.rdap_bootstrap) else chosen.rdap_bootstrap
        file = options["file"] or named
        if not file:
            raise CommandError(
                "No file to keep it in: give --file, and name that file in "
                "DOMAINGUARD['RDAP_BOOTSTRAP']."
            )
        url = options["url"] or chosen.rdap_bootstrap_url
        try:
            done = refresh(url, Path(file))
        except (BootstrapRefused, OSError, SourceError) as error:
            raise CommandError(f"{url} was not taken, {file} is as it was: {error}") from error
        self.stdout.write(
            f"{file}: {len(done.table.servers)} suffixes, {done.changed} changed, "
            f"published {done.table.published}. Workers read it when they start."
        )
