"""A batch of wanted epoch bumps: which may pass, and which wait for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_LEAST = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """One domain whose epoch automation wants to raise.

    `source` names the registry source behind it. `counts` is false for domains whose accounts are
    all young and own nothing, so that nobody can use up the budget with made-up accounts.
    """

    domain: str
    tld: str
    source: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many domains there are, and how many were bumped in the last 24 h, by group.

    Groups are `sweep`, `tld:<label>` and `source:<name>`.
    """

    domains: Mapping[str, int] = field(default_factory=dict)
    bumped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Wishes that pass, and those stopped with the group whose limit stopped them."""

    passed: tuple[Wish, ...]
    stopped: tuple[tuple[Wish, str], ...]


def rule(wishes: Sequence[Wish], traffic: Traffic) -> Ruling:
    """Stop every wish in a group that wants more bumps than its limit.

    A group over its limit passes none of its wishes: the first twenty of a thousand are as likely
    wrong as the rest. Wishes that do not count pass or stop with their group.
    """
    wanted = Counter(group for wish in wishes if wish.counts for group in groups_of(wish))
    tripped = {
        group
        for group, count in wanted.items()
        if count + traffic.bumped.get(group, 0) > limit(group, traffic.domains.get(group, 0))
    }
    hit = [(wish, [group for group in groups_of(wish) if group in tripped]) for wish in wishes]
    return Ruling(
        passed=tuple(wish for wish, groups in hit if not groups),
        stopped=tuple((wish, groups[0]) for wish, groups in hit if groups),
    )


def limit(group: str, domains: int) -> int:
    """Give how many bumps a group of this many domains may have in 24 h."""
    percent = {"sweep": 0.5, "tld": 2.0, "source": 1.0}[group.partition(":")[0]]
    return max(_LEAST, int(domains * percent / 100))


def groups_of(wish: Wish) -> tuple[str, str, str]:
    """Name the three groups a wish counts in."""
    return ("sweep", f"tld:{wish.tld}", f"source:{wish.source}")
