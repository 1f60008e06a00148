"""THREATS 6.3 in small; `make bench BENCH=accuracy` replays 18,000 events and 10,000 outages."""

from __future__ import annotations

import pytest

from benchmarks.accuracy import Line, lines, measure, upper_bound
from benchmarks.accuracy_counts import HEALTHY, TOTALS, batches

SEED, SCALE = 20_261_122, 0.02


@pytest.fixture(scope="module")
def tally():
    return measure(SEED, SCALE)


@pytest.fixture(scope="module")
def counted(tally) -> dict[str, Line]:
    return {line.title: line for line in lines(tally)}


def test_no_healthy_event_de_verifies_anybody(counted):
    line = counted["healthy events: wrong de-verifications"]
    assert (line.of, line.count) == (360, 0)


def test_hardly_any_healthy_event_is_held_for_more_than_a_day(counted, tally):
    long = {kind: tally.counts[f"{kind} held wrongly for more than a day"] for kind in HEALTHY}
    explained = "held wrongly for more than a day, no registry source"
    # In so few events one domain without a registry source is more than the 0.5 % of the long run.
    assert long == {kind: tally.counts[f"{kind} {explained}"] for kind in HEALTHY}
    assert sum(long.values()) <= 4


def test_every_lapse_is_held_within_a_day(counted, tally):
    line = counted["lapses: not held within a day"]
    assert (line.of, line.count) == (100, 0), tally.cases


def test_no_lapse_is_ever_trusted_again(counted, tally):
    line = counted["lapses: trusted again"]
    assert (line.of, line.count) == (100, 0), tally.cases


def test_no_outage_de_verifies_anybody(counted, tally):
    line = counted["outages: wrong de-verifications"]
    assert (line.of, line.count) == (200, 0), tally.cases


def test_nearly_every_lapse_raises_the_epoch(counted):
    assert counted["lapses: epoch raised within 90 days"].count >= 90


def test_a_sale_that_leaves_a_trace_is_found_and_one_without_is_not(counted):
    assert counted["aftermarket sales with a trace: not held within a day"].count == 0
    unseen = counted["aftermarket sales without a trace: not held within a day"]
    assert unseen.count == unseen.of > 0


def test_the_long_run_is_as_large_as_the_rules_ask():
    assert sum(HEALTHY.values()) == 18_000
    full = batches(0, 1.0)
    for kind, total in TOTALS.items():
        assert sum(batch.count for batch in full if batch.kind == kind) == total
    assert TOTALS["lapses"] == 5000
    assert TOTALS["outages"] == 10_000


@pytest.mark.parametrize(
    ("count", "of", "bound"),
    [(0, 18_000, 3 / 18_000), (0, 2, 1.0), (0, 0, 1.0), (50, 10_000, 0.0063), (10, 10, 1.0)],
)
def test_a_share_is_given_with_the_bound_that_its_numbers_allow(count, of, bound):
    assert upper_bound(count, of) == pytest.approx(bound, abs=0.0001)


def test_a_line_over_its_target_is_not_met():
    assert Line("wrong", 1000, 5, 0.005).is_met
    assert not Line("wrong", 1000, 6, 0.005).is_met
    assert Line("only reported", 10, 10).is_met
