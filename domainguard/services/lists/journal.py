"""What an audit has found so far, by domain, in a file that outlives a killed process."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from domainguard.core.names import RegistrableDomain

from .lines import ListRefused

_READ_AT_ONCE = 500
_TABLES = """
    CREATE TABLE IF NOT EXISTS list (digest TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS domain (
        number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, parent TEXT, finding TEXT
    );
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look at a domain came to; times are ISO 8601, empty for what is never looked at.

    `would_hold` is whether the domain would be put on hold, None where nobody can tell.
    """

    state: str
    conclusive: bool
    would_hold: bool | None
    reasons: tuple[str, ...]
    sentence: str
    looked_at: str = ""
    look_again_at: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A domain that is to be looked at, and what the domain registry knows in its place."""

    domain: RegistrableDomain
    parent: RegistrableDomain | None = None


class Journal:
    """One process writes to it at a time. Each finding is kept at once, and survives a kill.

    Without a path it is a file nobody sees, which ends with the process. Raises ListRefused for a
    file that is no journal, or is in use, or belongs to another list.
    """

    def __init__(self, path: Path | None, digest: str) -> None:
        self._path = path
        self._rows = _opened(path)
        try:
            self._belong_to(digest)
        except sqlite3.Error as error:
            self._rows.close()
            raise ListRefused(
                f"{path} is no journal of an audit, or is in use: {error}."
            ) from error
        except ListRefused:
            self._rows.close()
            raise

    def _belong_to(self, digest: str) -> None:
        # The write-ahead log makes a commit cheap; what a power cut takes is looked at again.
        self._rows.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=NORMAL")
        self._rows.executescript(_TABLES)
        kept = self._rows.execute("SELECT digest FROM list").fetchone()
        if kept is None:
            self._rows.execute("INSERT INTO list VALUES (?)", (digest,))
        elif kept != (digest,):
            raise ListRefused(
                f"{self._path} is about another list, or about this one before it changed. "
                "Remove it together with its output, or name another output."
            )

    def enrol(self, names: Iterable[Named]) -> None:
        """Take in domains, each once, in the order in which they come."""
        self._rows.execute("BEGIN")
        self._rows.executemany(
            "INSERT OR IGNORE INTO domain (name, parent) VALUES (?, ?)",
            ((each.domain, each.parent) for each in names),
        )
        self._rows.execute("COMMIT")

    def counts(self) -> tuple[int, int]:
        """Give how many domains there are, and how many have been looked at."""
        counted = self._rows.execute("SELECT count(*), count(finding) FROM domain").fetchone()
        return int(counted[0]), int(counted[1])

    def unlooked(self) -> Iterator[Named]:
        """Give the domains that nobody has looked at, in order, while findings are being kept."""
        after = 0
        while rows := self._rows.execute(
            "SELECT number, name, parent FROM domain WHERE number > ? AND finding IS NULL"
            " ORDER BY number LIMIT ?",
            (after, _READ_AT_ONCE),
        ).fetchall():
            after = rows[-1][0]
            for _, name, parent in rows:
                yield Named(name, parent)

    def keep(self, domain: str, finding: Finding) -> None:
        """Keep what a look came to."""
        self._rows.execute(
            "UPDATE domain SET finding = ? WHERE name = ?", (json.dumps(asdict(finding)), domain)
        )

    def finding(self, domain: str) -> Finding | None:
        """Give what a look came to, if there was one."""
        (kept,) = self._rows.execute(
            "SELECT finding FROM domain WHERE name = ?", (domain,)
        ).fetchone() or (None,)
        if kept is None:
            return None
        found = json.loads(kept)
        return Finding(**{**found, "reasons": tuple(found["reasons"])})

    def close(self, *, remove: bool = False) -> None:
        """Let go of the file; remove it when all that it knows has been written elsewhere."""
        self._rows.close()
        if remove and self._path is not None:
            self._path.unlink()


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is None:
        return sqlite3.connect("", isolation_level=None)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # it tells whom a list is about
    except OSError as error:
        raise ListRefused(f"{path} cannot be written: {error.strerror}.") from error
    return sqlite3.connect(path, isolation_level=None, timeout=0)
