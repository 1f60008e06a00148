"""The worker's settings (THREATS.md 5.2), the heartbeat, and what a rolling deploy asks."""

from __future__ import annotations

import inspect

import pytest
from celery.signals import after_task_publish, heartbeat_sent

from domainguard.tasks import BEAT_SCHEDULE
from registry_site.celery import app

QUEUES = {"jit", "mail", "sweep"}
VISIBLE_AGAIN = 900


@pytest.fixture(scope="module")
def tasks():
    app.finalize()
    return {name: task for name, task in app.tasks.items() if name.startswith("domainguard.")}


def test_a_killed_workers_task_comes_back_after_a_quarter_of_an_hour_at_most():
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options == {"visibility_timeout": VISIBLE_AGAIN}
    assert app.conf.result_backend_transport_options == {"visibility_timeout": VISIBLE_AGAIN}
    assert app.conf.visibility_timeout == VISIBLE_AGAIN


def test_a_task_ends_before_another_worker_may_take_it_up():
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit < VISIBLE_AGAIN


def test_a_worker_told_to_end_gives_back_its_task_before_it_is_killed():
    # docker-compose.yml gives it 40 seconds.
    assert 0 < app.conf.worker_soft_shutdown_timeout < 40


def test_a_broker_that_is_away_ends_neither_a_worker_nor_the_sweep_it_is_at():
    assert app.conf.broker_connection_retry_on_startup is True
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.worker_cancel_long_running_tasks_on_connection_loss is False


def test_nothing_but_json_is_believed_and_no_result_is_kept():
    assert app.conf.accept_content == ["json"]
    assert (app.conf.task_serializer, app.conf.task_ignore_result) == ("json", True)


def test_there_are_three_queues_each_by_its_own_name_and_none_is_made_up():
    made = app.amqp.queues
    assert {(name, queue.exchange.name, queue.routing_key) for name, queue in made.items()} == {
        (name, name, name) for name in QUEUES
    }
    assert app.conf.task_create_missing_queues is False


def test_the_beat_follows_domainguards_schedule(tasks):
    assert app.conf.beat_schedule == BEAT_SCHEDULE


@pytest.mark.parametrize("entry", BEAT_SCHEDULE.values(), ids=BEAT_SCHEDULE)
def test_a_wake_up_call_goes_to_a_queue_somebody_works_on_and_outlives_few_others(tasks, entry):
    assert entry["task"] in tasks
    assert entry["options"]["queue"] in QUEUES
    # A pile of them, left while no worker ran, is thrown away unread.
    assert entry["options"]["expires"] <= 5 * entry["schedule"]


def test_whoever_waits_shares_no_queue_with_the_sweep(tasks):
    by_queue = {entry["task"]: entry["options"]["queue"] for entry in BEAT_SCHEDULE.values()}
    assert by_queue["domainguard.work_on_intents"] == "jit"
    assert [task for task, queue in by_queue.items() if queue == "jit"] == [
        "domainguard.work_on_intents"
    ]


def test_f38_every_task_takes_words_that_only_tomorrows_code_knows(tasks):
    assert tasks.keys() >= {entry["task"] for entry in BEAT_SCHEDULE.values()}
    for task in tasks.values():
        kinds = {each.kind for each in inspect.signature(task.run).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD in kinds, task.name


def test_f38_a_task_is_done_whatever_else_it_is_told(tasks, site):
    site.person("ada", "ada@mill-lane.org")
    for name in ("domainguard.work_on_intents", "domainguard.deliver_mail"):
        assert tasks[name].apply(kwargs={"of_tomorrow": 1}).successful()


@pytest.mark.parametrize("signal", [heartbeat_sent, after_task_publish])
def test_a_worker_and_the_beat_show_that_they_reached_the_broker(signal, settings, tmp_path):
    settings.HEARTBEAT_FILE = str(tmp_path / "heartbeat")
    signal.send(sender=None)
    assert (tmp_path / "heartbeat").exists()
