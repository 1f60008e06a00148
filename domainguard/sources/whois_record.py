"""Cut a port-43 answer into fields and sentences, in one pass over a bounded number of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .base import Unreadable
from .whois_layout import Layout

MOST_BYTES = 64 * 1024
_MOST_LINES = 1000
_LONGEST_LINE = 1000
_COMMENTS = ("%", "#", ";", ">>>")
_ONCE = frozenset({"created", "expires", "registrar_expires", "handle", "registrar", "dnssec"})
_OWN = frozenset({"created", "expires", "status", "handle"})  # a contact may have these as well
_NOISE = str.maketrans(dict.fromkeys("\"'`’‘“”<>*%#;()=|", " "))
_COLUMNS = re.compile(r"\t+| {2,}")
_ITEM = re.compile(r"[a-z]\. ?")


@dataclass(slots=True)
class Record:
    """What an answer holds: values by field, and each line as a plain sentence."""

    values: dict[str, list[str]] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """Give every value of a field, in order."""
        return self.values.get(name, [])

    def first(self, name: str) -> str:
        """Give the first value of a field, or an empty string."""
        return next(iter(self.all(name)), "")


def cut(answer: bytes, layout: Layout) -> Record:
    """Cut an answer into a Record; Unreadable when it is larger than any registry's record."""
    if len(answer) > MOST_BYTES:
        raise Unreadable(f"WHOIS answer of more than {MOST_BYTES} bytes")
    lines = _text(answer).splitlines()
    if len(lines) > _MOST_LINES:
        raise Unreadable(f"WHOIS answer of {len(lines)} lines, more than {_MOST_LINES}")
    lines = [line[:_LONGEST_LINE] for line in lines]
    record = Record(sentences=[plain(line) for line in lines if line.strip()])
    for name, value in _fields(lines, layout):
        known = record.values.setdefault(name, [])
        if value and not (known and name in _ONCE):
            known.append(value)
    return record


def plain(line: str) -> str:
    """Give a line in lower case without quotes, comment marks, spare blanks and final stops."""
    return " ".join(line.translate(_NOISE).casefold().split()).strip(" .:!,-[]")


def _text(answer: bytes) -> str:
    try:
        return answer.decode("utf-8-sig")
    except UnicodeDecodeError:
        return answer.decode("latin-1")


def _fields(lines: list[str], layout: Layout) -> Iterator[tuple[str, str]]:
    """Give (field, value) pairs; a label without a value opens a block of indented values."""
    block, broken = "", False
    for line in lines:
        if not line.strip() or line.startswith(_COMMENTS):
            continue
        label, value = _split(line)
        broken = broken or label in layout.breaks
        name = _field_of(label, block, layout)
        if name and not (broken and name in _OWN):
            yield name, value
        if name and not value:
            block = name
        elif not name and value and not line[0].isspace():
            block = ""
        elif block and not name and (line[0].isspace() or block == "nameserver"):
            yield block, line.strip()


def _field_of(label: str, block: str, layout: Layout) -> str:
    if block in ("domain", "registrar") and label in ("name", "organization", "company name"):
        return block
    known = layout.fields.get(label)
    return known if known is not None else layout.fields.get(label.rstrip(" 0123456789"), "")


def _split(line: str) -> tuple[str, str]:
    """Split `Label: value`, `Label....: value`, `[Label] value` and `Label   value`."""
    line = line.strip()
    if _ITEM.match(line):
        line = line[2:].lstrip()
    if line.startswith("[") and "]" in line:
        label, _, value = line[1:].partition("]")
    elif ":" in line:
        label, _, value = line.partition(":")
    else:
        label, value = (*_COLUMNS.split(line, maxsplit=1), "")[:2]
    label = label.casefold().replace("_", " ").replace("-", " ").strip(" .*\t")
    return label, value.strip()
