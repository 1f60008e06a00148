"""The worker's settings (THREATS.md 5.2)."""

from __future__ import annotations

from registry_site.celery import app


def test_a_killed_workers_task_comes_back_after_a_quarter_of_an_hour_at_most():
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options == {"visibility_timeout": 900}
    assert app.conf.result_backend_transport_options == {"visibility_timeout": 900}


def test_a_task_ends_before_another_worker_may_take_it_up():
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit < 900


def test_nothing_but_json_is_believed():
    assert app.conf.accept_content == ["json"]


def test_the_beat_follows_domainguards_schedule():
    from domainguard.tasks import BEAT_SCHEDULE

    app.finalize()
    assert app.conf.beat_schedule == BEAT_SCHEDULE
