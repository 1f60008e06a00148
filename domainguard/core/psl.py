"""The public suffix list as it ships with publicsuffixlist: below which names people register.

Names are lower-case A-labels without a trailing dot; callers in `core.names` see to that.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList


def is_suffix(name: str) -> bool:
    """Say whether a domain registry hands out names directly below this one."""
    return _icann_part().is_public(name)


def registrable(name: str) -> str | None:
    """Give the name somebody registered at a domain registry; None for a suffix or an unknown TLD.

    Only the ICANN part of the list counts: RDAP and WHOIS know nothing below it.
    """
    return _icann_part().privatesuffix(name)


def handed_out(name: str) -> str | None:
    """Give the name somebody was handed by any suffix, private ones included; None for a suffix."""
    return _whole_list().privatesuffix(name)


@cache
def _icann_part() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)


@cache
def _whole_list() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def _version() -> str:
    mark = "// VERSION: "
    with Path(PSLFILE).open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(mark):
                return line.removeprefix(mark).strip()
    raise RuntimeError(f"The public suffix list {PSLFILE} has no VERSION line.")


PSL_VERSION = _version()
