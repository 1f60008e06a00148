from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.sources.rfc3339 import read_date_time


def at(
    year: int, month: int, day: int, hour: int, minute: int, second: int, micro: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2010-03-04T05:06:07Z", at(2010, 3, 4, 5, 6, 7)),
        ("2010-03-04t05:06:07z", at(2010, 3, 4, 5, 6, 7)),
        ("2010-03-04T05:06:07", at(2010, 3, 4, 5, 6, 7)),
        ("2010-03-04T05:06:07.0Z", at(2010, 3, 4, 5, 6, 7)),
        ("2010-03-04T05:06:07.123Z", at(2010, 3, 4, 5, 6, 7, 123_000)),
        ("2010-03-04T05:06:07.123456Z", at(2010, 3, 4, 5, 6, 7, 123_456)),
        ("2010-03-04T05:06:07.123456789Z", at(2010, 3, 4, 5, 6, 7, 123_456)),
        ("2010-03-04T05:06:07+00:00", at(2010, 3, 4, 5, 6, 7)),
        ("2010-03-04T05:06:07-00:00", at(2010, 3, 4, 5, 6, 7)),
        ("2010-03-04T05:06:07+01:00", at(2010, 3, 4, 4, 6, 7)),
        ("2010-03-04T05:06:07-05:30", at(2010, 3, 4, 10, 36, 7)),
        ("2016-12-31T23:59:60Z", at(2016, 12, 31, 23, 59, 59)),
        ("2016-02-29T00:00:00Z", at(2016, 2, 29, 0, 0, 0)),
        ("0001-01-01T00:00:00Z", at(1, 1, 1, 0, 0, 0)),
    ],
)
def test_a_time_of_rfc_3339_is_read(text: str, moment: datetime):
    assert read_date_time(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2010-03-04",
        "2010-03-04 05:06:07Z",
        "2010-03-04T05:06Z",
        "2010-03-04T05:06:07.Z",
        "2010-03-04T05:06:07.1234567890Z",
        "2010-03-04T05:06:07,5Z",
        "2010-03-04T05:06:07+0100",
        "2010-03-04T05:06:07+01",
        "2010-03-04T05:06:07+24:00",
        "2010-03-04T05:06:07+01:60",
        "2010-03-04T05:06:07 Z",
        "2010-03-04T05:06:07ZZ",
        "2010-03-04T05:06:07Z\n",
        " 2010-03-04T05:06:07Z",
        "2010-3-4T5:6:7Z",
        "20100304T050607Z",
        "2010-W09-4T05:06:07Z",
        "2015-02-29T00:00:00Z",
        "2010-13-01T00:00:00Z",
        "2010-00-01T00:00:00Z",
        "2010-01-01T24:00:00Z",
        "2010-01-01T00:60:00Z",
        "2010-01-01T00:00:61Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "294247-01-10T04:00:54.775Z",
        "-2010-01-01T00:00:00Z",
        "2010-03-04T05:06:07\u00b9Z",
        "\u0662\u0660\u0661\u0660-03-04T05:06:07Z",
        "1267678000",
        "now",
    ],
)
def test_anything_else_is_no_time(text: str):
    assert read_date_time(text) is None


zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones))
def test_what_python_writes_with_a_zone_is_read_back(moment: datetime):
    assert read_date_time(moment.isoformat()) == moment


@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}[Zz+-][0-9:]{0,5}"))
def test_no_text_raises(text: str):
    moment = read_date_time(text)
    assert moment is None or moment.tzinfo is UTC
