"""What is wrong with the files that settings.DOMAINGUARD names."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from domainguard.conf import settings
from domainguard.sources.rdap_bootstrap import Bootstrap, BootstrapRefused
from domainguard.sources.rdap_refresh import is_url

_TOO_OLD = timedelta(days=14)


def check_files(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
    """Check that the RDAP bootstrap copy can be read and was renewed not long ago."""
    try:
        named = settings().rdap_bootstrap
    except ImproperlyConfigured:  # said by E001
        return []
    if not named or is_url(named):
        return []
    try:
        Bootstrap.from_file(named)
        renewed_at = Path(named).stat().st_mtime
    except (BootstrapRefused, OSError) as wrong:
        return [_unreadable(named, wrong)]
    # A file's time is real time, whatever clock the settings name.
    age = timedelta(seconds=time.time() - renewed_at)
    return [_old(named, age)] if age > _TOO_OLD else []


def _unreadable(file: str, wrong: Exception) -> checks.CheckMessage:
    return checks.Error(
        f"DOMAINGUARD['RDAP_BOOTSTRAP'] names {file}, which cannot be used: {wrong}.",
        hint=f"python manage.py domainguard_refresh --file {file}",
        id="domainguard.E011",
    )


def _old(file: str, age: timedelta) -> checks.CheckMessage:
    return checks.Warning(
        f"{file} was renewed {age.days} days ago: new RDAP servers are not in it.",
        hint="python manage.py domainguard_refresh",
        id="domainguard.W012",
    )
