"""Many rows in one statement: what is written, what a fence keeps as it is, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domainguard.models import DomainStatus
from domainguard.models.bulk import _Statement, update_many

FIELDS = ["state", "held", "holds", "fingerprint", "silent", "sentence", "next_check_at"]


@pytest.fixture
def rows(site) -> list[DomainStatus]:
    return [site.domain(f"mill-{number}.org") for number in range(5)]


def change(row: DomainStatus, number: int) -> None:
    row.state, row.held, row.silent = "redemption", True, number
    row.holds = [{"code": 'says "no"', "since": None}, {}]
    row.fingerprint = None if number % 2 else {"ns": ["a", "b"], "ds": None, "soa": ""}
    row.sentence = "It's 100 % gone: \\ é \u2028"
    row.next_check_at += timedelta(microseconds=number + 1)


def test_every_kind_of_value_arrives_as_save_would_write_it(rows):
    for number, row in enumerate(rows):
        change(row, number)
    assert update_many(rows, FIELDS) == 5
    written = list(DomainStatus.objects.order_by("pk").values())
    for row in rows:
        row.save()
    assert list(DomainStatus.objects.order_by("pk").values()) == written


def test_only_the_named_fields_are_written(rows):
    rows[0].state, rows[0].silent = "released", 9
    update_many(rows, ["silent"])
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].silent) == ("active", 9)


def test_a_row_whose_fence_moved_stays_as_it_is(rows):
    DomainStatus.objects.filter(pk=rows[0].pk).update(lease_number=7)
    for row in rows:
        row.silent = 9
    assert update_many(rows, ["silent"], fences=["lease_number"]) == 4
    assert set(DomainStatus.objects.filter(silent=9)) == set(rows[1:])


def test_null_is_a_fence_too(rows):
    DomainStatus.objects.filter(pk=rows[0].pk).update(clean_since=rows[0].created_at)
    for row in rows:
        row.silent = 9
    assert update_many(rows, ["silent"], fences=["clean_since", "last_look_at"]) == 4


def test_a_row_that_is_gone_is_no_error(rows):
    DomainStatus.objects.filter(pk=rows[0].pk).delete()
    assert update_many(rows, ["silent"]) == 4
    assert update_many([], ["silent"]) == 0


def test_the_number_of_statements_does_not_grow_with_the_rows(rows):
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            update_many(some, FIELDS, fences=["lease_number"])
        assert len(queries) == (2 if connection.vendor == "postgresql" else 1)  # with its locks


def test_a_database_without_such_a_statement_writes_row_by_row_with_the_same_fences(rows):
    DomainStatus.objects.filter(pk=rows[0].pk).update(lease_number=7)
    statement = _Statement(DomainStatus, ["silent"], ["lease_number"])
    assert [statement._write_one(row) for row in rows] == [0, 1, 1, 1, 1]
