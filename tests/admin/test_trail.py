"""The audit trail in the admin: words, filters, and an export with a permission of its own."""

from __future__ import annotations

import ast
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import domainguard
from domainguard import audit
from domainguard.admin.trail_words import ACTIONS
from domainguard.core.record import Act
from domainguard.models import AuditEvent, OutboxMail
from domainguard.services.seal_trail import seal_trail
from tests.admin.test_domains import signed_in

LIST = reverse("admin:domainguard_auditevent_changelist")
MAY = ("view_auditevent", "export_trail")
HOSTILE = '"><script>alert(1)</script>\u202e\x1b[2J'


@pytest.fixture
def trail(site) -> None:
    """Give a trail of four rows, one of a domain that has a page."""
    site.domain("mill-lane.org")
    site_now = site.now()
    audit.record("domain_hold", at=site_now, domain="mill-lane.org", reasons=["redemption"])
    audit.record("looked_now", at=site_now, actor="staff:7", domain="mill-road.org")
    audit.record("automation_paused", at=site_now, actor="shell:ada")
    audit.record("mail_sent", at=site_now, domain="mill-road.org", canonical="ada@mill-road.org")


def listed(browser: Client, **filters: str) -> list[str]:
    answer = browser.get(LIST, filters)
    assert answer.status_code == 200
    return [row.action for row in answer.context["cl"].result_list]


def take(browser: Client, form: str = "csv", query: str = "") -> Any:
    return browser.post(reverse("admin:domainguard_auditevent_export", args=[form]) + query)


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def recorded_actions() -> set[str]:
    """Give every action that the code names when it writes to the trail."""
    named: set[str] = set()
    for path in Path(domainguard.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            called = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if called in ("record", "event", "_record", "_event"):
                words = (getattr(each, "value", None) for each in ast.walk(call.args[0]))
                named |= {word for word in words if isinstance(word, str)}
    return named


def test_every_action_has_a_label_in_words():
    starts = {"domain_", "mail_"}  # of names whose other half is an enumeration's
    named = recorded_actions()
    assert named >= starts | {"epoch_raised", "automation_paused"}
    whole = named - starts | {f"domain_{act.value}" for act in Act}
    ends = (OutboxMail.Status.SENT, OutboxMail.Status.DROPPED, OutboxMail.Status.UNCERTAIN)
    whole |= {f"mail_{status.value}" for status in ends}
    assert whole - ACTIONS.keys() == set()


def test_the_list_says_what_happened_in_words_and_links_the_domain(trail):
    shown = signed_in("view_auditevent").get(LIST).content.decode()
    for words in ("Domain put on hold", "Looked at by staff", "reasons: redemption"):
        assert words in shown
    assert shown.count("/domainguard/domainstatus/") == 1
    assert "mill-road.org" in shown


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, ["mail_sent", "automation_paused", "looked_now", "domain_hold"]),
        ({"action": "looked_now"}, ["looked_now"]),
        ({"actor": "staff:"}, ["looked_now"]),
        ({"domain": " Mill-Road.org "}, ["mail_sent", "looked_now"]),
        ({"domain": "mill"}, []),
        ({"q": "road"}, ["mail_sent", "looked_now"]),
        ({"q": "ada@mill-road.org"}, ["mail_sent"]),
        ({"at__gte": "2026-02-01 00:00:00+00:00", "action": "mail_sent"}, ["mail_sent"]),
        ({"at__lt": "2026-02-01 00:00:00+00:00"}, []),
        ({"domain": "mill-road.org\0", "actor": "staff:"}, ["looked_now"]),
    ],
)
def test_filters_and_the_search_leave_the_rows_they_name(trail, filters, left):
    assert listed(signed_in("view_auditevent"), **filters) == left


def test_a_filter_to_type_in_keeps_the_others(trail):
    shown = signed_in("view_auditevent").get(LIST, {"action": "looked_now", "domain": "x.org"})
    forms = shown.content.decode().split('class="dg-filter"')[1:]
    assert ['name="action" value="looked_now"' in form for form in forms] == [True, True]
    assert 'type="hidden" name="domain"' in forms[0]
    assert 'type="hidden" name="domain"' not in forms[1]


@pytest.mark.parametrize("permissions", [(), ("view_auditevent",), ("export_trail",)])
def test_nobody_without_both_permissions_exports(trail, permissions):
    before = AuditEvent.objects.count()
    browser = signed_in(*permissions)
    assert take(browser).status_code in (302, 403)
    assert AuditEvent.objects.count() == before
    assert "Export these rows" not in browser.get(LIST).content.decode()


def test_an_export_is_no_link_and_asks_for_the_pages_own_token(trail):
    browser = signed_in(*MAY)
    page = reverse("admin:domainguard_auditevent_export", args=["csv"])
    assert browser.get(page).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(page).status_code == 403
    assert not AuditEvent.objects.filter(action="trail_exported").exists()


def test_an_export_holds_the_rows_that_were_shown_and_is_recorded(trail):
    browser = signed_in(*MAY)
    answer = take(browser, query="?action=looked_now&q=road")
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-trail-2026')
    assert "no-store" in answer["Cache-Control"]
    lines = list(csv.DictReader(io.StringIO(text_of(answer), newline="")))
    assert [line["action"] for line in lines] == ["looked_now"]
    row = AuditEvent.objects.get(action="trail_exported")
    assert row.actor.startswith("staff:")
    filters = {"action": "looked_now", "q": "road"}
    assert row.detail == {"form": "csv", "filters": filters, "rows": 1}
    document = json.loads(text_of(take(browser, "json")))
    assert [each["action"] for each in document["events"]][-1] == "trail_exported"


@pytest.mark.parametrize("typed", ["ada@mill-road.org", "ada@", "a@b@c\0"])
def test_the_record_of_an_export_holds_no_address(trail, typed):
    take(signed_in(*MAY), query=f"?q={typed}".replace("\0", "%00"))
    said = json.dumps(AuditEvent.objects.get(action="trail_exported").detail)
    assert "@" not in said


@pytest.mark.parametrize(("form", "query"), [("xlsx", ""), ("csv", "?nothing=1")])
def test_what_cannot_be_exported_is_refused_and_gives_nothing_out(trail, form, query):
    assert take(signed_in(*MAY), form, query).status_code in (302, 400)
    assert not AuditEvent.objects.filter(action="trail_exported").exists()


def test_hostile_text_is_shown_as_text_on_every_page(site):
    row = audit.record("domain_hold", at=site.now(), actor=HOSTILE, domain=HOSTILE, said=[HOSTILE])
    seal_trail()
    browser = signed_in("view_auditevent")
    change = reverse("admin:domainguard_auditevent_change", args=[row.pk])
    for page in (LIST, f"{LIST}?domain={HOSTILE}&actor={HOSTILE}&q={HOSTILE}", change):
        answer = browser.get(page)
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()
    assert "&lt;script&gt;" in answer.content.decode()


def test_the_list_takes_few_queries_however_many_rows(site, django_assert_max_num_queries):
    audit.record_all(
        audit.event("mail_sent", at=site.now(), domain=f"lane-{number}.org")
        for number in range(300)
    )
    browser = signed_in("view_auditevent")
    with django_assert_max_num_queries(8):
        browser.get(LIST)
