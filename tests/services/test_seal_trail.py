"""The sealer: in order, in batches, beside others, and after a crash in the middle."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections, transaction

from domainguard import audit
from domainguard.models import AuditEvent, TrailHead
from domainguard.services.seal_trail import seal_trail
from domainguard.services.sweep import sweep
from domainguard.tasks import run_seal_trail
from tests.services.trails import Trail


@pytest.fixture
def trail(site) -> Trail:
    return Trail(site)


def many(trail: Trail, count: int) -> None:
    at = trail.site.now()
    audit.record_all([audit.event("mail_sent", at=at, number=number) for number in range(count)])


def test_rows_are_sealed_in_the_order_of_their_keys(trail):
    keys = trail.sealed(4)
    assert list(AuditEvent.objects.order_by("place").values_list("pk", flat=True)) == keys
    assert TrailHead.objects.get().count == 4


def test_nothing_is_written_while_nothing_waits(trail):
    assert seal_trail() == 0
    assert not TrailHead.objects.exists()


def test_a_row_that_becomes_visible_late_gets_a_later_place(trail):
    trail.sealed(2)
    (late,) = trail.write(1)
    # As if a transaction had taken its key before the others and committed after them.
    trail.damage("UPDATE domainguard_auditevent SET id = -id WHERE id = %(id)s", id=late)
    seal_trail()
    assert AuditEvent.objects.get(pk=-late).place == 3
    assert trail.verified().broken is None


def test_a_call_ends_and_the_next_goes_on(trail):
    many(trail, 1_700)
    assert seal_trail(most=600) == 600
    assert seal_trail() == 1_100
    assert trail.verified().sealed == 1_700


def test_a_sealing_that_is_cut_off_leaves_the_chain_as_it_was(trail):
    trail.sealed(3)
    many(trail, 1_200)

    class Killed(BaseException):
        pass

    writes = []

    def dies(execute, sql, params, many, context):
        if sql.startswith('UPDATE "domainguard_trailhead"'):
            writes.append(sql)
            if len(writes) == 2:  # in the second batch: its rows are written, its head is not
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        seal_trail()
    done = trail.verified()
    assert (done.sealed, done.unsealed, done.broken) == (503, 700, None)
    assert seal_trail() == 700
    assert trail.verified().sealed == 1_203


@pytest.mark.django_db(transaction=True)
def test_two_sealers_and_a_writer_make_one_chain(trail, caplog):
    many(trail, 2_500)
    together = Barrier(3)

    def at_once(act) -> int:
        together.wait(30)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        sealers = [pool.submit(at_once, seal_trail) for _ in range(2)]
        pool.submit(at_once, lambda: len(trail.write(50))).result()
        sealed = sum(each.result() for each in sealers)
    done = trail.verified()
    assert done.broken is None
    assert (done.sealed, done.sealed + done.unsealed) == (sealed, 2_550)
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_does_not_wait_for_the_sealer(trail):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all who write; a batch holds it for milliseconds")
    trail.write(3)

    def write() -> list[int]:
        try:
            return trail.write(1)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        seal_trail()
        assert len(pool.submit(write).result(timeout=30)) == 1
    assert trail.verified().unsealed == 1


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM domainguard_trailhead",
        "UPDATE domainguard_trailhead SET count = 2",
        "UPDATE domainguard_trailhead SET count = 0, last = '', signature = ''",
        "UPDATE domainguard_auditevent SET place = 9 WHERE place = 5",
    ],
)
def test_a_lost_head_stops_no_sealing_and_stays_in_the_trail_for_ever(trail, damage, caplog):
    trail.sealed(5)
    trail.damage(damage)
    trail.write(2)
    assert seal_trail() == 3
    trail.write(1)
    assert seal_trail() == 1
    assert trail.site.audited().count("trail_head_lost") == 1
    assert "The head of the trail was lost" in caplog.text
    assert trail.broken()[2] is not None
    lost = AuditEvent.objects.get(action="trail_head_lost")
    assert trail.verified(after=lost.place).broken is None


def test_each_sealing_says_the_last_seal_for_whoever_keeps_logs_elsewhere(trail, caplog):
    caplog.set_level(logging.INFO, "domainguard.trail")
    trail.sealed(2)
    last = TrailHead.objects.get().last
    assert f"Sealed 2 rows of the trail, 2 in all, up to {last}." in caplog.messages


@pytest.mark.parametrize("scheduled", [sweep, run_seal_trail])
def test_the_trail_is_sealed_with_each_sweep_and_by_a_task_of_its_own(trail, scheduled):
    trail.write(3)
    scheduled()
    done = trail.verified()
    assert (done.sealed, done.unsealed) == (3, 0)
