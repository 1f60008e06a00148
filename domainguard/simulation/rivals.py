"""How other registries decide, as plain functions written from their published rules.

Each takes the history of what a status service says about one domain, and gives its decisions. The
rules are numbered as in the lists of `docs/benchmark.md`; nothing here is anybody's code. Where the
published text is silent the function takes what is best for that registry, and says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

PYPI_EVERY = timedelta(days=30)
PYPI_A_DAY = 1000  # addresses; "as coded"
RUBYGEMS_EVERY = timedelta(days=1)
RUBYGEMS_CAP = 20  # accounts that one run may block

# In the order of the tables. Of PyPI the promise and the code, of RubyGems the cap at the size of
# the registry and as if it were never reached; ours is `ours.py`.
POLICIES = (
    "stock_django",
    "pypi",
    "pypi_as_coded",
    "rubygems",
    "rubygems_below_cap",
    "domainguard",
)
_PYPI_UNVERIFIES = frozenset({"undelegated", "inactive", "expiring", "deleting", "unknown"})
_RUBYGEMS_BLOCKS = frozenset({"inactive", "parked", "expiring", "deleting"})


class Heard(NamedTuple):
    """From this moment on the status service says these words; `mx` is what the DNS has.

    Words are empty while the service gives no answer at all.
    """

    at: datetime
    words: str
    mx: bool = True


class Verb(StrEnum):
    """What a registry does after one look."""

    KEEP = "keep"
    DEVERIFY = "deverify"  # PyPI takes the flag away, RubyGems blocks the account
    PUT_OFF = "put_off"  # no answer, or too many hits: nothing happens this time


class Decision(NamedTuple):
    """What is decided at a moment, and by which words of the status service."""

    at: datetime
    verb: Verb
    because: str


def stock_django(history: Sequence[Heard], looks: Iterable[datetime] = ()) -> list[Decision]:
    """Never looks at a domain: whoever reads the mailbox resets the password."""
    return []


def pypi(history: Sequence[Heard], looks: Iterable[datetime]) -> list[Decision]:
    """Decide as PyPI's Warehouse has published it, at each of these looks.

    An address loses its flag as soon as any word of the status is undelegated, inactive, expiring,
    deleting or unknown (rules 4, 7 and 8), and nothing gives it back but its owner (rule 27). A
    re-registered domain is `active` and keeps the flag (rule 5). Silent in the text: a look that
    gets no answer at all; here it changes nothing.
    """
    return list(_until_gone(history, looks, _pypi_says))


def rubygems(
    history: Sequence[Heard],
    looks: Iterable[datetime],
    *,
    other_hits: Callable[[datetime], int] = lambda at: 0,
) -> list[Decision]:
    """Decide as RubyGems.org has published it, at each of these runs.

    An account is blocked when a word of the status is inactive, parked, expiring or deleting and
    the e-mail domain has no MX record: the MX is a veto (rules R2, R3). A run with more than twenty
    hits blocks nobody (R4); `other_hits` says how many others there are. Silent in the text: what
    staff do with the log line of such a run; here the next run simply counts again.
    """

    def says(heard: Heard, at: datetime) -> Verb:
        if not heard.words:
            return Verb.PUT_OFF
        if heard.mx or not _RUBYGEMS_BLOCKS & set(heard.words.split()):
            return Verb.KEEP
        return Verb.DEVERIFY if 1 + other_hits(at) <= RUBYGEMS_CAP else Verb.PUT_OFF

    return list(_until_gone(history, looks, says))


def looks_every(step: timedelta, first: datetime, until: datetime) -> Iterator[datetime]:
    """Give the moments of looks at a fixed distance."""
    while first < until:
        yield first
        first += step


def pypi_as_coded(addresses: int) -> timedelta:
    """Give how far two looks at one address lie apart when a thousand a day are taken (rule 2).

    Never less than the promised thirty days.
    """
    return max(PYPI_EVERY, timedelta(days=addresses / PYPI_A_DAY))


def gone_at(decisions: Iterable[Decision]) -> datetime | None:
    """Give when an address stopped being good for a reset; None where it never did."""
    return next((each.at for each in decisions if each.verb is Verb.DEVERIFY), None)


def _pypi_says(heard: Heard, at: datetime) -> Verb:
    if not heard.words:
        return Verb.PUT_OFF
    return Verb.DEVERIFY if _PYPI_UNVERIFIES & set(heard.words.split()) else Verb.KEEP


def _until_gone(
    history: Sequence[Heard],
    looks: Iterable[datetime],
    says: Callable[[Heard, datetime], Verb],
) -> Iterator[Decision]:
    """Look at these moments, until the address is gone: after that nobody looks for more."""
    times = [each.at for each in history]
    for at in looks:
        index = bisect_right(times, at)
        heard = history[index - 1] if index else Heard(at, "")
        verb = says(heard, at)
        yield Decision(at, verb, heard.words)
        if verb is Verb.DEVERIFY:
            return
