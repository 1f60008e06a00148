"""The shapes of port-43 answers, read from data: labels, sentences and status words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from domainguard.core.epp import Status

from .whois_words import canonical, letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What one family of registries writes. Labels are in the form that `plain` gives.

    `fields` maps a label to the field it fills, `openings` the first words of a line to a label;
    `words` maps the letters of a status word to EPP statuses, none where EPP has no such word, and
    `stems` does so for the beginnings and inner parts of words that nobody listed;
    `limited` are parts of a line that refuses, unless one of the `hedges` is in it;
    `not_found` and `reserved_lines` are whole lines in the form that `canonical` gives, with the
    name asked for as `{domain}`;
    `breaks` are the labels that end the domain object, after which only contacts follow;
    `date_order` is `dmy` or `mdy` for dates of three numbers.
    """

    name: str
    fields: Mapping[str, str]
    openings: Mapping[str, str]
    words: Mapping[str, frozenset[Status]]
    stems: Mapping[str, frozenset[Status]]
    limited: tuple[str, ...]
    hedges: frozenset[str]
    not_found: frozenset[str]
    free: frozenset[str]
    reserved_lines: frozenset[str]
    invalid: frozenset[str]
    breaks: frozenset[str]
    date_order: str


@cache
def layout(name: str) -> Layout:
    """Give the layout of this name from the data that ships; KeyError when there is none."""
    kept = _shipped()
    return build_layout(name, kept["common"], kept["formats"][name])


def layout_names() -> list[str]:
    """Give the names of all layouts that ship."""
    return sorted(_shipped()["formats"])


@cache
def _shipped() -> dict[str, Any]:
    path = files("domainguard") / "data" / "whois-formats.json"
    kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return kept


def build_layout(name: str, common: Mapping[str, Any], own: Mapping[str, Any]) -> Layout:
    """Join the labels and sentences all registries share with those of one family."""

    def both(key: str) -> list[str]:
        return [*common.get(key, []), *own.get(key, [])]

    return Layout(
        name=name,
        fields=_labels(common["fields"]) | _labels(own.get("fields", {})),
        openings=_labels(common["openings"]),
        words=_words(common["words"]) | _words(own.get("words", {})),
        stems=_words(common["stems"]),
        limited=tuple(both("limited")),
        hedges=frozenset(both("hedges")),
        not_found=frozenset(map(canonical, (*_denials(common), *both("not_found")))),
        free=frozenset(both("free")),
        reserved_lines=frozenset(map(canonical, both("reserved_lines"))),
        invalid=frozenset(both("invalid")),
        breaks=frozenset(both("breaks")),
        date_order=str(own.get("dates", "")),
    )


def _denials(common: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines by which registries say in their several ways that they hold no such name."""
    nothing, subjects, denials = common["nothing"], common["subjects"], common["denials"]
    lines = [*nothing, *map(" ".join, product(nothing, common["places"]))]
    lines += map(" ".join, product(subjects, denials))
    yield from lines
    yield from map(" ".join, product(lines, common["tails"]))


def _labels(fields: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {label: field for field, labels in fields.items() for label in labels}


def _words(words: Mapping[str, Iterable[str]]) -> dict[str, frozenset[Status]]:
    return {letters(word): frozenset(map(Status, statuses)) for word, statuses in words.items()}
