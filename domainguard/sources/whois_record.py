"""Cut a port-43 answer into fields and sentences, in one pass over a bounded number of lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from .base import Unreadable
from .whois_layout import Layout
from .whois_words import plain

MOST_BYTES = 64 * 1024
_MOST_LINES = 1000
_LONGEST_LINE = 500
_COMMENTS = ("%", "#", ";", ">>>")
_ONCE = frozenset({"created", "expires", "registrar_expires", "handle", "registrar", "dnssec"})
_OWN = frozenset({"created", "expires", "status", "handle"})  # contacts may have these as well
_NAMED = frozenset({"domain", "registrar"})
_NAME_LABELS = frozenset({"name", "organization", "company name"})
_COLUMNS = re.compile(r"\t+| {2,}")
_ITEM = re.compile(r"[A-Za-z]\. *")
_CONTROLS = dict.fromkeys((*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)), " ")


@dataclass(slots=True)
class Record:
    """What an answer holds: values by field, and each line as a plain sentence."""

    values: dict[str, list[str]] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def every(self, name: str) -> list[str]:
        """Give every value of a field, in order."""
        return self.values.get(name, [])

    def first(self, name: str) -> str:
        """Give the first value of a field, or an empty string."""
        return next(iter(self.every(name)), "")

    def add(self, name: str, value: str) -> None:
        """Add a value; of what a domain has only once, the first is kept."""
        known = self.values.setdefault(name, [])
        if value and not (known and name in _ONCE):
            known.append(value)


def cut(answer: bytes, layout: Layout) -> Record:
    """Cut an answer into a Record; Unreadable when it is larger than any registry's record."""
    if len(answer) > MOST_BYTES:
        raise Unreadable(f"WHOIS answer of more than {MOST_BYTES} bytes")
    lines = list(islice(_lines(answer), _MOST_LINES + 1))
    if lines and lines[0].lstrip()[:5].upper().startswith(("<", "HTTP/")):
        raise Unreadable("a web server answers on the WHOIS port")
    if len(lines) > _MOST_LINES:
        raise Unreadable(f"WHOIS answer of more than {_MOST_LINES} lines")
    record = Record(sentences=[plain(line) for line in lines])
    for name, value in _fields(lines, layout):
        record.add(name, value)
    return record


def _lines(answer: bytes) -> Iterator[str]:
    """Decode line by line, since one name in Latin-1 does not change what the others are in."""
    for raw in answer.removeprefix(codecs.BOM_UTF8).splitlines():
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            line = raw.decode("latin-1")
        line = line.translate(_CONTROLS)
        if line.strip():
            yield line[:_LONGEST_LINE]


def _fields(lines: list[str], layout: Layout) -> Iterator[tuple[str, str]]:
    """Give (field, value) pairs; a known label without a value opens a block of lines."""
    block, past_domain = "", False
    for line in lines:
        if line.startswith(_COMMENTS):
            continue
        indented = line[0].isspace()
        label, value = _split(line, layout)
        past_domain = past_domain or label in layout.breaks
        name = _field_of(label, block, layout)
        if name and value:
            if not (past_domain and name in _OWN):
                yield name, value
            block = block if indented else ""
        elif name:
            block = name
        elif block and _continues(block, line):
            yield block, line.strip()
        elif not indented:
            block = ""


def _continues(block: str, line: str) -> bool:
    """Say whether a line without a known label belongs to the block above it."""
    if ":" in line and block not in ("created", "expires"):
        return False
    return line[0].isspace() or block == "nameserver"


def _field_of(label: str, block: str, layout: Layout) -> str:
    if block in _NAMED and label in _NAME_LABELS:
        return block
    known = layout.fields.get(label)
    return known if known is not None else layout.fields.get(label.rstrip(" 0123456789"), "")


def _split(line: str, layout: Layout) -> tuple[str, str]:
    """Split `Label: value`, `Label....: value`, `[Label] value`, `Label   value`."""
    line = line.strip()
    item = _ITEM.match(line)
    line = line[item.end() :] if item else line
    if line.startswith("[") and "]" in line:
        label, _, value = line[1:].partition("]")
    elif ":" in line:
        label, _, value = line.partition(":")
    else:
        label, value = (*_COLUMNS.split(line, maxsplit=1), "")[:2]
        if label.endswith("."):  # the end of a sentence
            label = ""
    words = label.casefold().replace("_", " ").replace("-", " ").split()
    label = " ".join(words).strip(" .*")
    if label in layout.fields:
        return label, value.strip()
    return _in_words(line, layout) or (label, value.strip())


def _in_words(line: str, layout: Layout) -> tuple[str, str] | None:
    """Read `Registered on 30th April 2003 at 00:00`, a field without any mark after its label."""
    for opening, label in layout.openings.items():
        if line.casefold().startswith(opening):
            return label, line[len(opening) :].strip(" .:")
    return None
