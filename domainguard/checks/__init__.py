"""The doctor: what is wrong with an installation, each with a hint that says what to type."""

from __future__ import annotations

from django.core import checks

from .doors import check_doors, check_surroundings
from .files import check_files
from .lag import check_lag
from .settings import check_settings


def register() -> None:
    """Register every check."""
    for check in (check_settings, check_files, check_doors, check_surroundings):
        checks.register(check, "domainguard")
    checks.register(check_lag, checks.Tags.database, "domainguard")
