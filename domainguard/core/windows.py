"""What a name goes through between its expiry and a stranger's hands, by TLD, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

Days = tuple[int, int]
_NONE: Days = (0, 0)
_STAGES = ("grace", "suspended", "redemption", "pending_delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class TldWindows:
    """How many days each stage lasts, fewest and most; `source` says who says so, `seen` when.

    `lapses` says that a name whose date passes unpaid lapses; other registries renew by themselves.
    `mark` is `published`, `recorded`, `reported` or `assumed`.
    """

    grace: Days = _NONE
    suspended: Days = _NONE
    redemption: Days = _NONE
    pending_delete: Days = _NONE
    lapses: bool = False
    mark: str
    source: str
    seen: str

    @property
    def visible(self) -> timedelta:
        """The shortest time for which the registry shows a loss before anyone can register."""
        return timedelta(days=self.suspended[0] + self.redemption[0] + self.pending_delete[0])


def windows_of(domain: str) -> TldWindows | None:
    """Give the windows of a domain's TLD; None where they are not established."""
    return _table().get(domain.rpartition(".")[2])


def visible_for(domain: str) -> timedelta:
    """Give how long a loss shows at the registry at least; nothing where that is not known."""
    windows = windows_of(domain)
    return windows.visible if windows else timedelta(0)


def lapses_at_expiry(domain: str) -> bool:
    """Say whether a name under this TLD lapses when its date passes; False where not known."""
    windows = windows_of(domain)
    return windows is not None and windows.lapses


@cache
def _table() -> Mapping[str, TldWindows]:
    text = (files("domainguard") / "data" / "tld-windows.json").read_text("utf-8")
    return {tld: _read(row) for row in json.loads(text)["windows"] for tld in row["tlds"]}


def _read(row: Mapping[str, Any]) -> TldWindows:
    stages = {name: tuple(row[name]) for name in _STAGES if name in row}
    lapses = bool(row.get("lapses", False))
    return TldWindows(
        **stages, lapses=lapses, mark=row["mark"], source=row["source"], seen=row["seen"]
    )
