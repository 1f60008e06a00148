"""A sweep goes on whoever dies, and does each thing once (F29, F34 to F37, F40)."""

from __future__ import annotations

from random import Random

import pytest
from celery import Celery
from django.db import connection

from domainguard.models import DomainStatus, Intent, Observation, OutboxMail, SweepRun
from domainguard.services import check
from tests.compose import until
from tests.faults.crew import celery_worker
from tests.faults.town import DAY, HOME, HOUR, MINUTE
from tests.journeys.lengths import times

pytestmark = pytest.mark.faults


def test_sweeps_started_at_once_look_at_each_domain_once(town, crew):
    town.settle(times(40, 2_000))
    ended = crew.work("sweep", workers=4)
    assert (ended.broken, len(ended.results)) == (0, 4)
    looks = Observation.objects.order_by().values_list("domain__domain", "look").distinct()
    assert sorted(name for name, _ in looks) == sorted(
        DomainStatus.objects.values_list("domain", flat=True)
    )
    assert sum(each["checked"] for each in ended.results) == DomainStatus.objects.count()


def test_workers_killed_at_random_lose_nothing_and_do_nothing_twice(town, crew):
    town.settle(times(48, 2_000))
    crew.work("sweep", workers=2)
    town.plant(every=4)
    town.world.pass_time(DAY)
    killed = 0
    town.make_due()
    for number in range(2):
        while town.is_due():
            ended = crew.work(
                "sweep",
                workers=3,
                kills=times(2, 8),
                seed=f"{number}-{killed}",
            )
            assert ended.broken == 0
            killed += ended.killed
            town.world.pass_time(6 * MINUTE)
        town.world.pass_time(6 * HOUR)
    crew.work("sweep")
    town.world.pass_time(6 * MINUTE)
    crew.work("serve")
    assert killed >= times(4, 20)
    town.assert_all_planted_lost_trust_and_nobody_else()


class TestATaskThatComesFiveTimesOutOfOrderAndADayLate:
    TASKS = ("sweep", "enforce", "work_on_intents", "deliver_mail")

    def post(self, broker: Celery) -> None:
        posted = [name for name in self.TASKS for _ in range(5)]
        Random(34).shuffle(posted)  # noqa: S311
        for name in posted:
            broker.send_task(f"domainguard.{name}", queue="sweep")

    def wait_for_sweeps(self, count: int) -> None:
        until(lambda: SweepRun.objects.exclude(finished_at=None).count() >= count, str)

    def test_takes_effect_once(self, town, environ, valkey_url):
        town.settle(8)
        town.world.sweep()
        Observation.objects.all().delete()
        town.plant(every=4)
        town.make_due()
        before, broker = SweepRun.objects.count(), Celery(broker=valkey_url)
        self.post(broker)
        town.world.pass_time(DAY)
        with celery_worker("sweep", {**environ, "REDIS_URL": valkey_url}):
            self.wait_for_sweeps(before + 5)
            looks = Observation.objects.order_by().values_list("domain", "look").distinct()
            assert len(looks) == len({domain for domain, _ in looks})
            town.world.pass_time(6 * HOUR)
            self.post(broker)
            self.wait_for_sweeps(before + 10)
            until(lambda: not OutboxMail.objects.filter(status="pending").exists(), str)
        town.assert_all_planted_lost_trust_and_nobody_else()

    def test_an_answer_of_yesterday_changes_nothing_that_is_known_today(self, town):
        town.settle(2)
        row = DomainStatus.objects.get(domain=town.domains[0])
        old = check.ask(row)
        town.plant(every=2)
        town.world.pass_time(DAY)
        town.world.sweep()
        known = DomainStatus.objects.filter(held=True).values().get()
        for _ in range(5):
            assert check.keep(old, purpose=check.SWEEP).acts == ()
        assert DomainStatus.objects.filter(held=True).values().get() == known


class TestARequest:
    def test_is_found_by_the_next_poll_when_whoever_stored_it_died_at_once(self, town, crew):
        town.settle(times(15, 1_000))
        for number, name in enumerate(town.domains):
            address = f"{name.partition('.')[0]}-0@{HOME}"
            client = f"10.0.{number // 250}.{number % 250}"
            assert crew.work("ask_and_die", address, client).killed == 1
        for _ in range(times(1, 11)):  # a hundred at each poll
            crew.work("serve")
        assert {mail.rcpt_to for mail in town.world.net.sink.messages} == {
            f"{name.partition('.')[0]}-0@{HOME}" for name in town.domains
        }
        assert len(town.world.net.sink.messages) == len(town.domains)

    def test_is_answered_once_wherever_a_worker_dies_on_the_way(self, town, crew):
        """Each reset in turn meets a worker that dies some statements later than the one before."""
        town.settle(times(6, 100))
        crew.work("look")
        for number, name in enumerate(town.domains):
            address = f"{name.partition('.')[0]}-0@{HOME}"
            crew.work("ask", address, f"10.0.0.{number}")
            crew.work("serve", dies_before=1 + number * times(16, 1))
            town.world.pass_time(6 * MINUTE)
            crew.work("serve")
        arrived = [mail.rcpt_to for mail in town.world.net.sink.messages]
        assert len(arrived) == len(set(arrived))
        unsure = OutboxMail.objects.filter(status=OutboxMail.Status.UNCERTAIN)
        missing = {f"{name.partition('.')[0]}-0@{HOME}" for name in town.domains} - set(arrived)
        assert missing <= set(unsure.values_list("standing__canonical", flat=True))
        assert not Intent.objects.exclude(next_try_at=None).exists()


AFTER_THE_CLAIM, BEFORE_THE_WRITE = 'FROM "domainguard_maildomain"', "FOR NO KEY UPDATE"


@pytest.mark.parametrize("moment", [AFTER_THE_CLAIM, BEFORE_THE_WRITE])
def test_a_worker_that_stood_still_past_its_lease_changes_nothing_when_it_goes_on(
    town, crew, moment
):
    if moment is BEFORE_THE_WRITE and connection.vendor != "postgresql":
        pytest.skip("on SQLite whoever writes holds the lock of all while he stands still")
    town.settle(6)
    crew.work("look")
    town.make_due()
    DomainStatus.objects.update(silent=1)  # so that each is looked at in full
    ended = crew.work("look", stops_before=moment)
    (slow,) = ended.stopped
    town.plant(every=2)
    town.world.pass_time(20 * MINUTE)
    crew.work("look")
    known, seen = list(DomainStatus.objects.values()), Observation.objects.count()
    assert DomainStatus.objects.filter(held=True).count() == 3
    assert crew.go_on(slow) is not None
    assert list(DomainStatus.objects.values()) == known
    assert Observation.objects.count() == seen
