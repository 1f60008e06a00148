"""The vendor's status words, read from data into our own; the right-most word weighs most."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from domainguard.core.epp import Status

from .base import Unreadable

_MOST_WORDS = 32


class Reads(StrEnum):
    """What the right-most word makes of a name."""

    REGISTERED = "registered"
    FREE = "free"
    RESERVED = "reserved"
    NOTHING = "nothing"
    INVALID = "invalid"
    MODIFIES = "modifies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one word of the vocabulary says."""

    reads: Reads
    statuses: frozenset[Status] = frozenset()
    for_sale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a whole status string says. `strange` counts words outside the vocabulary."""

    reads: Reads
    word: str
    statuses: frozenset[Status]
    for_sale: bool
    strange: int


@cache
def vocabulary() -> Mapping[str, Word]:
    """Give the words of `data/fastly-words.json`."""
    kept = json.loads((files("domainguard") / "data" / "fastly-words.json").read_text("utf-8"))
    return {
        word: Word(
            reads=Reads(row["reads"]),
            statuses=frozenset(map(Status, row.get("statuses", ()))),
            for_sale=row.get("for_sale", False),
        )
        for word, row in kept["words"].items()
    }


def read_words(text: str) -> Reading:
    """Read a status string by its right-most known word; Unreadable when none says anything.

    The vendor answers `unknown` or `undelegated` when its own look-up fails: right-most, they are
    no information, whatever stands left of them.
    """
    words = text.lower().split()
    if len(words) > _MOST_WORDS:
        raise Unreadable(f"a status of more than {_MOST_WORDS} words")
    known = [(word, vocabulary()[word]) for word in words if word in vocabulary()]
    deciding = next((pair for pair in reversed(known) if pair[1].reads is not Reads.MODIFIES), None)
    if deciding is None:
        raise Unreadable("a status without a word that we know")
    word, meaning = deciding
    return Reading(
        reads=meaning.reads,
        word=word,
        statuses=meaning.statuses,
        for_sale=any(each.for_sale for _, each in known),
        strange=len(words) - len(known),
    )
