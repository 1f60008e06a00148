"""The dashboard and the index: each figure is the length of the list that it links to."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from domainguard.models import Automation, DomainStatus, ReviewCase, SweepRun
from domainguard.services.enforce import enforce
from domainguard.services.tally import tally
from tests.services.acts.desk import lost_together, stopped

from .staff import ALL, hire

DASHBOARD = reverse("admin:domainguard_tally_changelist")
LISTS = ["tally", "deverification", "domainstatus", "reviewcase", "staffact", "auditevent"]
LINK = re.compile(r'<a href="([^"]+)">(?:<strong>)?([\d,]+)(?: missing|</| gave)')


@pytest.fixture
def watched(site) -> None:
    """Give domains in several states, some accounts and cases that wait, and two days' counts."""
    tally()
    site.pass_time(timedelta(days=1))
    lost_together(site, 3)
    stopped(site, "one.org", "two.org")
    site.domain("soon.org", expires_at=site.now() + timedelta(days=7))
    site.domain("late.org", hot=True, silent=2)
    site.domain("gone.org", state="released")
    DomainStatus.objects.filter(domain="late.org").update(
        last_conclusive_at=site.now() - timedelta(days=30),
        next_check_at=site.now() - timedelta(hours=3),
    )
    SweepRun.objects.create(started_at=site.now(), counts={"checked": 7}, trouble="dns is away.")
    tally()


def test_every_figure_is_the_length_of_the_list_it_links_to(watched):
    browser = hire("ann", *ALL).browser
    shown = browser.get(DASHBOARD).content.decode()
    links = [(unescape(link), int(count)) for link, count in LINK.findall(shown)]
    assert len(links) > 25
    assert sum(count for _link, count in links) > 15
    for link, count in links:
        assert browser.get(link).context["cl"].result_count == count, link


def test_the_dashboard_says_what_waits_what_is_late_and_what_went_wrong(watched):
    shown = hire("ann", *ALL).browser.get(DASHBOARD).content.decode()
    for words in ("3\xa0hours", "behind with looks", "dns is away.", "As a table", "<title id="):
        assert words in shown, words


def test_a_paused_automation_is_said_on_the_index_and_the_dashboard(watched, site):
    paused = {"paused": True, "since": site.now(), "by": "shell:ada"}
    Automation.objects.update_or_create(pk=1, defaults=paused)
    browser = hire("ann", *ALL).browser
    for page in (DASHBOARD, reverse("admin:index")):
        assert "Automation is paused" in browser.get(page).content.decode()


def test_an_empty_site_shows_a_page_that_says_so(site):
    shown = hire("ann", *ALL).browser.get(DASHBOARD).content.decode()
    assert "Nothing has been counted yet" in shown
    assert "No sweep has run yet." in shown


def test_the_index_shows_the_panel_to_whom_the_dashboard_is_open_and_to_nobody_else(watched):
    index = reverse("admin:index")
    panel = "Recovery addresses"
    assert panel in hire("ann", "view_tally").browser.get(index).content.decode()
    ben = hire("ben", "view_domainstatus").browser
    assert panel not in ben.get(index).content.decode()
    assert ben.get(DASHBOARD).status_code == 403


def test_every_list_takes_fifteen_queries_at_most_however_many_rows(
    site, django_assert_max_num_queries
):
    lost_together(site, 40)
    stopped(site, *(f"case-{number}.org" for number in range(40)))
    tally()
    browser = hire("ann", *ALL).browser
    for page in ("index", *(f"domainguard_{name}_changelist" for name in LISTS)):
        with django_assert_max_num_queries(15):
            assert browser.get(reverse(f"admin:{page}")).status_code == 200, page


def test_a_case_that_closes_waits_no_more(watched, site):
    ReviewCase.objects.filter(domain__domain="one.org").update(closed_at=site.now())
    enforce()
    shown = hire("ann", *ALL).browser.get(reverse("admin:index")).content.decode()
    assert "<strong>1</strong> case waits" in shown
