"""A site's own test: a domain lapses, and its address receives no reset any more."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.management import call_command

from domainguard.testing import SmallInternet, scripts
from domainguard.testing.clock import clock

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def internet(settings):
    clock.restart(START)
    with SmallInternet() as internet:
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, **internet.settings()}
        yield internet


def test_a_lapsed_domain_receives_no_reset(internet, transactional_db):
    internet.add(
        scripts.redemption("mill-lane.org", born=START - 900 * DAY, begins=START + 10 * DAY)
    )
    ada = get_user_model().objects.create_user("ada", "ada@mill-lane.org", "four stones high")
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)

    call_command("domainguard_sweep", stdout=io.StringIO())
    assert explain("ada@mill-lane.org")["eligible"]

    clock.set(START + 11 * DAY)
    call_command("domainguard_sweep", "--all", stdout=io.StringIO())
    told = explain("ada@mill-lane.org")
    assert (told["state"], told["held"], told["eligible"]) == ("redemption", True, False)


def explain(address: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("domainguard_explain", address, "--json", stdout=said)
    answer: dict[str, Any] = json.loads(said.getvalue())
    return answer
