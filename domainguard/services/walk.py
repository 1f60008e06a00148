"""Walks a long table in the order of a unique column, a page at a time, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

_PAGE = 2_000
_M = TypeVar("_M", bound=Model)


def walk(rows: QuerySet[_M], by: str = "pk") -> Iterator[_M]:
    """Give all rows, the lowest `by` first; nobody who writes waits for whoever walks.

    Each page is a query of its own, so no cursor and no lock is held from one to the next.
    """
    page = list(rows.order_by(by)[:_PAGE])
    while page:
        yield from page
        page = list(rows.filter(**{f"{by}__gt": getattr(page[-1], by)}).order_by(by)[:_PAGE])
