"""Reads a list from a file, a line at a time, whatever the file holds."""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from .columns import layout_of, looks_like_csv, names_in
from .lines import Entry, ListRefused, lines_of, name_in

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CSV_NAMES = (".csv", ".tsv")


class ListFile:
    """A file that is read as often as wanted, never as a whole.

    CSV is what is named so, what has a column asked for, or what shows more than one cell on its
    first line; all else is text, a name a line, where # at the start of a line makes a comment.
    """

    def __init__(self, path: Path, column: str = "") -> None:
        """Look at the beginning of the file; raises ListRefused."""
        self.path = path
        self._column = column
        with self._opened() as file:
            self._encoding = self._encoding_of(file.read(8192))

    def digest(self) -> str:
        """Give what tells this list, read by this column, from any other."""
        with self._opened() as file:
            return f"{hashlib.file_digest(file, 'sha256').hexdigest()} {self._column}".strip()

    def entries(self) -> Iterator[Entry]:
        """Give each line that is neither blank nor a comment; raises ListRefused."""
        wrong = "surrogateescape" if self._encoding == "utf-8-sig" else "replace"
        with (
            self._opened() as file,
            io.TextIOWrapper(file, encoding=self._encoding, errors=wrong) as text,
        ):
            written = (line for line in lines_of(text) if line.error or line.text.strip())
            first = next(written, None)
            if first is None:
                raise ListRefused(f"{self.path} is empty.")
            yield from self._names(first, chain([first], written))

    def _names(self, first: Entry, lines: Iterator[Entry]) -> Iterator[Entry]:
        csv_asked_for = bool(self._column) or self.path.suffix.lower() in _CSV_NAMES
        if not csv_asked_for and (first.text.startswith("#") or not looks_like_csv(first.text)):
            for line in lines:
                if not line.text.startswith("#"):
                    yield line if line.error else name_in(line.number, line.text)
            return
        try:
            layout = layout_of(first.text, self._column)
        except ListRefused as refused:
            raise ListRefused(f"{self.path}: {refused}") from refused
        yield from names_in(lines, layout)

    def _opened(self) -> io.BufferedReader:
        try:
            if self.path.exists() and not self.path.is_file():
                raise ListRefused(f"{self.path} is not a regular file.")
            return self.path.open("rb")
        except OSError as error:
            raise ListRefused(f"{self.path} cannot be read: {error.strerror}.") from error

    def _encoding_of(self, beginning: bytes) -> str:
        if beginning.startswith(_UTF_16) and not beginning.startswith(codecs.BOM_UTF32_LE):
            return "utf-16"
        if b"\0" in beginning:
            raise ListRefused(f"{self.path} is a binary file, neither text nor CSV.")
        return "utf-8-sig"
