"""Very much at once, a switch in the middle, wrong clocks (F39, F41, F42, F45, F59, F60, F62)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import quantiles
from time import perf_counter

import pytest
import redis
from celery import Celery
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from domainguard.gate import Purpose, may_receive
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Deverification,
    DomainStatus,
    EpochBump,
    OutboxMail,
)
from domainguard.services import check, intents
from domainguard.services.pause import pause
from domainguard.testing import scripts
from tests.compose import until
from tests.faults.clocks import wrong
from tests.faults.crew import celery_worker, running_crew
from tests.faults.report import report
from tests.faults.town import BORN, DAY, HOME, HOUR, assert_whole
from tests.journeys.lengths import times
from tests.services.rows import Site

pytestmark = pytest.mark.faults


class TestADomainWithVeryManyAddresses:
    @pytest.fixture
    def crowd(self, town):
        town.crowd(times(1_000, 50_000))
        town.world.sweep()
        town.plant(every=1)
        return town

    def look(self, crowd) -> tuple[float, int]:
        """Keep one look; give its milliseconds and statements."""
        asked = check.ask(DomainStatus.objects.get(domain=crowd.domains[0]))
        with CaptureQueriesContext(connection) as statements:
            begin = perf_counter()
            check.keep(asked, purpose=check.SWEEP)
            return (perf_counter() - begin) * 1e3, len(statements)

    def test_is_refused_with_one_commit_and_carried_out_once_whoever_dies(self, crowd, crew):
        people = AddressStanding.objects.filter(mail_domain__name=crowd.domains[0])
        took, statements = self.look(crowd)
        assert statements < 30
        for standing in (people.earliest("pk"), people.latest("pk")):
            assert not may_receive(standing.pk, Purpose.RECOVER).admitted
        crowd.world.pass_time(6 * HOUR)
        self.look(crowd)
        random, begin, killed = Random(41), perf_counter(), 0  # noqa: S311
        for _ in range(times(4, 20)):
            killed += crew.work(
                "enforce", dies_before=random.randrange(times(1_500, 30_000))
            ).killed
        done = crew.work("enforce")
        report(
            "F41",
            f"{people.count()} addresses: refused in {took:.0f} ms, {statements} statements; "
            f"carried out in {perf_counter() - begin:.0f} s with {killed} kills",
        )
        assert killed
        assert not done.broken
        crowd.world.serve()
        crowd.assert_all_planted_lost_trust_and_nobody_else()


class TestTheKillSwitch:
    def test_stops_what_is_being_enforced_and_nothing_is_written_after_it(self, town, crew):
        """Refusal stays; what was raised already is carried out when automation goes on."""
        town.settle(times(80, 600), each=4)
        for name in town.domains:
            Site().corroborate(name)
        crew.begin("enforce", workers=2)
        until(EpochBump.objects.exists, str)
        begin = perf_counter()
        pause(True, by="kay")
        took = perf_counter() - begin
        written = self.written()
        crew.end()
        assert self.written() == written
        told = Deverification.objects.exclude(noticed_at=None)  # on a fast machine all of them
        report("F59", f"the switch was pulled after {took * 1e3:.0f} ms, {written} written")
        for name in town.domains:
            (standing, *_) = AddressStanding.objects.filter(mail_domain__name=name)
            assert not may_receive(standing.pk, Purpose.RECOVER).admitted
        pause(False, by="kay")
        crew.work("enforce")
        assert_whole()
        assert told.count() == 4 * len(town.domains)

    def written(self) -> list[int]:
        done = AuditEvent.objects.exclude(action="automation_paused")
        cleared = Deverification.objects.exclude(flag_cleared_at=None)
        return [
            rows.count()
            for rows in (
                Deverification.objects,
                EpochBump.objects,
                done,
                cleared,
                OutboxMail.objects,
            )
        ]


def test_resets_are_answered_while_a_sweep_is_under_way(town, environ):
    town.settle(times(30, 2_000))
    people = [f"mill-{number:04}-0@{HOME}" for number in range(times(8, 200))]
    town.world.sweep()
    alone = _resets(town, people)
    DomainStatus.objects.update(silent=1)  # so that each is looked at in full
    town.make_due()
    town.world.net.sink.clear()
    with running_crew(environ) as sweepers:
        sweepers.begin("sweep", workers=2)
        beside = _resets(town, people)
        swept = sweepers.end()
    assert sum(each["checked"] for each in swept.results) >= len(town.domains)
    report("F39", f"alone: {_curve(alone)}")
    report("F42", f"while {len(town.domains)} domains are looked at: {_curve(beside)}")


def _resets(town, people: list[str]) -> list[float]:
    """Ask for each person, and wait for each mail; give the seconds from the click to the mail."""
    took = []
    for number, address in enumerate(people):
        begin = perf_counter()
        cache.clear()
        browser = Client(REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}")
        browser.post("/accounts/password/reset/", {"email": address})
        town.world.serve()
        took.append(perf_counter() - begin)
    assert all(len(town.world.mail_to(address)) == 1 for address in people)
    return took


def _curve(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return (
        f"{len(seconds) / sum(seconds):.0f} resets/s by one client, p50 {cuts[49] * 1e3:.0f} ms, "
        f"p95 {cuts[94] * 1e3:.0f} ms, p99 {cuts[98] * 1e3:.0f} ms"
    )


def test_a_backlog_of_sweeps_delays_no_reset(town, environ, valkey_url):
    town.settle(1)
    town.world.sweep()
    told, broker = {**environ, "REDIS_URL": valkey_url}, Celery(broker=valkey_url)
    backlog = times(2_000, 100_000)
    with redis.Redis.from_url(valkey_url) as store:
        store.flushall()  # another test's worker may have been killed over its messages
        broker.send_task("domainguard.sweep", queue="sweep")
        (message,) = store.lrange("sweep", 0, -1)
        store.lpush("sweep", *[message] * backlog)
        with celery_worker("sweep", told), celery_worker("jit", told):
            until(lambda: store.llen("sweep") < backlog, str)
            intents.store(door="reset", text=f"mill-0000-0@{HOME}", payload=RESET)
            begin = perf_counter()
            broker.send_task("domainguard.work_on_intents", queue="jit")
            town.world.net.sink.wait_for(1, timeout=60)
            report("F45", f"{store.llen('sweep')} sweeps wait, {perf_counter() - begin:.1f} s")
            assert store.llen("sweep") > 0
            store.delete("sweep")


RESET = {
    "subject": "registration/password_reset_subject.txt",
    "text": "registration/password_reset_email.html",
}


class TestAWrongClock:
    @pytest.fixture
    def wrongly(self, town, settings):
        """Give a town where one domain is about to be renewed, on a clock that can go wrong."""
        wrong.by = timedelta(0)
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "CLOCK": "tests.faults.clocks.wrong"}
        town.settle(4)
        soon = town.world.net.clock.now() + 20 * DAY
        town.world.net.replace(scripts.healthy("mill-0003.org", born=BORN, expires=soon))
        town.world.sweep()
        yield town
        wrong.by = timedelta(0)

    @pytest.mark.parametrize("by", [40 * DAY, timedelta(days=80 * 365)], ids=["40 d", "2106"])
    def test_that_is_far_ahead_makes_nobody_lose_anything(self, wrongly, by):
        wrong.by = by
        for _ in range(3):
            wrongly.make_due()
            wrongly.world.sweep()
            wrongly.world.pass_time(7 * HOUR)
        assert_nothing_adverse()

    def test_that_is_behind_stops_the_sweep(self, wrongly):
        before = list(DomainStatus.objects.values())
        wrong.by = timedelta(hours=-2)
        with pytest.raises(Exception, match="nothing was done"):
            wrongly.world.sweep()
        assert list(DomainStatus.objects.values()) == before


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 29, 0, 59, 50, tzinfo=UTC),  # summer begins in Europe
        datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC),  # and ends
        datetime(2106, 2, 7, 6, 28, 10, tzinfo=UTC),  # 32 bits of seconds are full
    ],
    ids=lambda moment: f"{moment:%Y-%m-%d}",
)
def test_no_odd_moment_makes_anybody_lose_anything(town, settings, moment):
    settings.TIME_ZONE = "Europe/Berlin"
    town.world.net.clock.restart(moment)
    for life in scripts.hosts(moment):
        town.world.net.add(life)
    town.settle(3)
    for _ in range(3):
        town.make_due()
        town.world.sweep()
        town.world.pass_time(10 * timedelta(seconds=1))
    town.world.pass_time(DAY)
    town.world.sweep()
    assert_nothing_adverse()
    assert DomainStatus.objects.filter(domain__startswith="mill", baseline_at=None).count() == 0


def assert_nothing_adverse() -> None:
    assert not DomainStatus.objects.filter(held=True).exists()
    assert not EpochBump.objects.exists()
    assert not Deverification.objects.exists()


def test_addresses_from_before_there_was_any_history_get_baselines_and_lose_nothing(town):
    """Some domains are in strangers' hands since long; without a baseline nobody can tell."""
    town.settle(times(20, 500), each=times(10, 40))
    town.domains, caught = town.domains[2:], town.domains[:2]
    for name in caught:
        life = scripts.registered_by_a_stranger(name, born=BORN, at=BORN + 300 * DAY)
        town.world.net.replace(life)
    town.world.sweep()
    rows = DomainStatus.objects.filter(domain__startswith="mill")
    assert not rows.filter(baseline_at=None).exists()
    for _ in range(2):
        town.world.pass_time(7 * HOUR)
        town.make_due()
        town.world.sweep()
    assert_nothing_adverse()
