"""Audits a list: each domain is looked at once, and each line told in the order of the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from domainguard.core.names import NameRefused
from domainguard.wiring import assemble, read_address, read_domain

from .files import ListFile
from .journal import Finding, Journal, Named
from .lines import Entry, ListRefused
from .look import look
from .turns import Ask, Turns


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list with the finding about its domain, or with the error that it is."""

    number: int
    name: str = ""
    domain: str = ""
    finding: Finding | None = None
    error: str = ""


@dataclass(slots=True)
class Progress:
    """How far an audit is: domains looked at, of all; those that wait; lines told, of all."""

    lines: int = 0
    domains: int = 0
    looked: int = 0
    waiting: int = 0
    told: int = 0


@dataclass(slots=True)
class Summary:
    """What an audit came to. All are counts of lines, except `domains`."""

    lines: int = 0
    refused: int = 0
    inconclusive: int = 0
    would_hold: int = 0
    domains: int = 0
    states: Counter[str] = field(default_factory=Counter)

    def count(self, line: Line) -> None:
        """Take in one line."""
        self.lines += 1
        if line.finding is None:
            self.refused += 1
            return
        self.states[line.finding.state] += 1
        self.inconclusive += not line.finding.conclusive
        self.would_hold += line.finding.would_hold is True

    def as_json(self) -> dict[str, Any]:
        """Give the summary as JSON values."""
        return {
            "lines": self.lines,
            "refused": self.refused,
            "domains": self.domains,
            "inconclusive": self.inconclusive,
            "would_hold": self.would_hold,
            "states": dict(sorted(self.states.items())),
        }


class Audit:
    """One list on its way through all looks; what the journal knows already is not asked again."""

    def __init__(self, source: ListFile, journal: Journal, *, ask: Ask = look) -> None:
        self._source = source
        self._journal = journal
        self._turns = Turns(ask)
        self.progress = Progress()
        self.summary = Summary()

    def survey(self) -> None:
        """Read the list once, to know its domains and its length; raises ListRefused."""
        self._journal.enrol(self._named())
        self.progress.domains, self.progress.looked = self._journal.counts()
        self.summary.domains = self.progress.domains

    def run(self, on_progress: Callable[[Progress], object]) -> Iterator[Line]:
        """Give each line as soon as it and all before it are known, after a survey."""
        assemble()
        told = self._told()
        for found in self._turns.take(self._journal.unlooked()):
            if found is not None:
                self._journal.keep(*found)
                self.progress.looked += 1
                yield from _known(told)
            self.progress.waiting = self._turns.waiting
            on_progress(self.progress)
        yield from _known(told)
        if self.summary.lines < self.progress.lines:
            raise ListRefused(f"{self._source.path} changed while it was being read.")

    def _named(self) -> Iterator[Named]:
        for entry in self._source.entries():
            self.progress.lines += 1
            named, _ = _read(entry)
            if named is not None:
                yield named

    def _told(self) -> Iterator[Line | None]:
        """Read the list again: give each line, and None for as long as the next is not known."""
        for entry in self._source.entries():
            while (line := self._line(entry)) is None:
                yield None
            self.progress.told += 1
            self.summary.count(line)
            yield line

    def _line(self, entry: Entry) -> Line | None:
        named, error = _read(entry)
        if named is None:
            return Line(entry.number, error=error)
        finding = self._journal.finding(named.domain)
        if finding is None:
            return None
        return Line(entry.number, entry.text, named.domain, finding)


def _known(told: Iterator[Line | None]) -> Iterator[Line]:
    while line := next(told, None):
        yield line


def _read(entry: Entry) -> tuple[Named | None, str]:
    """Give the domain that a line is about, or why it is about none."""
    if entry.error:
        return None, entry.error
    try:
        text = entry.text
        name = read_address(text).name if "@" in text else read_domain(text)
    except NameRefused as refused:
        return None, str(refused)
    return Named(name.trust_key, name.parent), ""
