"""Transactions that the database ended for the sake of another one, and asks to be given again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connections, router

from .address_standing import AddressStanding

_P = ParamSpec("_P")
_T = TypeVar("_T")
_TRIES = 3
_ENDED_FOR_ANOTHER = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock


def again(work: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function that is one transaction be tried three times in all.

    Inside the caller's own transaction once only: of that nothing is left to go on with.
    """

    @wraps(work)
    def insist(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        tries = 1
        while True:
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if tries == _TRIES or not _may_be_tried_again(error):
                    raise
                tries += 1

    return insist


def _may_be_tried_again(error: OperationalError) -> bool:
    cause = error.__cause__  # psycopg 3 calls it sqlstate, psycopg2 pgcode
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    inside = connections[router.db_for_write(AddressStanding)].in_atomic_block
    return state in _ENDED_FOR_ANOTHER and not inside
