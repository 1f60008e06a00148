"""Renews the operator's copy of the RDAP bootstrap; what is refused leaves the last good one."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from domainguard.sources.base import Deadline
from domainguard.sources.rdap_bootstrap import Bootstrap, BootstrapRefused, published_copy
from domainguard.sources.rdap_refresh import fetch_update
from domainguard.wiring import egress, fetch

_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The table that is in the file now, and how many of its suffixes have another server."""

    table: Bootstrap
    changed: int


def refresh(url: str, file: Path) -> Refreshed:
    """Fetch the registry from its address into a file, in one step.

    Raises SourceError when it does not come, BootstrapRefused when it is not plausible beside the
    copy in the file, or beside the one that ships, and OSError when the file cannot be written.
    """
    old = _last_good(file)
    new = fetch_update(old, url, fetch(), deadline=Deadline.after(_SECONDS), allow=egress().allow)
    _replace(file, new.as_json())
    suffixes = {*old.servers, *new.servers}
    return Refreshed(new, sum(old.servers.get(it) != new.servers.get(it) for it in suffixes))


def _last_good(file: Path) -> Bootstrap:
    try:
        return Bootstrap.from_file(file)
    except (FileNotFoundError, BootstrapRefused):
        return published_copy()


def _replace(file: Path, text: str) -> None:
    """Write beside the file and rename, so that whoever reads it never reads half of it."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as writing:
            writing.write(text)
            writing.flush()
            os.fsync(writing.fileno())
        Path(draft).chmod(0o644)  # workers may run as somebody else
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
