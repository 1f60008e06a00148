"""The public suffix list as it ships with publicsuffixlist: below which names people register.

Names are lower-case A-labels without a trailing dot; callers in `core.names` see to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList


class Suffixes:
    """One version of the list, from its lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        text = list(lines)
        self._icann_part = PublicSuffixList(text, accept_unknown=False, only_icann=True)
        self._whole_list = PublicSuffixList(text, accept_unknown=False)

    def is_suffix(self, name: str) -> bool:
        """Say whether a domain registry hands out names directly below this one."""
        return self._icann_part.is_public(name)

    def registrable(self, name: str) -> str | None:
        """Give the name somebody registered at a domain registry; None for a suffix or unknown TLD.

        Only the ICANN part of the list counts: RDAP and WHOIS know nothing below it.
        """
        return self._icann_part.privatesuffix(name)

    def handed_out(self, name: str) -> str | None:
        """Give the name somebody was handed by any suffix, private ones too; None for a suffix."""
        return self._whole_list.privatesuffix(name)


def is_suffix(name: str) -> bool:
    """Say whether a domain registry hands out names directly below this one, by today's list."""
    return _shipped().is_suffix(name)


def registrable(name: str) -> str | None:
    """Give the name somebody registered at a domain registry, by today's list."""
    return _shipped().registrable(name)


def handed_out(name: str) -> str | None:
    """Give the name somebody was handed by any suffix, by today's list."""
    return _shipped().handed_out(name)


@cache
def _shipped() -> Suffixes:
    with Path(PSLFILE).open(encoding="utf-8") as lines:
        return Suffixes(lines)


def _version() -> str:
    mark = "// VERSION: "
    with Path(PSLFILE).open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(mark):
                return line.removeprefix(mark).strip()
    raise RuntimeError(f"The public suffix list {PSLFILE} has no VERSION line.")


PSL_VERSION = _version()
