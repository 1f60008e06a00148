"""How long the tests of faults go on: briefly in every run, at length under `make faults`."""

from __future__ import annotations

import os


def times(brief: int, long: int) -> int:
    """Give how often to do it in this run."""
    return long if os.environ.get("DOMAINGUARD_FAULTS") == "long" else brief
