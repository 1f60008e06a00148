"""What PyPI's published rule would have done to the same address on the same days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domainguard.simulation.histories import heard
from domainguard.simulation.outages import CALM
from domainguard.simulation.rivals import PYPI_EVERY, gone_at, looks_every, pypi, pypi_as_coded
from domainguard.testing import Life

_ADDRESSES: Final = 1_000_000
_CADENCES: Final = (
    ("PyPI, monthly", PYPI_EVERY),
    ("PyPI, as coded", pypi_as_coded(_ADDRESSES)),
)


@dataclass(frozen=True, slots=True)
class Rival:
    """The rule at one pace. `gone` is when it takes the address's flag; None while it has not."""

    name: str
    looks: tuple[datetime, ...]
    gone: datetime | None

    def would_mail(self, at: datetime) -> bool:
        """Say whether a reset asked for at this moment would have been mailed."""
        return self.gone is None or at < self.gone


def rivals(life: Life, since: datetime, until: datetime) -> Iterator[Rival]:
    """Play the rule from this day on, its first look on that day, at both of its paces.

    As promised it looks every 30 days; as coded at a thousand addresses a day, which is once in
    1,000 days for a registry with a million of them.
    """
    history = heard(life, CALM, since, until)
    for name, step in _CADENCES:
        decisions = pypi(history, looks_every(step, since, until))
        yield Rival(name, tuple(each.at for each in decisions), gone_at(decisions))
