"""Writes many rows in one statement, each only if its fence is as it was when it was read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_PER_STATEMENT = 2_000
_SQLITE_WITH_UPDATE_FROM = (3, 33)
_AS_THEY_ARE = frozenset({bool, int, str, type(None)})  # in JSON as in the database


def update_many(
    rows: Sequence[models.Model], fields: Iterable[str], *, fences: Iterable[str] = ()
) -> int:
    """Write these fields of saved rows of one model; give how many rows were written.

    A row stays as it is in the table when one of its `fences`, fields too, is not there what it is
    in memory; null is equal to null. PostgreSQL and SQLite take one UPDATE for 2,000 rows, which
    is many times faster than `bulk_update`; other databases take a statement for each row. Rows
    are locked in the order of their keys.
    """
    if not rows:
        return 0
    rows = sorted(rows, key=lambda row: row.pk)
    statement = _Statement(type(rows[0]), list(fields), list(fences))
    parts = (rows[at : at + _PER_STATEMENT] for at in range(0, len(rows), _PER_STATEMENT))
    return sum(map(statement.run, parts))


class _Statement:
    """One UPDATE from a JSON document of rows: `v_` columns are written, `f_` ones compared."""

    def __init__(self, model: type[models.Model], fields: list[str], fences: list[str]) -> None:
        self._model = model
        self._fields, self._fences = fields, fences
        self._connection: BaseDatabaseWrapper = connections[router.db_for_write(model)]
        meta: Any = model._meta
        self._columns: dict[str, Any] = {
            "pk": meta.pk,
            **{f"v_{name}": meta.get_field(name) for name in fields},
            **{f"f_{name}": meta.get_field(name) for name in fences},
        }

    def run(self, rows: Sequence[models.Model]) -> int:
        """Write some rows."""
        source = self._source()
        if source is None:
            return sum(map(self._write_one, rows))
        document = json.dumps([self._values(row) for row in rows])
        with transaction.atomic(using=self._connection.alias, savepoint=False):
            self._lock([row.pk for row in rows])
            with self._connection.cursor() as cursor:
                cursor.execute(self._sql(source), [document])
                return int(cursor.rowcount)

    def _lock(self, keys: list[Any]) -> None:
        """Lock the rows in order: an UPDATE takes them as they come, and others wait in order."""
        if self._connection.vendor == "postgresql":  # SQLite has one lock for all
            every = self._model._default_manager.using(self._connection.alias)
            locked = every.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
            list(locked.values_list("pk", flat=True))

    def _source(self) -> str | None:
        """Give the SQL that reads the document as a table, where the database can."""
        if self._connection.vendor == "postgresql":
            types = (
                f'"{name}" {field.rel_db_type(self._connection)}'
                for name, field in self._columns.items()
            )
            return f"jsonb_to_recordset(%s::jsonb) AS v({', '.join(types)})"
        if self._connection.vendor == "sqlite" and self._is_new_enough():
            cells = (f"json_extract(value, '$.{name}') AS \"{name}\"" for name in self._columns)
            return f"(SELECT {', '.join(cells)} FROM json_each(%s)) AS v"  # noqa: S608
        return None

    def _is_new_enough(self) -> bool:
        return self._connection.get_database_version() >= _SQLITE_WITH_UPDATE_FROM

    def _sql(self, source: str) -> str:
        table = self._quoted(self._model._meta.db_table)
        same = "IS NOT DISTINCT FROM" if self._connection.vendor == "postgresql" else "IS"
        written, conditions = [], [f'{table}.{self._quoted(self._columns["pk"].column)} = v."pk"']
        for name, field in self._columns.items():
            column = self._quoted(field.column)
            if name.startswith("v_"):
                written.append(f'{column} = v."{name}"')
            elif name.startswith("f_"):
                conditions.append(f'{table}.{column} {same} v."{name}"')
        where = " AND ".join(conditions)
        return f"UPDATE {table} SET {', '.join(written)} FROM {source} WHERE {where}"  # noqa: S608

    def _quoted(self, name: str) -> str:
        return self._connection.ops.quote_name(name)

    def _values(self, row: models.Model) -> dict[str, Any]:
        return {name: self._plain(field, row) for name, field in self._columns.items()}

    def _plain(self, field: Any, row: models.Model) -> Any:
        """Give a field's value as JSON has it and the database reads it back."""
        value = getattr(row, field.attname)
        if type(value) in _AS_THEY_ARE or isinstance(field, models.JSONField):
            return value
        value = field.get_db_prep_save(value, self._connection)
        return value.isoformat() if hasattr(value, "isoformat") else value

    def _write_one(self, row: models.Model) -> int:
        fences = {name: getattr(row, name) for name in self._fences}
        kept = self._model._default_manager.filter(pk=row.pk, **fences)
        return kept.update(**{name: getattr(row, name) for name in self._fields})
