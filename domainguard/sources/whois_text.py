"""Read a port-43 answer: registered, not registered, or an error that says why neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

import idna

from domainguard.core.epp import Status, read_status
from domainguard.core.evidence import Registration
from domainguard.core.names import RegistrableDomain

from .base import Limited, Unreadable
from .whois_dates import read_date
from .whois_layout import Layout
from .whois_limits import refuses
from .whois_record import Record, cut
from .whois_words import canonical, letters

_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.[a-z][a-z0-9-]{1,62}")
_MOST_VALUES = 50
_LONGEST_VALUE = 200
_PARTS = re.compile(r"[,/;(]| - ")
_DENIED = re.compile(r"(?:not?|un[a-z]+)\b")
_DATES = ("created", "expires")
_HANDLE = re.compile(r"[\w.-]{1,100}")
_ZONES = timedelta(hours=48)  # a date without a zone may be ahead of us by some hours


class NotFound(Enum):
    """The registry says that it holds no such name."""

    NOT_FOUND = auto()


NOT_FOUND: Final = NotFound.NOT_FOUND


def read_whois(
    answer: bytes, *, layout: Layout, asked_for: RegistrableDomain, now: datetime
) -> Registration | NotFound:
    """Read one answer about one name.

    Limited is looked for first, since registries refuse in words that look like "not found".
    Unreadable is everything without proof: an answer about another name, one that contradicts
    itself, one whose words are in no documented format.
    """
    record = cut(answer, layout)
    names = _spellings(asked_for)
    words = list(_status_words(record))
    proven = _is_proven(record, words, layout)
    if not proven and refuses(record.sentences, layout):
        raise Limited(f"WHOIS refuses to answer for {asked_for} for now")
    _check_subject(record, names, asked_for)
    if layout.invalid & set(words):
        raise Unreadable(f"WHOIS calls {asked_for} an invalid name")
    if _says_not_found(record, words, layout, names):
        if proven:
            raise Unreadable(f"WHOIS says both registered and not registered of {asked_for}")
        return NOT_FOUND
    if proven:
        return _registration(record, words, layout, now)
    if _has_line(record, layout.reserved_lines, names):
        return Registration(statuses=frozenset({Status.RESERVED}))
    raise Unreadable(f"WHOIS answer about {asked_for} fits no documented format")


def _check_subject(record: Record, names: frozenset[str], asked_for: str) -> None:
    """Refuse an answer that names only other domains; masked or bare labels name none."""
    subjects = {canonical(value).partition(" ")[0] for value in record.every("domain")}
    named = {subject for subject in subjects if "." in subject}
    if named and not named & names:
        raise Unreadable(f"WHOIS answers about another name than {asked_for}")


def _spellings(domain: str) -> frozenset[str]:
    try:
        return frozenset({domain, idna.decode(domain).casefold()})
    except (idna.IDNAError, UnicodeError):
        return frozenset({domain})


def _says_not_found(
    record: Record, words: list[str], layout: Layout, names: frozenset[str]
) -> bool:
    if record.first("domain") and layout.free & set(words):
        return True
    return _has_line(record, layout.not_found, names)


def _has_line(record: Record, lines: frozenset[str], names: frozenset[str]) -> bool:
    return any(_with_placeholder(sentence, names) in lines for sentence in record.sentences)


def _with_placeholder(sentence: str, names: frozenset[str]) -> str:
    words = canonical(sentence).split()
    return " ".join("{domain}" if word in names else word for word in words)


def _status_words(record: Record) -> Iterator[str]:
    """Give each status value whole and in its parts: `pendingDelete / redemptionPeriod`."""
    for value in record.every("status")[:_MOST_VALUES]:
        whole = value[:_LONGEST_VALUE].split("http", 1)[0].casefold().strip(" .-0123456789")
        yield whole
        parts = (part.strip(" )") for part in _PARTS.split(whole))
        yield from (part for part in parts if part not in ("", whole))


def _statuses_of(word: str, layout: Layout) -> frozenset[Status] | None:
    """Give what a status word means, which may be nothing in EPP; None for an unknown word.

    A word for the end of a registration is known by its stem: to pass it over would be to call
    healthy what is on its way out.
    """
    spelled = letters(word)
    known = layout.words.get(spelled)
    if known is not None:
        return known
    ending = [statuses for stem, statuses in layout.stems.items() if stem in spelled]
    status = read_status(word)
    if ending and not _DENIED.match(word):
        return ending[0] if status is None else ending[0] | {status}
    return None if status is None else frozenset({status})


def _is_proven(record: Record, words: list[str], layout: Layout) -> bool:
    """Say whether anything in the record exists only for a name that is held by the registry."""
    dated = any(re.search("[0-9]", record.first(name)) for name in _DATES)
    if dated or record.first("registrar") or record.first("handle") or _hosts(record):
        return True
    # A status that stands beside no name may be the server's own: "Status: unavailable".
    return bool(record.first("domain")) and any(
        _statuses_of(word, layout) is not None for word in words
    )


def _registration(record: Record, words: list[str], layout: Layout, now: datetime) -> Registration:
    def date(name: str) -> datetime | None:
        return read_date(record.first(name), now=now, order=layout.date_order)

    created = date("created")
    handle = record.first("handle")
    known = (_statuses_of(word, layout) for word in words)
    return Registration(
        handle=handle if _HANDLE.fullmatch(handle) else "",  # not "REDACTED FOR PRIVACY"
        registered_at=created if created is None or created <= now + _ZONES else None,
        expires_at=date("expires"),
        registrar_expires_at=date("registrar_expires"),
        registrar=_registrar(record),
        statuses=frozenset(status for statuses in known for status in statuses or ()),
        nameservers=_hosts(record),
        signed=_signed(record.first("dnssec")),
    )


def _registrar(record: Record) -> str:
    number = record.first("registrar_id")
    if number.isdecimal() and len(number) <= 6:
        return f"iana:{number}"
    return record.first("registrar")[:_LONGEST_VALUE].casefold()


def _hosts(record: Record) -> frozenset[str]:
    values = record.every("nameserver")[:_MOST_VALUES]
    words = (value.casefold().split()[0].rstrip(".,") for value in values)
    return frozenset(word for word in words if _HOST.fullmatch(word))


def _signed(word: str) -> bool | None:
    word = word.casefold()
    if word.startswith(("unsigned", "no", "inactive")):
        return False
    return True if word.startswith(("signed", "yes", "active")) else None
