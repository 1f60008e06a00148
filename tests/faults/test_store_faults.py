"""Stores that are emptied, killed, full or slow: nothing is half, all goes on (F46 to F48)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from time import perf_counter
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.db import OperationalError, connection

from domainguard.models import DomainStatus
from domainguard.services import batch, check, leases
from tests.compose import until
from tests.faults.cluster import Cluster, running_cluster, running_standby
from tests.faults.crew import Crew, running_crew
from tests.faults.report import report
from tests.faults.town import HOME, MINUTE
from tests.journeys.lengths import times
from tests.plugins.valkey import running_valkey

pytestmark = pytest.mark.faults
on_postgres = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="the clusters of their own are PostgreSQL's"
)


class TestValkey:
    @pytest.fixture
    def stack(self) -> Iterator[ExitStack]:
        with ExitStack() as stack:
            yield stack

    @pytest.fixture
    def url(self, stack, town, settings) -> str:
        """Give the address of a Valkey that counts our questions and the site's visitors."""
        town.settle(times(8, 500))
        url = stack.enter_context(running_valkey())
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "REDIS_URL": url}
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": url}}
        return url

    @pytest.mark.parametrize("trouble", ["emptied", "killed", "restarted empty"])
    def test_may_be_lost_in_the_middle_of_a_sweep(self, town, url, stack, trouble):
        looks = batch.look_at_due()
        seen = [next(looks)]
        self.hurt(url, trouble, stack)
        seen += looks
        assert len(seen) == DomainStatus.objects.count()
        assert all(looked.verdict.conclusive for _, looked in seen)
        town.world.ask_for_reset(f"mill-0000-0@{HOME}")
        town.world.serve()
        assert len(town.world.mail_to(f"mill-0000-0@{HOME}")) == 1

    def hurt(self, url: str, trouble: str, stack: ExitStack) -> None:
        with redis.Redis.from_url(url) as store:
            if trouble == "emptied":
                store.flushall()
                return
            os.kill(store.info("server")["process_id"], signal.SIGKILL)
        if trouble == "restarted empty":
            stack.enter_context(running_valkey(port=urlsplit(url).port))


@pytest.fixture
def cluster(db) -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def on_cluster(environ, cluster) -> Iterator[Crew]:
    """Have workers on the cluster, where two looks found some domains lapsed."""
    with running_crew({**environ, "DATABASE_URL": cluster.url}) as crew:
        crew.work("settle", times(60, 600))
        yield crew


WAITS_FOR_THE_STANDBY = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def bumps(cluster: Cluster) -> int:
    with cluster.connect() as own:
        return own.execute("SELECT 1 FROM domainguard_epochbump").rowcount


def assert_nothing_was_lost(crew: Crew, before: dict[str, int]) -> None:
    """Every epoch is as high as anybody ever saw it, nothing is half, and the rest gets done."""
    (after,) = crew.work("epochs").results
    assert all(after[name] >= epoch for name, epoch in before.items())
    assert crew.work("assert_whole").broken == 0
    assert crew.work("enforce", workers=2).broken == 0
    assert crew.work("assert_whole").broken == 0
    (done,) = crew.work("epochs").results
    assert {epoch for name, epoch in done.items() if name.startswith("lane")} == {2}


@on_postgres
class TestAPostmasterThatIsKilled:
    def test_loses_nothing_to_a_standby_that_takes_over_without_the_last_commits(
        self, cluster, environ, on_cluster
    ):
        """The standby is waited for: what it never got, nobody was told was done."""
        with running_standby(cluster) as standby:
            (slow,) = on_cluster.work("enforce", stops_before="domainguard_deverification").stopped
            before = self.seen(cluster)
            assert 2 in before.values()
            cluster.cut_off_standbys()
            os.kill(slow, signal.SIGCONT)
            until(lambda: cluster.has(WAITS_FOR_THE_STANDBY), str)
            assert not cluster.has("SELECT 1 FROM domainguard_deverification")
            cluster.kill()
            begin = perf_counter()
            standby.promote()
            report("F47", f"{perf_counter() - begin:.1f} s until the standby had taken over")
            assert on_cluster.go_on(slow) is None
            with running_crew({**environ, "DATABASE_URL": standby.url}) as crew:
                assert_nothing_was_lost(crew, before)

    def test_leaves_nothing_half_and_lowers_no_epoch(self, cluster, on_cluster):
        on_cluster.begin("enforce", workers=2)
        until(lambda: bumps(cluster), str)
        before = self.seen(cluster)
        cluster.kill()
        begin = perf_counter()
        on_cluster.end()
        cluster.start()
        report("F47", f"{perf_counter() - begin:.1f} s until the server was back")
        assert_nothing_was_lost(on_cluster, before)

    def seen(self, cluster: Cluster) -> dict[str, int]:
        with cluster.connect() as own:
            rows = own.execute("SELECT domain, control_epoch FROM domainguard_domainstatus")
            return dict(rows.fetchall())


def take_all(cluster: Cluster, taken: ExitStack) -> None:
    while True:
        taken.enter_context(cluster.connect())


@on_postgres
def test_a_server_that_takes_no_more_connections_gets_a_generic_page(cluster, on_cluster):
    with ExitStack() as taken:
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            take_all(cluster, taken)
        ((status, text),) = on_cluster.work("ask", f"p0@{HOME}").results
    assert status == 500
    assert all(word not in text for word in ("psycopg", "Traceback", HOME, "clients"))
    ((status, _),) = on_cluster.work("ask", f"p0@{HOME}").results
    assert status == 302
    assert_nothing_was_lost(on_cluster, {})


@on_postgres
class TestLocksThatSomebodyElseHolds:
    @pytest.fixture
    def other(self, town) -> Iterator[psycopg.Connection]:
        town.settle(2)
        parameters = connection.get_connection_params()
        for name in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(name, None)
        with psycopg.connect(**parameters) as other:
            yield other

    def lock(self, other: psycopg.Connection, row: DomainStatus) -> None:
        sql = "SELECT 1 FROM domainguard_domainstatus WHERE id = %s FOR UPDATE"
        other.execute(sql, [row.pk])

    def test_in_the_opposite_order_cost_a_second_try_and_no_result(self, town, other):
        rows = sorted(leases.claim(2), key=lambda row: row.pk)
        asked = [(row, check.ask(row)) for row in rows]
        other.execute("SET deadlock_timeout = '60s'")  # so that ours is the one that is ended
        self.lock(other, rows[1])

        def close_the_circle() -> None:
            with psycopg.connect(other.info.dsn) as watching:
                sql = "SELECT 1 FROM pg_locks WHERE NOT granted"
                until(lambda: watching.execute(sql).rowcount, str)
            self.lock(other, rows[0])
            other.commit()

        thread = threading.Thread(target=close_the_circle)
        thread.start()
        kept = {row.pk: looked for row, looked in batch._keep_asked(asked)}
        thread.join()
        assert all(kept[row.pk].verdict.conclusive for row in rows)
        assert set(DomainStatus.objects.values_list("failures", flat=True)) == {0}

    def test_for_too_long_end_the_sweep_leave_nothing_half_and_blame_no_domain(self, town, other):
        row = DomainStatus.objects.get(domain=town.domains[0])
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '300ms'")
        known = DomainStatus.objects.filter(pk=row.pk).values("state", "failures", "last_look_at")
        before = known.get()
        locking = threading.Thread(target=self.lock, args=(other, row))
        claimed = leases.claim(99)
        locking.start()
        locking.join()
        with pytest.raises(OperationalError, match="statement timeout"):
            list(batch._keep_asked([(each, check.ask(each)) for each in claimed]))
        other.rollback()
        assert known.get() == before
        town.world.pass_time(6 * MINUTE)
        town.world.sweep()
        assert DomainStatus.objects.get(pk=row.pk).baseline_at
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
