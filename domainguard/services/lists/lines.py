"""The lines of a list, bounded in length and numbered as an editor numbers them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

LONGEST_LINE = 65_536  # characters; an export's row is long, a binary blob is longer


class ListRefused(ValueError):
    """A list cannot be used as it is; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, counted from 1: its text, or why there is none."""

    number: int
    text: str = ""
    error: str = ""


def lines_of(stream: TextIO) -> Iterator[Entry]:
    """Give each line as it stands, its end included; of one that is too long only the number."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            if _skip_rest(stream):
                line = ""
            yield Entry(number, line, "" if line else f"The line is longer than {LONGEST_LINE:,}.")
        else:
            yield Entry(number, line)


def name_in(number: int, text: str) -> Entry:
    """Give what is to be read as a name. Bytes that were not UTF-8 are surrogates by now.

    They are not guessed at: another alphabet would mean another domain.
    """
    if any("\ud800" <= each <= "\udfff" or each == "\ufffd" for each in text):
        return Entry(number, error="The name is not written in the file's own encoding, UTF-8.")
    return Entry(number, text.strip())


def _skip_rest(stream: TextIO) -> bool:
    """Read to the end of the line; say whether there was anything before it."""
    read = 0
    while part := stream.readline(LONGEST_LINE):
        read += len(part.rstrip("\n"))
        if part.endswith("\n"):
            break
    return read > 0
