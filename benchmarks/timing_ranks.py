"""How well one sample of times tells itself from another: Mann and Whitney's U as an area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, groupby

Times = Mapping[str, Sequence[int]]


def area(some: Sequence[int], others: Sequence[int]) -> float:
    """Give the chance that one of `some` exceeds one of `others`, ties counted half; 0.5 is blind.

    ValueError for an empty sample.
    """
    if not some or not others:
        raise ValueError(f"Two samples are needed; they hold {len(some)} and {len(others)}.")
    marked = sorted([(each, 1) for each in some] + [(each, 0) for each in others])
    wins, below = 0.0, 0
    for _, tied in groupby(marked, key=lambda pair: pair[0]):
        marks = [mark for _, mark in tied]
        ours, theirs = sum(marks), len(marks) - sum(marks)
        wins += ours * (below + theirs / 2)
        below += theirs
    return wins / (len(some) * len(others))


def pairs(times: Times) -> Iterator[tuple[str, str, float]]:
    """Give each two classes with the area between them."""
    for one, other in combinations(times, 2):
        yield one, other, area(times[one], times[other])


def matrix(times: Times) -> str:
    """Write the areas as a Markdown table, row against column."""
    names = list(times)
    lines = [f"| | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for row in names:
        cells = ["" if row == each else f"{area(times[row], times[each]):.3f}" for each in names]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)
