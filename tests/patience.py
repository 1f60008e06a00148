"""How long a test waits before it says that something hangs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

LONG = 60.0
"""Seconds that nothing takes which ends at all, on the slowest machine."""


@contextmanager
def ends(*, at_least: float = 0.0) -> Iterator[None]:
    """Fail when the block hangs, or ends before `at_least` seconds; how slow it is says nothing."""
    begun = time.monotonic()
    yield
    took = time.monotonic() - begun
    assert took < LONG, f"hung for {took:.0f} s"
    assert took >= at_least, f"ended after {took:.2f} s already"
