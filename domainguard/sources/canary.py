"""Is this source telling the truth today? It is asked what is known before the answer comes.

"No such name" is what a broken or lying source says most easily, and what costs people their
accounts. It is believed only from a source that finds what exists and misses what does not.
Silence proves nothing in either direction.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from domainguard.core.evidence import Evidence, Outcome, Presence, SourceClass
from domainguard.core.names import RegistrableDomain

from .base import Deadline, Source, SourceError

NO_NAMES: Mapping[str, str] = MappingProxyType({})


def random_name(suffix: str) -> RegistrableDomain:
    """Make up a name that nobody has registered: 128 random bits below the suffix."""
    return RegistrableDomain(f"{secrets.token_hex(16)}.{suffix}")


def is_fresh(at: datetime, now: datetime, keep: timedelta) -> bool:
    """Say whether something of `at` still counts; what lies in the future never does."""
    return timedelta(0) <= now - at < keep


class Distrusted(SourceError):
    """A source answered a question wrongly whose answer was known."""

    outcome = Outcome.DISTRUSTED


class Canary(Protocol):
    """Says whether "no such name" may be believed of one source about one domain."""

    def passes(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> bool:
        """Ask what is known, or remember that it was asked a short while ago."""

    def heard(self, evidence: Evidence) -> None:
        """Learn from what the source said about a domain."""


class CanariedSource:
    """A source whose "no such name" becomes DISTRUSTED while its canary does not pass."""

    def __init__(self, source: Source, canary: Canary) -> None:
        self._source = source
        self._canary = canary

    @property
    def name(self) -> str:
        """The name of the source within."""
        return self._source.name

    @property
    def source_class(self) -> SourceClass:
        """The class of the source within."""
        return self._source.source_class

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say whether the source within can know anything about the domain."""
        return self._source.covers(domain)

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask the source, and its canary as well when it says that there is no such name."""
        evidence = self._source.look(domain, now=now, deadline=deadline)
        self._canary.heard(evidence)
        if not _denies(evidence) or self._canary.passes(domain, now=now, deadline=deadline):
            return evidence
        note = f"{self.name} knows no {domain}, but its canary did not pass: not believed"
        return replace(evidence, outcome=Outcome.DISTRUSTED, delegation=None, note=note)


@dataclass(frozen=True, slots=True)
class _Finding:
    """A domain that a source found, and when."""

    domain: str
    at: datetime


class RegistryCanary:
    """The canary of a domain registry, for each public suffix by itself.

    It passes when a name that exists was found and a random one was not. What exists is any
    other domain found in the last `keep`; without one, the last found before that is asked for,
    then the name that `known` gives for the suffix, then `nic.<suffix>`. A pass is remembered
    for `keep`, anything else for a minute: a struggling server is not to be asked four times
    for each domain.
    """

    _KEEP_FAILURE = timedelta(minutes=1)

    def __init__(
        self,
        source: Source,
        *,
        known: Mapping[str, str] = NO_NAMES,
        keep: timedelta = timedelta(minutes=15),
    ) -> None:
        self._source = source
        self._known = known
        self._keep = keep
        self._found: dict[str, _Finding] = {}
        self._results: dict[str, tuple[bool, datetime]] = {}

    def heard(self, evidence: Evidence) -> None:
        """Remember a domain that was found as one that exists."""
        if evidence.outcome is Outcome.ANSWERED:
            self._found[_suffix(evidence.domain)] = _Finding(evidence.domain, evidence.at)

    def passes(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> bool:
        """Say whether "no such name" may be believed below this domain's suffix."""
        suffix = _suffix(domain)
        passed, at = self._results.get(suffix, (False, datetime.min.replace(tzinfo=now.tzinfo)))
        if is_fresh(at, now, self._keep if passed else self._KEEP_FAILURE):
            return passed
        passed = self._misses(random_name(suffix), now, deadline) and self._finds(
            domain, now, deadline
        )
        self._results[suffix] = passed, now
        return passed

    def _misses(self, name: RegistrableDomain, now: datetime, deadline: Deadline) -> bool:
        evidence = self._source.look(name, now=now, deadline=deadline)
        return evidence.outcome is Outcome.NOT_FOUND

    def _finds(self, denied: RegistrableDomain, now: datetime, deadline: Deadline) -> bool:
        suffix = _suffix(denied)
        found = self._found.get(suffix)
        if found and found.domain != denied and is_fresh(found.at, now, self._keep):
            return True
        last_found = found.domain if found else denied
        candidates = dict.fromkeys((last_found, self._known.get(suffix, denied), f"nic.{suffix}"))
        return any(
            self._source.look(RegistrableDomain(name), now=now, deadline=deadline).outcome
            is Outcome.ANSWERED
            for name in candidates
            if name != denied
        )


def _suffix(domain: str) -> str:
    return domain.partition(".")[2]


def _denies(evidence: Evidence) -> bool:
    if evidence.outcome is Outcome.NOT_FOUND:
        return True
    return bool(evidence.delegation and evidence.delegation.presence is Presence.NXDOMAIN)
