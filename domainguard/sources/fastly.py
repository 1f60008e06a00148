"""Fastly Domain Research: one GET, one string of words, and a key that never leaves its header."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlencode

from domainguard.core.epp import Status
from domainguard.core.evidence import Evidence, Outcome, Registration, SourceClass
from domainguard.core.names import RegistrableDomain

from .base import Deadline, Limited, Refused, SourceError, Unreachable, Unreadable
from .fastly_words import Reading, Reads, read_words
from .http import GuardedFetch, Reply
from .rdap_limits import read_retry_after
from .strict_json import read_object

_SECONDS = 30.0  # the vendor's own limit for asking a registry
_LIMIT = 16 * 1024
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class FastlyKey:
    """The API key. It shows itself in no repr, string, pickle or copy, only in its one header."""

    _secret: str = field(repr=False)

    def header(self) -> dict[str, str]:
        """Give the one header that carries the key."""
        return {"Fastly-Key": self._secret}

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Fastly key is not to be written down")


class FastlySource:
    """Asks the vendor's status API at `url`. It is a Source; safe to share by threads."""

    name = "fastly"
    source_class = SourceClass.VENDOR

    def __init__(self, url: str, key: FastlyKey, fetch: GuardedFetch) -> None:
        self._url = url
        self._key = key
        self._fetch = fetch

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say yes: the vendor takes every TLD, and says so when it knows nothing."""
        return True

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask the vendor; silence of every kind is Evidence too."""
        try:
            reading = self._ask(domain, now, deadline)
        except SourceError as error:
            return self._evidence(domain, now, error.outcome, str(error), retry=error.retry_after)
        note = f"the word that counts is {reading.word}"
        if reading.strange:
            note += f"; {reading.strange} more are not in our vocabulary"
        if reading.reads is Reads.FREE:
            return self._evidence(domain, now, Outcome.NOT_FOUND, note)
        return self._evidence(domain, now, Outcome.ANSWERED, note, reading)

    def _ask(self, domain: RegistrableDomain, now: datetime, deadline: Deadline) -> Reading:
        reply = self._fetch.get(
            f"{self._url}?{urlencode({'domain': domain})}",
            accept=_JSON,
            deadline=deadline.within(_SECONDS),
            headers=self._key.header(),
            limit=_LIMIT,
        )
        _check_status(reply, now)
        reading = read_words(_status_in(reply, domain))
        if reading.reads in (Reads.NOTHING, Reads.INVALID):
            raise Unreadable(f"the vendor's word is {reading.word}, which says nothing by itself")
        return reading

    def _evidence(
        self,
        domain: RegistrableDomain,
        now: datetime,
        outcome: Outcome,
        note: str,
        reading: Reading | None = None,
        retry: timedelta | None = None,
    ) -> Evidence:
        return Evidence(
            domain=domain,
            source=self.name,
            source_class=self.source_class,
            outcome=outcome,
            at=now,
            asked=self._url,
            note=note,
            registration=_registration(reading) if reading else None,
            for_sale=reading is not None and reading.for_sale,
            retry_after=retry,
        )


def _check_status(reply: Reply, now: datetime) -> None:
    if reply.status == 200:
        return
    if reply.status == 429:
        wait = read_retry_after(reply.headers, now=now)
        raise Limited("the vendor asks us to slow down (429)", wait)
    if reply.status in (401, 403):
        raise Refused(f"the vendor does not accept our key ({reply.status})")
    if reply.status >= 500:
        raise Unreachable(f"the vendor has a fault of its own ({reply.status})")
    raise Unreadable(f"the vendor answered with the status {reply.status}")


def _status_in(reply: Reply, domain: RegistrableDomain) -> str:
    if reply.content_type != _JSON:
        raise Unreadable("the vendor answered with something that is not JSON")
    document: dict[str, Any] = read_object(reply.body)
    about, status = document.get("domain"), document.get("status")
    if not isinstance(about, str) or about.lower().rstrip(".") != domain:
        raise Unreadable(f"the vendor answered about another name than {domain}")
    if not isinstance(status, str):
        raise Unreadable("the vendor's answer has no status")
    return status


def _registration(reading: Reading) -> Registration:
    reserved = frozenset({Status.RESERVED} if reading.reads is Reads.RESERVED else ())
    return Registration(statuses=reading.statuses | reserved)
