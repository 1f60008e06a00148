"""Gives rows of the audit trail out as CSV or JSON, a piece at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from django.db.models import Max, QuerySet

from domainguard import audit
from domainguard.core.cells import cell
from domainguard.models import AuditEvent
from domainguard.services.walk import walk
from domainguard.wiring import now

Form = Literal["csv", "json"]
COLUMNS = (
    "id", "at", "actor", "action", "domain", "address_hash", "detail", "mark", "place", "digest",
    "copy",
)  # fmt: skip
_KEEP = timedelta(hours=24)


def export(
    rows: QuerySet[AuditEvent], form: Form, *, by: str, filters: Mapping[str, str]
) -> Iterator[str]:
    """Record who takes which rows, then give them out, the oldest first.

    What is written from now on is left out, so the record has the number of rows. It is written
    before the first piece is given: an export that is cut off was one. Every row carries which
    copy it is of, whose, and until when that may be kept: 24 h.
    """
    newest = rows.aggregate(newest=Max("pk"))["newest"] or 0
    chosen = rows.filter(pk__lte=newest)
    about: dict[str, Any] = {"form": form, "filters": dict(filters), "rows": chosen.count()}
    at = now()
    taken = audit.record("trail_exported", at=at, actor=by, **about)
    until = (at + _KEEP).strftime("%Y-%m-%dT%H:%MZ")
    facts = (
        _facts(row, f"export {taken.pk} of {by}, to be deleted by {until}") for row in walk(chosen)
    )
    if form == "csv":
        return _csv(facts)
    return _json(facts, {"exported_at": at.isoformat(), "exported_by": by, **about})


def _csv(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give RFC 4180 lines, every cell quoted; `core.cells.text_of` undoes what disarms a cell."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([cell(text) for text in _texts(row)])


def _texts(facts: Mapping[str, Any]) -> Iterator[str]:
    for name in COLUMNS:
        value = facts[name]
        if name == "detail":
            # Where a semicolon parts cells, one inside a quoted cell would begin a new one.
            yield json.dumps(value).replace(";", "\\u003b")
        else:
            yield "" if value is None else str(value)


def _json(rows: Iterable[Mapping[str, Any]], about: Mapping[str, Any]) -> Iterator[str]:
    head = json.dumps(about, indent=1)
    yield head.removesuffix("\n}") + ',\n "events": ['
    between = "\n"
    for row in rows:
        yield f"{between}  {json.dumps(row)}"
        between = ",\n"
    yield "\n ]\n}\n"


def _facts(row: AuditEvent, copy: str) -> dict[str, Any]:
    own = {"id": row.pk, "mark": row.mark, "place": row.place, "digest": row.digest, "copy": copy}
    return {**audit.facts_of(row), **own}


class _Echo:
    """A file that keeps nothing and gives back each line it is told."""

    def write(self, line: str) -> str:
        return line
