"""What the dashboard shows is counted now and then, and the last count of each day stays."""

from __future__ import annotations

from datetime import timedelta

from domainguard.models import DomainStatus, Tally
from domainguard.services.enforce import enforce
from domainguard.services.tally import tally


def test_a_count_says_what_there_is(site):
    site.person("ada", "ada@mill-lane.org")
    site.person("bob", "bob@mill-road.org")
    site.corroborate("mill-lane.org")
    enforce()
    tally()
    row = Tally.objects.get()
    assert (row.day, row.at) == (site.now().date(), site.now())
    assert (row.domains, row.held, row.deverified) == (2, 1, 1)
    assert row.figures["states"] == {"active": 1, "redemption": 1}
    assert [tier["domains"] for tier in row.figures["tiers"]] == [0, 2]


def test_a_second_count_comes_five_minutes_later_and_replaces_the_days_first(site):
    tally()
    site.domain("mill-lane.org")
    tally()
    assert Tally.objects.get().domains == 0
    site.pass_time(timedelta(minutes=5))
    tally()
    assert Tally.objects.get().domains == 1
    site.pass_time(timedelta(days=1))
    tally()
    assert [row.domains for row in Tally.objects.all()] == [1, 1]


def test_a_count_dated_ahead_by_a_wrong_clock_stops_no_later_one(site):
    tally()
    Tally.objects.update(at=site.now() + timedelta(days=40))
    site.domain("mill-lane.org")
    tally()
    assert Tally.objects.get().domains == 1


def test_expiry_dates_to_come_are_counted_in_steps_of_five_days(site):
    for number, days in enumerate((-1, 0, 4, 5, 59, 60)):
        site.domain(f"mill-{number}.org", expires_at=site.now() + timedelta(days=days))
    tally()
    assert Tally.objects.get().figures["lapses"] == [2, 1, *[0] * 9, 1]


def test_a_sweep_counts_at_its_end(world):
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    assert Tally.objects.get().domains == DomainStatus.objects.count() > 0
