"""Keeps people, and with them domainguard's rows, in a database of their own."""

from __future__ import annotations

from typing import Any

_APART = ("auth", "contenttypes", "domainguard")


class PeopleApart:
    """Everything else, sessions among it, stays in the first database."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "people" if model._meta.app_label in _APART else "default"

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "people") == (app_label in _APART)
