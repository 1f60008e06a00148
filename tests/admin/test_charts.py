"""Charts are shapes within their drawing, whatever the figures are."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from domainguard.admin import charts

DAY = date(2026, 3, 1)


def days(*counts: int) -> list[tuple[date, int]]:
    return [(DAY + timedelta(days=number), count) for number, count in enumerate(counts)]


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (0, 3, 7), (5, 200_000, 5), tuple(range(90))])
def test_a_line_stays_inside_its_drawing(counts):
    drawn = charts.line(days(*counts))
    assert drawn is not None
    spots = [tuple(map(float, spot.split(","))) for spot in drawn.points.split()]
    assert len(spots) == len(counts)
    assert all(0 <= x <= charts.WIDTH and 0 <= y <= charts.HEIGHT for x, y in spots)
    assert [x for x, _y in spots] == sorted(x for x, _y in spots)


def test_a_higher_count_stands_higher_and_the_axis_ends_at_a_round_number():
    drawn = charts.line(days(0, 3, 7))
    assert drawn is not None
    heights = [float(spot.split(",")[1]) for spot in drawn.points.split()]
    assert heights == sorted(heights, reverse=True)
    assert [tick.label for tick in drawn.down] == ["0", "4", "8"]


def test_one_day_makes_no_line():
    assert charts.line(days(3)) is None


def test_days_without_a_count_keep_their_room():
    drawn = charts.line([(DAY, 0), (DAY + timedelta(days=9), 1), (DAY + timedelta(days=10), 1)])
    assert drawn is not None
    xs = [float(spot.split(",")[0]) for spot in drawn.points.split()]
    assert (xs[1] - xs[0]) == pytest.approx(9 * (xs[2] - xs[1]), abs=1)


def test_bars_are_as_long_as_their_counts_and_none_that_counts_is_too_short_to_see():
    assert charts.lengths([0, 50, 100, 1]) == [0, 50, 100, 1.5]
    assert charts.lengths([0, 0]) == [0, 0]
    assert charts.lengths([]) == []


@pytest.mark.parametrize("moments", [[], [5], [5, 6], [0, 1, 2, 10_000], list(range(40))])
def test_moments_keep_their_order_and_their_distance_inside_the_drawing(moments):
    found = charts.spots(moments)
    assert len(found) == len(moments)
    assert found == sorted(found)
    assert all(0 <= x <= charts.WIDTH for x in found)
    if len(found) > 1:
        assert min(b - a for a, b in pairwise(found)) > 8
