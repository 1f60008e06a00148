"""Outages as data: which part of the small internet fails, how, for whom and how long."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zlib import crc32

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


class Where(StrEnum):
    """The part that fails."""

    RESOLVERS = "resolvers"
    RDAP = "rdap"
    WHOIS = "whois"
    FASTLY = "fastly"


class How(StrEnum):
    """How it fails. A part that cannot fail in the asked way is silent instead."""

    SILENT = "silent"  # takes the question and never answers
    DOWN = "down"  # breaks the connection; a resolver refuses
    ERROR = "error"  # SERVFAIL, 503
    LIMITED = "limited"  # 429, or the quota notice of WHOIS
    FORBIDDEN = "forbidden"  # 403 with an HTML page: a rate limit in disguise
    QUOTA_NOTICE = "quota_notice"  # 200 with a notice in place of the object
    NO_SUCH_NAME = "no_such_name"  # NXDOMAIN or 404 for everything: a lie
    BOGUS = "bogus"  # SERVFAIL with the DNSSEC reason (RFC 8914)
    UNKNOWN = "unknown"  # a status API's best effort when what it asks itself fails
    SLOW = "slow"  # answers after `delay`


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One part fails in one way for a while.

    With a `tld` only names under it are touched, with a `resolver` (counted from 0) only that
    one, and with a `share` below 1 only that share of the names, always the same ones.
    """

    where: Where
    how: How = How.SILENT
    start: datetime = BEGINNING
    end: datetime = END
    tld: str = ""
    resolver: int | None = None
    share: float = 1.0
    delay: float = 0.0

    def touches(self, name: str, when: datetime, resolver: int | None = None) -> bool:
        """Say whether a question about this name fails at this moment."""
        return (
            self.start <= when < self.end
            and (not self.tld or name == self.tld or name.endswith(f".{self.tld}"))
            and (self.resolver is None or self.resolver == resolver)
            and (self.share >= 1.0 or crc32(name.encode()) % 10_000 < self.share * 10_000)
        )


class Calendar:
    """Many outages, and which of them are under way at a moment."""

    def __init__(self, outages: Iterable[Outage] = ()) -> None:
        self.outages = tuple(outages)
        self.edges = sorted({edge for each in self.outages for edge in (each.start, each.end)})
        starts = [BEGINNING, *self.edges]
        self._under_way = [
            tuple(each for each in self.outages if each.start <= start < each.end)
            for start in starts
        ]

    def at(self, now: datetime) -> tuple[Outage, ...]:
        """Give the outages that are under way, in the order in which they were planned."""
        return self._under_way[bisect_right(self.edges, now)]

    def next_edge(self, now: datetime) -> datetime | None:
        """Give the next moment at which one begins or ends."""
        index = bisect_right(self.edges, now)
        return self.edges[index] if index < len(self.edges) else None


CALM = Calendar()
