"""The health in sentences: lag, coverage, verdicts, sources and queues, at a constant price."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domainguard.core.evidence import Outcome
from domainguard.models import DomainStatus, Observation, ReviewCase
from domainguard.services import intents
from domainguard.services.health import Tier, read_health
from domainguard.services.pause import pause

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def hear(site):
    """Give a function that lets a source say something some time ago."""
    row = site.domain("mill-lane.org")

    def observe(source: str, outcome: Outcome, ago: timedelta, times: int = 1) -> None:
        Observation.objects.bulk_create(
            Observation(
                domain=row,
                look=uuid.uuid4(),
                purpose="sweep",
                at=site.now() - ago,
                source=source,
                source_class="registry",
                outcome=outcome.value,
                evidence={},
            )
            for _ in range(times)
        )

    return observe


def test_a_site_without_a_row_is_well(site):
    health = read_health()
    assert (health.looks.due, health.looks.age) == (0, timedelta(0))
    assert (health.intents.due, health.mails.due) == (0, 0)
    assert (health.states, health.sources, health.open_cases) == ({}, (), 0)
    assert health.tiers == (Tier("hot"), Tier("cold"))


def test_the_lag_is_how_long_the_first_look_has_been_due(site):
    site.domain("mill-lane.org", next_check_at=site.now() - 3 * HOUR)
    site.domain("weir-lane.org", next_check_at=site.now() - HOUR)
    site.domain("ford-lane.org", next_check_at=site.now() + HOUR)
    looks = read_health().looks
    assert (looks.due, looks.age) == (2, 3 * HOUR)


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ({"last_conclusive_at": HOUR}, (1, 1, 1)),
        ({"last_conclusive_at": 2 * DAY}, (0, 0, 1)),
        ({"last_conclusive_at": 2 * DAY, "triaged_at": HOUR}, (1, 0, 1)),
        ({"last_conclusive_at": 8 * DAY}, (0, 0, 0)),
        ({"last_conclusive_at": None}, (0, 0, 0)),
    ],
)
@pytest.mark.parametrize("hot", [True, False])
def test_coverage_tells_looks_of_a_day_from_those_of_a_week(site, row, counted, hot):
    moments = {name: ago and site.now() - ago for name, ago in row.items()}
    site.domain("mill-lane.org", hot=hot, **moments)
    tiers = {tier.name: tier for tier in read_health().tiers}
    assert tiers["hot" if hot else "cold"] == Tier("hot" if hot else "cold", 1, *counted)
    assert tiers["cold" if hot else "hot"].domains == 0


def test_the_verdicts_are_counted_by_state_hold_and_silence(site):
    site.domain("mill-lane.org")
    site.domain("weir-lane.org", silent=2)
    site.domain("ford-lane.org", state="redemption", held=True)
    health = read_health()
    assert health.states == {"active": 2, "redemption": 1}
    assert (health.held, health.silent) == (1, 1)


def test_the_operators_own_domains_which_nobody_looks_at_are_no_gap_in_coverage(site, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRUSTED_DOMAINS": ["mill-lane.org"]}
    site.domain("mill-lane.org", last_conclusive_at=None)
    assert [tier.domains for tier in read_health().tiers] == [0, 0]


def test_a_source_is_as_well_as_the_share_of_questions_it_answered_in_the_hour(site, hear):
    hear("rdap", Outcome.ANSWERED, timedelta(minutes=50), times=2)
    hear("rdap", Outcome.NOT_FOUND, timedelta(minutes=20))
    hear("rdap", Outcome.TIMED_OUT, timedelta(minutes=5))
    hear("rdap", Outcome.TIMED_OUT, 3 * HOUR, times=9)
    (rdap,) = read_health().sources
    assert (rdap.source, rdap.asked, rdap.answered, rdap.share) == ("rdap", 4, 3, 0.75)
    assert rdap.last_answer_at == site.now() - timedelta(minutes=20)
    assert rdap.last_failure_at == site.now() - timedelta(minutes=5)


def test_a_source_that_fell_silent_this_morning_is_seen_for_a_day(site, hear):
    hear("dns", Outcome.ANSWERED, 20 * HOUR)
    hear("whois", Outcome.ANSWERED, 25 * HOUR)
    (dns,) = read_health().sources
    assert (dns.source, dns.share) == ("dns", None)
    assert (dns.last_answer_at, dns.last_failure_at) == (site.now() - 20 * HOUR, None)


def test_having_no_server_for_a_tld_is_neither_an_answer_nor_a_failure(site, hear):
    hear("rdap", Outcome.UNSUPPORTED, timedelta(minutes=1))
    assert read_health().sources == ()


def test_a_request_waits_from_the_moment_it_is_due_until_a_worker_has_settled_it(site):
    site.person("ada", "ada@mill-lane.org")
    intents.store(door="reset", text="ada@mill-lane.org")
    site.pass_time(timedelta(minutes=2))
    waiting = read_health().intents
    assert (waiting.due, waiting.age) == (1, timedelta(minutes=2))
    intents.work()
    assert read_health().intents.due == 0
    assert read_health().mails.due == 1


def test_the_kill_switch_and_the_cases_that_wait_for_people_are_told(site):
    row = site.domain("mill-lane.org")
    for kind, closed_at in (("breaker", None), ("exempt", site.now())):
        ReviewCase.objects.create(
            kind=kind, domain=row, opened_at=site.now(), reason="", closed_at=closed_at
        )
    pause(True, by="ada")
    health = read_health()
    assert (health.open_cases, health.paused) == (1, True)


def test_the_price_is_the_same_for_three_domains_and_for_three_hundred(
    site, hear, django_assert_num_queries
):
    for source in ("dns", "rdap", "whois"):
        hear(source, Outcome.ANSWERED, HOUR / 2, times=30)
    DomainStatus.objects.bulk_create(
        DomainStatus(domain=f"lane-{number}.org", created_at=site.now(), next_check_at=site.now())
        for number in range(300)
    )
    with django_assert_num_queries(7):
        read_health()


def test_how_the_sources_fare_is_read_from_an_index_alone(site, hear):
    hear("dns", Outcome.ANSWERED, HOUR)
    with CaptureQueriesContext(connection) as asked:
        read_health()
    (sql,) = (query["sql"] for query in asked if 'FROM "domainguard_observation"' in query["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows would be read another way.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            wanted = "Index Only Scan using domainguard_obs_by_time"
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            wanted = "USING COVERING INDEX domainguard_obs_by_time"
        assert wanted in str(cursor.fetchall())
