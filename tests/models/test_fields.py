"""A moment means the same whatever the site's USE_TZ and TIME_ZONE say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.db.models import Max, Min
from django.db.models.functions import Coalesce

from domainguard.models import DomainStatus, Intent
from domainguard.services import intents

SUMMER = datetime(2026, 7, 1, 12, 30, 15, 250_000, tzinfo=UTC)
WINTER = datetime(2026, 1, 15, 23, 59, tzinfo=UTC)


@pytest.fixture(params=[(True, "UTC"), (False, "UTC"), (False, "Europe/Berlin")], ids=str)
def zone(request, settings, site):
    """Let the site keep its times in one of three ways."""
    settings.USE_TZ, settings.TIME_ZONE = request.param
    yield
    connection.ensure_timezone()


def made(at: datetime) -> Intent:
    return Intent.objects.create(door="reset", created_at=at, expires_at=at, next_try_at=None)


@pytest.mark.parametrize("moment", [SUMMER, WINTER])
def test_what_is_stored_comes_back_as_the_same_moment_in_utc(zone, moment):
    intent = made(moment.astimezone(timezone(timedelta(hours=-7))))
    kept = Intent.objects.get(pk=intent.pk).created_at
    assert kept == moment
    assert kept.utcoffset() == timedelta(0)


def test_comparisons_and_aggregates_speak_of_moments(zone):
    made(WINTER)
    made(SUMMER)
    second = timedelta(seconds=1)
    assert Intent.objects.filter(created_at__lte=WINTER).count() == 1
    assert Intent.objects.filter(created_at__lt=WINTER).count() == 0
    assert Intent.objects.filter(created_at__gt=SUMMER - second).count() == 1
    ends = Intent.objects.aggregate(
        first=Min(Coalesce("next_try_at", "created_at")), last=Max("created_at")
    )
    assert ends == {"first": WINTER, "last": SUMMER}


def test_an_update_and_an_empty_moment_come_back_too(zone):
    intent = made(WINTER)
    Intent.objects.filter(pk=intent.pk).update(next_try_at=SUMMER)
    assert Intent.objects.get().next_try_at == SUMMER
    Intent.objects.filter(pk=intent.pk).update(next_try_at=None)
    assert Intent.objects.get().next_try_at is None


def test_a_moment_without_a_zone_is_refused(zone):
    with pytest.raises(ValueError, match="takes an aware datetime"):
        made(datetime(2026, 7, 1, 12, 30))
    with pytest.raises(ValueError, match="takes an aware datetime"):
        list(DomainStatus.objects.filter(next_check_at__lte=datetime(2026, 7, 1)))


def test_work_falls_due_on_a_site_without_time_zones(zone, site):
    intents.store(door="reset", text="nobody@mill-lane.org")
    assert intents.work().settled == 1
    assert intents.work().settled == 0
