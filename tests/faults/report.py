"""The figures of a long run, one line for each, where `make faults` wants them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path


def report(row: str, figures: str) -> None:
    """Add a line to the report, if there is to be one; tests may report side by side."""
    name = os.environ.get("DOMAINGUARD_FAULTS_REPORT")
    if name:
        with Path(name).open("a") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M} {row}: {figures}\n")
