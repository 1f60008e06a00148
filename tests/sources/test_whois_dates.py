from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.sources.whois_dates import read_date

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = datetime(2010, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2010-03-14",
        "2010/03/14",
        "2010.03.14",
        "2010. 03. 14.",
        "20100314",
        "20100314 00:00:00",
        "2010-03-14T00:00:00Z",
        "2010-03-14T00:00:00.000Z",
        "2010-03-14 02:00:00 +02:00",
        "2010-03-13T19:00:00-0500",
        "2010-Mar-14.",
        "14-Mar-2010",
        "14 March 2010",
        "14th March 2010 at 00:00:00.000",
        "March 14, 2010",
        "March  14 2010",
        "Sun Mar 14 2010",
        "Sun Mar 14 00:00:00 GMT 2010",
        "14.03.2010 00:00:00",
        "14/03/2010",
        "2010-03-14 00:00:00 (GMT+0:00)",
        "2010/03/14 00:00:00 (JST)",
    ],
)
def test_a_documented_form_is_read(text: str):
    assert read_date(text, now=NOW) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "N/A",
        "not defined",
        "Before 2001",
        "before Aug-1996",
        "2010-02-30",
        "99/99/9999",
        "0000-00-00",
        "1823-03-14",
        "294247-01-10",
        "9999-12-31T23:59:59Z",
        "2010",
        "March 2010",
        "14-03-10",
        "2010-03-14 25:00:00",
        "2010-03-14 02:00:00 +99:99",
        "9" * 5_000,
    ],
)
def test_an_absurd_date_is_none(text: str):
    assert read_date(text, now=NOW) is None


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", None),
        ("dmy", datetime(2010, 4, 3, tzinfo=UTC)),
        ("mdy", datetime(2010, 3, 4, tzinfo=UTC)),
    ],
)
def test_day_and_month_are_told_apart_by_the_layout_or_not_at_all(
    order: str, expected: datetime | None
):
    assert read_date("03/04/2010", now=NOW, order=order) == expected


@given(st.datetimes(min_value=datetime(1985, 1, 1), max_value=datetime(2100, 12, 31)))
def test_every_moment_written_as_iso_comes_back(moment: datetime):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert read_date(moment.isoformat(), now=NOW) == moment


@given(st.text(max_size=80))
def test_no_text_makes_it_raise(text: str):
    read_date(text, now=NOW)


@pytest.mark.parametrize("text", ["3.4.2010", "03.04.2010", "3. 4. 2010", "03.04.2010 00:00:00"])
def test_a_date_with_stops_is_written_day_first_everywhere(text: str):
    assert read_date(text, now=NOW) == datetime(2010, 4, 3, tzinfo=UTC)
