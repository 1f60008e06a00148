"""Prints what became of every domain, as a table that fits a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from .findings import Finding

WIDTH = 100
_ROW = "{:<24}  {:<14}  {:<4}  {:>5}  {:>9}  {}"


def table(found: Iterable[Finding]) -> Iterator[str]:
    """Give the lines of the table; a reason stands below its domain."""
    yield _ROW.format("domain", "state", "held", "epoch", "addresses", "what was done, and why")
    yield "-" * WIDTH
    for each in found:
        held = "yes" if each.held else "no"
        yield _ROW.format(each.domain, each.state, held, each.epoch, each.addresses, each.done)
        yield from (f"    {line}" for line in wrap(each.why, WIDTH - 4))
