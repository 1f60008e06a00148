"""What was said last about a name: nobody needs to ask twice for what has not changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from domainguard.simulation.lives import Facts
from domainguard.simulation.outages import Outage
from domainguard.testing.world import World

_Said = TypeVar("_Said")


class Memory(Generic[_Said]):
    """Remembers answers for as long as the facts of a name and the outage it meets stay."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: dict[tuple[str, Hashable], tuple[Facts, Outage | None, _Said]] = {}

    def recall(
        self, name: str, by: Hashable, outage: Outage | None, ask: Callable[[], _Said]
    ) -> _Said:
        """Give what this witness said, asking anew where facts or outage are not the same."""
        facts = self._world.facts(name)
        kept = self._kept.get((name, by))
        if kept is not None and kept[0] is facts and kept[1] is outage:
            return kept[2]
        said = ask()
        self._kept[name, by] = facts, outage, said
        return said
