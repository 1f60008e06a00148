"""Which column of a CSV file holds the names, and its records, none of which swallows the rest."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from domainguard.core.names import NameRefused, parse_address, parse_domain

from .lines import Entry, ListRefused, name_in

_DELIMITERS = ",;\t|"
_MOST_LINES = 20  # of one record; a quotation mark that nobody closed would go on for ever
# The first row in which exactly one column is named so decides.
_OBVIOUS = (
    {"email", "emails", "emailaddress", "mail", "mailaddress", "primaryemail", "useremail"},
    {"address"},
    {"domain", "domainname", "maildomain", "emaildomain"},
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is to be read: what parts its cells, and which cell holds the name."""

    delimiter: str
    column: int
    has_header: bool


def looks_like_csv(line: str) -> bool:
    """Say whether a line has more than one cell; no name holds what parts them."""
    return any(each in line for each in _DELIMITERS)


def layout_of(first: str, wanted: str = "") -> Layout:
    """Find the column from the first line; raises ListRefused when it cannot be told."""
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        cells = next(csv.reader([first], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise ListRefused(f"its first line is no CSV: {error}.") from error
    if wanted:
        return Layout(delimiter, _named(cells, wanted), has_header=True)
    words = ["".join(filter(str.isalnum, cell.casefold())) for cell in cells]
    for obvious in _OBVIOUS:
        found = [index for index, word in enumerate(words) if word in obvious]
        if len(found) == 1:
            return Layout(delimiter, found[0], has_header=True)
    names = [index for index, cell in enumerate(cells) if _is_name(cell.strip())]
    if len(names) == 1:
        return Layout(delimiter, names[0], has_header=False)
    raise ListRefused(
        f"it cannot be told which column holds the names; there are {_listed(cells)}. "
        "Say it with --column."
    )


def names_in(lines: Iterator[Entry], layout: Layout) -> Iterator[Entry]:
    """Give the name in each record, or why there is none, with the line on which it begins."""
    if layout.has_header:
        next(lines, None)
    for number, cells in _records(lines, layout.delimiter):
        if isinstance(cells, str):
            yield Entry(number, error=cells)
        elif len(cells) <= layout.column:
            yield Entry(number, error=f"There is no column {layout.column + 1}, only {len(cells)}.")
        else:
            yield name_in(number, cells[layout.column])


def _records(lines: Iterator[Entry], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Give the cells of each record, or a sentence that says why they cannot be told."""
    put_back: deque[Entry] = deque()
    while line := put_back.popleft() if put_back else next(lines, None):
        gathered = [line]
        while not isinstance(cells := _cells(gathered, delimiter), list) and cells.is_open:
            more = put_back.popleft() if put_back else next(lines, None)
            if more is None:
                break
            gathered.append(more)
        if isinstance(cells, list):
            if any(cells):
                yield line.number, cells
            continue
        put_back.extendleft(reversed(gathered[1:]))
        yield line.number, cells.sentence


@dataclass(frozen=True, slots=True)
class _NoRecord:
    sentence: str
    is_open: bool = False  # inside quotation marks: another line may close them


def _cells(gathered: list[Entry], delimiter: str) -> list[str] | _NoRecord:
    last = gathered[-1]
    if last.error:
        return _NoRecord(last.error if len(gathered) == 1 else _NEVER_CLOSED)
    try:
        reader = csv.reader((each.text for each in gathered), delimiter=delimiter, strict=True)
        return next(reader, [])
    except csv.Error as error:
        if str(error) != "unexpected end of data":
            return _NoRecord(f"The line is no CSV: {error}.")
        return _NoRecord(_NEVER_CLOSED, is_open=len(gathered) < _MOST_LINES)


_NEVER_CLOSED = "A quotation mark is opened and not closed."


def _named(cells: list[str], wanted: str) -> int:
    found = [
        index
        for index, cell in enumerate(cells)
        if cell.strip().casefold() == wanted.strip().casefold()
    ]
    if len(found) == 1:
        return found[0]
    many = "more than one column" if found else "no column"
    raise ListRefused(f"{many} is named {wanted!r}; there are {_listed(cells)}.")


def _listed(cells: list[str]) -> str:
    shown = [repr(cell.strip()[:40]) for cell in cells[:20]]
    return ", ".join(shown) + (", and more" if len(cells) > 20 else "")


def _is_name(text: str) -> bool:
    try:
        if "@" in text:
            parse_address(text)
        else:
            parse_domain(text)
    except NameRefused:
        return False
    return True
