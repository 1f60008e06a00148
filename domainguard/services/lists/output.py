"""What an audit writes: CSV that a killed run goes on with, or one JSON document as it grows."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from domainguard.core.cells import cell

from .audit import Line, Summary
from .lines import ListRefused

_HEADER = (
    "line",
    "name",
    "domain",
    "state",
    "conclusive",
    "would_hold",
    "reasons",
    "sentence",
    "looked_at",
    "look_again_at",
    "error",
)
_WORDS = {True: "yes", False: "no", None: "cannot tell"}


def journal_beside(output: Path) -> Path:
    """Give the place of the journal that belongs to an output."""
    return output.with_name(f"{output.name}.journal")


def would_hold(answer: bool | None) -> str:
    """Say in words whether a domain would be put on hold."""
    return _WORDS[answer]


class CsvOutput:
    """A CSV file that holds the first lines of an audit, each whole, at any time.

    One that is there is gone on with: half a row at its end is cut off, and the lines that stand
    in it are not written again. Raises ListRefused for a file that is no output of an audit.
    """

    def __init__(self, path: Path, *, may_exist: bool) -> None:
        self._path = path
        try:
            if path.exists() and not may_exist:
                raise ListRefused(f"{path} exists already. Move it away, or name another output.")
            rows = _whole_rows(path) if path.exists() else 0
            # A row is with the system as soon as it is told: no kill takes it.
            self._file = path.open("a", encoding="utf-8", newline="", buffering=1)
        except OSError as error:
            raise ListRefused(f"{path} cannot be written: {error.strerror}.") from error
        self._rows = csv.writer(self._file, lineterminator="\n")
        if not rows:
            self._rows.writerow(_HEADER)
        self._stands = max(0, rows - 1)  # lines of the list; the header is none

    def write(self, line: Line) -> None:
        """Write a line, unless it stands there from a run before; begin with the first."""
        if self._stands:
            self._stands -= 1
        else:
            self._rows.writerow(_cells(line))

    def close(self) -> None:
        """Let the disk have it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


class JsonOutput:
    """One JSON document, `{"checked": [...], "complete": ..., "summary": {...}}`, as it grows."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._between = '{"checked": [\n'

    def write(self, line: Line) -> None:
        """Write one line of the list as an object."""
        self._write(self._between + json.dumps(_as_json(line)))
        self._between = ",\n"

    def end(self, summary: Summary, *, complete: bool) -> None:
        """Close the document."""
        begin = self._between if self._between != ",\n" else ""
        rest = {"complete": complete, "summary": summary.as_json()}
        self._write(f"{begin}\n], {json.dumps(rest)[1:]}\n")


def _whole_rows(path: Path) -> int:
    """Cut off half a row at the end, and count the others, the header among them."""
    header = (",".join(_HEADER) + "\n").encode()
    rows, end = 0, 0
    with path.open("r+b") as file:
        if not header.startswith(file.read(len(header))):
            raise ListRefused(f"{path} is no output of an audit; it was left as it is.")
        file.seek(0)
        for line in file:
            if line.endswith(b"\n"):
                rows, end = rows + 1, end + len(line)
        file.truncate(end)
    return rows


def _cells(line: Line) -> tuple[str, ...]:
    found = line.finding
    if found is None:
        return (str(line.number), *[""] * (len(_HEADER) - 2), line.error)
    cells = (
        line.name,
        line.domain,
        found.state,
        _WORDS[found.conclusive],
        would_hold(found.would_hold),
        " ".join(found.reasons),
        found.sentence,
        found.looked_at,
        found.look_again_at,
        "",
    )
    return (str(line.number), *map(cell, cells))


def _as_json(line: Line) -> dict[str, Any]:
    if line.finding is None:
        return {"line": line.number, "error": line.error}
    return {
        "line": line.number,
        "name": line.name,
        "domain": line.domain,
        **asdict(line.finding),
    }
