"""Stored text that means harm runs on no page of the admin, and breaks no page and no log line."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.urls import reverse

from domainguard import audit
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Deverification,
    DomainStatus,
    EpochBump,
    MailDomain,
    Observation,
    OutboxMail,
    ReviewCase,
    StaffAct,
    SweepRun,
    Tally,
)
from domainguard.services.tally import tally
from registry_site.accounts.models import User
from registry_site.packages.models import Project, Release
from tests.services.acts.desk import lost, order, stopped

from .staff import ALL, hire

HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
    "</title></svg><a href='javascript:alert(1)'>{% now 'Y' %}\u202e\x1b[2J\r\nERROR no"
)
RUNS = (
    "<script>alert",
    "<img src=x",
    "href='javascript:",
    'href="javascript:',
    "2026\u202e",
)  # the last: a template tag that ran
LISTS = ("tally", "deverification", "domainstatus", "reviewcase", "staffact", "auditevent")


@pytest.fixture
def pages(site) -> list[str]:
    """Fill every text that somebody outside can write, and give every page that shows rows."""
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    (case,) = stopped(site, "one.org")
    act = order("note", [row], reason=HOSTILE[:300])
    Release.objects.create(
        project=Project.objects.create(name=HOSTILE[:80]), version=HOSTILE[:40],
        published_by_id=row.standing.account, published_at=site.now(),
    )  # fmt: skip
    OutboxMail.objects.create(
        standing=row.standing, account=row.standing.account, purpose="notice", letter=HOSTILE[:32],
        created_at=site.now(), expires_at=site.now(), reason=HOSTILE[:64],
    )  # fmt: skip
    _domains(site, row)
    User.objects.filter(pk=row.standing.account).update(username=HOSTILE[:40])
    Deverification.objects.update(account_name=HOSTILE[:255], assigned_to=HOSTILE[:80])
    AddressStanding.objects.update(address=HOSTILE[:300])
    ReviewCase.objects.update(
        reason=HOSTILE[:300], detail=dict.fromkeys(("source", "tld"), HOSTILE)
    )
    StaffAct.objects.update(needs_second=HOSTILE[:200], approval=HOSTILE[:300])
    audit.record("domain_hold", at=site.now(), actor=HOSTILE[:80], domain=HOSTILE, said=HOSTILE)
    SweepRun.objects.create(started_at=site.now(), trouble=HOSTILE[:300])
    tally()
    Tally.objects.update(figures={"states": {}, "sources": [_source()], "tiers": [], "lapses": []})
    shown = [row, row.bump.domain, case, act, AuditEvent.objects.latest("pk")]
    lists = [reverse(f"admin:domainguard_{name}_changelist") for name in LISTS]
    names = [(each._meta.model_name, each.pk) for each in shown]
    changes = [reverse(f"admin:domainguard_{name}_change", args=[key]) for name, key in names]
    confirm = reverse("admin:domainguard_deverification_act", args=["contain"]) + f"?pk={row.pk}"
    return [reverse("admin:index"), *lists, *changes, confirm]


def _source() -> dict[str, object]:
    moments = dict.fromkeys(("last_answer_at", "last_failure_at"))
    return {"name": HOSTILE, "asked": 2, "answered": 1, **moments}


def _domains(site, row: Deverification) -> None:
    said = {
        **dict.fromkeys(("handle", "registrar", "soa"), HOSTILE),
        **{key: [HOSTILE] for key in ("ns", "mx", "ds")},
        "registered_at": None,
    }
    found = {"registration": {"statuses": [HOSTILE], "registered_at": HOSTILE},
             "delegation": {"presence": HOSTILE, "quorum": HOSTILE}}  # fmt: skip
    Observation.objects.create(
        domain=row.bump.domain, look="0" * 32, purpose="sweep", at=site.now() - timedelta(hours=1),
        source=HOSTILE[:16], source_class="registry", outcome="answered", asked=HOSTILE[:255],
        note=HOSTILE[:300], evidence=found,
    )  # fmt: skip
    DomainStatus.objects.update(observed=said, fingerprint=said, sentence=HOSTILE[:200])
    EpochBump.objects.update(sentence=HOSTILE[:200], fingerprint_before=said)
    MailDomain.objects.filter(name="mill-lane.org").update(name=HOSTILE[:200])


def test_hostile_text_is_text_on_every_page(pages):
    browser = hire("ann", *ALL).browser
    told = 0
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 200, page
        shown = answer.content.decode()
        assert [words for words in RUNS if words in shown] == [], page
        told += "&lt;script&gt;alert" in shown
    assert told >= len(pages) - 1  # all but the index, which shows nobody's words


def test_hostile_text_in_an_address_of_a_page_is_text_too(pages):
    browser = hire("ann", *ALL).browser
    for name in LISTS:
        where = reverse(f"admin:domainguard_{name}_changelist")
        for field in ("q", "standing", "expiry", "looks", "assigned", "domain", "actor"):
            answer = browser.get(where, {field: HOSTILE}, follow=True)
            assert answer.status_code == 200, (name, field)
            assert [words for words in RUNS if words in answer.content.decode()] == [], name


def test_hostile_text_breaks_no_log_line(pages, caplog):
    browser = hire("ann", *ALL).browser
    with caplog.at_level(logging.DEBUG):
        for page in pages:
            browser.get(page)
    lines = [record.getMessage() for record in caplog.records if record.name != "django.template"]
    assert [line for line in lines if "\x1b" in line or "\nERROR no" in line] == []
