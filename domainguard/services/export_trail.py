"""Gives rows of the audit trail out as CSV or JSON, a piece at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
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
)  # fmt: skip


def export(
    rows: QuerySet[AuditEvent], form: Form, *, by: str, filters: Mapping[str, str]
) -> Iterator[str]:
    """Record who takes which rows, then give them out, the oldest first.

    What is written from now on is left out, so the record has the number of rows. It is written
    before the first piece is given: an export that is cut off was one.
    """
    newest = rows.aggregate(newest=Max("pk"))["newest"] or 0
    chosen = rows.filter(pk__lte=newest)
    about: dict[str, Any] = {"form": form, "filters": dict(filters), "rows": chosen.count()}
    at = now()
    audit.record("trail_exported", at=at, actor=by, **about)
    if form == "csv":
        return _csv(walk(chosen))
    return _json(walk(chosen), {"exported_at": at.isoformat(), "exported_by": by, **about})


def _csv(rows: Iterable[AuditEvent]) -> Iterator[str]:
    """Give RFC 4180 lines, every cell quoted; `core.cells.text_of` undoes what disarms a cell."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([cell(text) for text in _texts(_facts(row))])


def _texts(facts: Mapping[str, Any]) -> Iterator[str]:
    for name in COLUMNS:
        value = facts[name]
        if name == "detail":
            # Where a semicolon parts cells, one inside a quoted cell would begin a new one.
            yield json.dumps(value).replace(";", "\\u003b")
        else:
            yield "" if value is None else str(value)


def _json(rows: Iterable[AuditEvent], about: Mapping[str, Any]) -> Iterator[str]:
    head = json.dumps(about, indent=1)
    yield head.removesuffix("\n}") + ',\n "events": ['
    between = "\n"
    for row in rows:
        yield f"{between}  {json.dumps(_facts(row))}"
        between = ",\n"
    yield "\n ]\n}\n"


def _facts(row: AuditEvent) -> dict[str, Any]:
    own = {"id": row.pk, "mark": row.mark, "place": row.place, "digest": row.digest}
    return {**audit.facts_of(row), **own}


class _Echo:
    """A file that keeps nothing and gives back each line it is told."""

    def write(self, line: str) -> str:
        return line
