"""The page for Prometheus: who may read it, what it says, and what it never says."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from domainguard.metrics import HealthCollector, exposition
from domainguard.models import Observation
from domainguard.services import intents
from registry_site.accounts.models import User

ROOT = Path(__file__).parent.parent
TOKEN = "a token that only Prometheus has"


@pytest.fixture
def watched(site, settings):
    """Give a site with something of everything that the page tells."""
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "METRICS_TOKEN": TOKEN}
    site.person("ada", "ada@mill-lane.org")
    row = site.domain("weir-lane.org", state="redemption", held=True, hot=True)
    for source, outcome in (("dns", "answered"), ("rdap", "timed_out")):
        Observation.objects.create(
            domain=row,
            look=uuid.uuid4(),
            purpose="sweep",
            at=site.now() - timedelta(minutes=1),
            source=source,
            source_class="dns",
            outcome=outcome,
            asked="whois.weir-lane.org",
            note="weir-lane.org is in redemption",
            evidence={},
        )
    intents.store(door="reset", text="ada@mill-lane.org")
    site.pass_time(timedelta(seconds=30))
    return site


def values() -> dict[tuple[str, ...], float]:
    """Read the page as Prometheus does: by name and labels, in the order of the labels' names."""
    page, _ = exposition()
    return {
        (
            sample.name.removeprefix("domainguard_"),
            *(value for _, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def test_the_page_tells_what_an_operator_watches(watched):
    told = values()
    minute_ago = (watched.now() - timedelta(seconds=90)).timestamp()
    assert told["queue_age_seconds", "look"] == 0
    assert told["queue_age_seconds", "intent"] == 30
    assert told["queue_due", "intent"] == 1
    assert (told["domains", "active"], told["domains", "redemption"]) == (1, 1)
    assert (told["domains_held",], told["domains_silent",]) == (1, 0)
    assert (told["domains_watched", "hot"], told["domains_watched", "cold"]) == (1, 1)
    assert told["domains_looked_at", "conclusive", "hot", "1d"] == 1
    assert told["source_asked_last_hour", "rdap"] == 1
    assert told["source_answered_last_hour", "rdap"] == 0
    assert told["source_last_answer_timestamp_seconds", "dns"] == minute_ago
    assert told["source_last_failure_timestamp_seconds", "rdap"] == minute_ago
    assert ("source_last_answer_timestamp_seconds", "rdap") not in told
    assert (told["automation_paused",], told["review_cases_open",]) == (0, 0)


def test_every_metric_that_the_operators_page_names_is_on_the_page(watched):
    document = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"domainguard_(\w+)(?=[{` )\n])", document))
    commands = {"run", "pause", "sweep", "refresh", "audit"}
    told = {name for name, *_ in values()}
    assert {"queue_age_seconds", "domains_held"} <= named
    assert named - commands - told == set()
    assert told - named == set()


def test_no_domain_no_address_and_no_account_is_on_the_page(watched):
    page = exposition()[0].decode()
    assert "lane" not in page
    assert "ada" not in page
    assert "@" not in page


def test_a_site_may_put_the_collector_into_a_registry_of_its_own(watched):
    registry = CollectorRegistry()
    registry.register(HealthCollector())
    assert registry.get_sample_value("domainguard_domains_held") == 1


def test_registering_asks_no_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        CollectorRegistry(auto_describe=True).register(HealthCollector())


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 403),
        (f"Bearer {TOKEN}", 200),
        ("Bearer wrong", 403),
        (f"Bearer {TOKEN}x", 403),
        (f"Basic {TOKEN}", 403),
        ("Bearer ", 403),
    ],
)
def test_the_token_opens_the_page_and_nothing_like_it_does(watched, client, header, status):
    answer = client.get(reverse("domainguard:metrics"), headers={"Authorization": header})
    assert answer.status_code == status
    assert (b"domainguard_" in answer.content) is (status == 200)
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer None"])
def test_without_a_token_in_the_settings_none_opens_the_page(site, client, header):
    answer = client.get(reverse("domainguard:metrics"), headers={"Authorization": header})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("staff", "permitted", "status"),
    [(True, True, 200), (True, False, 403), (False, True, 403)],
)
def test_staff_who_may_see_the_domains_may_see_their_numbers(
    watched, client, staff, permitted, status
):
    user = User.objects.create_user("zoe", "zoe@ford-lane.org", is_staff=staff)
    if permitted:
        user.user_permissions.add(Permission.objects.get(codename="view_domainstatus"))
    client.force_login(user)
    assert client.get(reverse("domainguard:metrics")).status_code == status
