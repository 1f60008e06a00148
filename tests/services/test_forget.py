"""What is over is forgotten: typed addresses after a day, requests and mail after a month."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

from domainguard.models import Intent, OutboxMail
from domainguard.services import forget, intents
from domainguard.services.run import run
from domainguard.tasks import run_forget

ADA = "ada@mill-lane.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Status = OutboxMail.Status


@pytest.fixture
def asked(site) -> Intent:
    """Give a request that was settled, with its mail sent and used."""
    site.person("ada", ADA)
    intent = intents.store(door="reset", text=ADA)
    assert intents.work().settled == 1
    OutboxMail.objects.update(status=Status.SENT, next_try_at=None)
    return intent


def typed() -> list[str]:
    return list(Intent.objects.order_by("pk").values_list("submitted", flat=True))


def kept() -> tuple[int, int]:
    return Intent.objects.count(), OutboxMail.objects.count()


def test_what_somebody_typed_is_kept_for_a_day_and_no_longer(site, asked):
    site.pass_time(24 * HOUR - timedelta(seconds=1))
    forget.forget()
    assert typed() == [ADA]
    site.pass_time(timedelta(seconds=1))
    forget.forget()
    assert (typed(), kept()) == ([""], (1, 1))


def test_what_a_worker_has_not_seen_yet_keeps_its_address_until_one_has(site):
    intents.store(door="reset", text=ADA)
    site.pass_time(31 * DAY)
    forget.forget()
    assert typed() == [ADA]
    intents.work()
    forget.forget()
    assert typed() == []


def test_a_request_and_its_mail_go_after_a_month_and_the_trail_stays(site, asked):
    trail = site.audited()
    site.pass_time(30 * DAY - timedelta(seconds=1))
    forget.forget()
    assert kept() == (1, 1)
    site.pass_time(timedelta(seconds=1))
    forget.forget()
    assert (kept(), site.audited()) == ((0, 0), trail)


@pytest.mark.parametrize("status", [Status.PENDING, Status.SENDING])
def test_a_mail_that_is_under_way_stays_with_its_request(site, asked, status):
    OutboxMail.objects.update(status=status)
    site.pass_time(31 * DAY)
    forget.forget()
    assert kept() == (1, 1)


@pytest.mark.parametrize("rows", [500, 1_100])
def test_more_than_one_batch_is_forgotten_at_once(site, rows):
    at = site.now()
    Intent.objects.bulk_create(
        Intent(door="reset", submitted=f"no{n}@mill-lane.org", created_at=at, expires_at=at + DAY)
        for n in range(rows)
    )
    site.pass_time(2 * DAY)
    assert (forget.forget(), set(typed())) == (rows, {""})
    site.pass_time(30 * DAY)
    assert (forget.forget(), kept()) == (rows, (0, 0))


def test_a_celery_worker_forgets_as_the_embedded_mode_does(site, asked):
    site.pass_time(2 * DAY)
    run_forget()
    assert typed() == [""]


class Ended(Event):
    """Ends the embedded mode when it waits for its next round of forgetting."""

    def wait(self, timeout: float | None = None) -> bool:
        if timeout == 3600.0:
            self.set()
        return super().wait(min(timeout or 0.05, 0.05))


@pytest.mark.django_db(transaction=True)
def test_the_embedded_mode_forgets_as_soon_as_it_starts(world, site):
    at = site.now()
    Intent.objects.create(door="reset", submitted=ADA, created_at=at - 2 * DAY, expires_at=at - DAY)
    run(Ended())
    assert typed() == [""]
