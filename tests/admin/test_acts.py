"""Confirmation pages, proposals and undo, as staff see them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from domainguard.gate import Purpose, may_receive
from domainguard.models import (
    AuditEvent,
    Deverification,
    DomainStatus,
    OutboxMail,
    ReviewCase,
    StaffAct,
)
from domainguard.services.acts.verbs import VERBS
from registry_site.accounts.models import User
from tests.services.acts.desk import later, lost, lost_together, renewed, stopped

from .staff import ALL, hire, page

ACTS = reverse("admin:domainguard_staffact_changelist")
CASES = reverse("admin:domainguard_reviewcase_changelist")
HOSTILE = '"><script>alert(1)</script>\u202e\x1b[2J=1+1'


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def act_page(act: StaffAct) -> str:
    return reverse("admin:domainguard_staffact_change", args=[act.pk])


def test_from_the_queue_an_account_is_restored_in_three_steps(site):
    row = lost(site)
    renewed(site)
    ann = hire("ann", *ALL)
    account = reverse("admin:domainguard_deverification_change", args=[row.pk])
    queue = ann.browser.get(reverse("admin:domainguard_deverification_changelist"))
    assert account in queue.content.decode()
    assert page("restore", [row.pk]) in text(ann.browser.get(account))
    act = ann.does("restore", [row.pk])
    assert may_receive(row.standing_id, Purpose.RECOVER).admitted
    shown = text(ann.browser.get(act_page(act)))
    assert "Carried out." in shown
    assert "ada (ada@mill-lane.org): Trusted again." in shown


def test_a_page_says_before_what_will_happen_to_whom_and_what_can_be_undone(site):
    rows = lost_together(site, 12)
    renewed(site)
    Deverification.objects.filter(pk=rows[0].pk).update(restored_at=site.now())
    rows[0].standing.verified_epoch = 2
    rows[0].standing.save()
    shown = text(hire("ann", *ALL).opens("restore", [row.pk for row in rows]))
    for words in (
        "The address counts again",
        "To 11 accounts",
        "p1 (p1@mill-lane.org)",
        "and 1 more",
        "p0 (p0@mill-lane.org): It is trusted already.",
        "A colleague has to agree.",
        "Propose: Restore",
        "Can be undone within 24 hours.",
    ):
        assert words in shown, words
    assert "p11 (p11@mill-lane.org)" not in shown


def test_a_domains_page_says_how_many_people_are_behind_it(site):
    site.person("ada", "ada@one.org", "ada@also.one.org")
    site.person("bob", "bob@one.org")
    row = DomainStatus.objects.get(domain="one.org")
    shown = text(hire("ann", *ALL).opens("hold", [row.pk]))
    assert "To 1 domain, with 2 accounts behind" in shown


def test_a_bulk_of_fifty_is_proposed_approved_by_a_second_person_and_undone(site):
    rows = lost_together(site, 51)
    renewed(site)
    ann, ben = hire("ann", *ALL), hire("ben", *ALL)
    queue = reverse("admin:domainguard_deverification_changelist")
    chosen = {"action": "act_restore", "_selected_action": [row.pk for row in rows], "index": 0}
    assert "Choose 50 at most." in text(ann.browser.post(queue, chosen, follow=True))
    rows = rows[:50]
    chosen["_selected_action"] = [row.pk for row in rows]
    led = ann.browser.post(queue, chosen)
    assert led.headers["Location"] == page("restore", [row.pk for row in rows])
    act = ann.does("restore", [row.pk for row in rows])
    waiting = text(ben.browser.get(f"{ACTS}?progress=waits"))
    assert act_page(act) in waiting
    shown = text(ben.browser.get(act_page(act)))
    assert "Agree" in shown
    assert "Take back" not in shown
    assert "Agree</button>" not in text(ann.browser.get(act_page(act)))
    ben.decides("approve", act, "One company.")
    assert Deverification.objects.filter(restored_at=None).count() == 1
    assert "Undo</button>" in text(ben.browser.get(act_page(act)))
    ben.decides("undo", act, "The wrong company.")
    assert Deverification.objects.filter(restored_at=None).count() == 51
    said = AuditEvent.objects.filter(actor=ben.name).values_list("action", flat=True)
    assert {"act_approved", "act_undone", "act_taken_back"} <= set(said)


def test_view_only_staff_see_every_page_and_no_act(site):
    row = lost(site)
    (case,) = stopped(site, "one.org")
    act = hire("ann", *ALL).does("note", [row.pk])
    views = ("deverification", "domainstatus", "reviewcase", "staffact")
    eve = hire("eve", *(f"view_{name}" for name in views))
    pages = {
        "deverification": row.pk,
        "domainstatus": case.domain_id,
        "reviewcase": case.pk,
        "staffact": act.pk,
    }
    for model, key in pages.items():
        for where in (
            reverse(f"admin:domainguard_{model}_changelist"),
            reverse(f"admin:domainguard_{model}_change", args=[key]),
        ):
            answer = eve.browser.get(where)
            assert answer.status_code == 200
            assert "/act/" not in answer.content.decode(), where
            assert 'name="action"' not in answer.content.decode(), where


def test_a_refused_proposal_says_by_whom_and_why(site):
    (case,) = stopped(site, "one.org")
    act = hire("ann", *ALL).does("raise", [case.pk])
    ben = hire("ben", *ALL)
    ben.decides("refuse", act, "The registry had an outage.")
    shown = text(ben.browser.get(act_page(act)))
    assert "Refused." in shown
    assert "The registry had an outage." in shown
    assert text(ben.browser.get(f"{ACTS}?progress=refused")).count(act_page(act)) == 1


def test_a_receipt_counts_each_kind_and_names_the_releases(site):
    row = lost(site)
    ann = hire("ann", *ALL)
    act = ann.does("contain", [row.pk])
    shown = text(ann.browser.get(act_page(act)))
    for words in ("sessions ended: all", "api_tokens ended: 0", "links ended: 0", "Releases since"):
        assert words in shown, words


def test_an_override_shows_its_end_on_the_domains_page(site):
    site.person("ada", "ada@one.org")
    site.hold("one.org")
    row = DomainStatus.objects.get(domain="one.org")
    ann, ben = hire("ann", *ALL), hire("ben", *ALL)
    act = ann.does("override", [row.pk])
    ben.decides("approve", act)
    domain = reverse("admin:domainguard_domainstatus_change", args=[row.pk])
    shown = text(ann.browser.get(domain))
    assert "Its holds are overridden by staff for a time" in shown
    assert "2026-03-05 23:59" in shown


@pytest.mark.parametrize("until", ["", "2026-02-27", "2027-01-01", "never"])
def test_an_override_without_a_good_end_is_asked_again(site, until):
    site.person("ada", "ada@one.org")
    site.hold("one.org")
    row = DomainStatus.objects.get(domain="one.org")
    answer = hire("ann", *ALL).sends("override", [row.pk], until=until)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize("kind", VERBS)
def test_no_act_is_done_without_a_reason(site, kind):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    (case,) = stopped(site, "one.org")
    keys = {"account": row.pk, "domain": case.domain_id, "case": case.pk}[VERBS[kind].on]
    answer = hire("ann", *ALL).sends(kind, [keys], reason="  ")
    assert answer.status_code == 200
    assert not StaffAct.objects.exists()


def test_cases_are_grouped_and_a_group_or_a_part_of_it_is_decided(site):
    cases = stopped(site, "one.org", "two.org", "three.net")
    ReviewCase.objects.filter(pk=cases[1].pk).update(detail={"source": "whois"})
    ann, ben = hire("ann", *ALL), hire("ben", *ALL)
    listed = ann.browser.get(CASES)
    groups = {
        group.name: group.count for rows in listed.context["groups"].values() for group in rows
    }
    assert groups == {"rdap": 2, "whois": 1, "org": 2, "net": 1, "iana:9101": 3}
    assert "1 addresses lose their trust" in text(listed) or "addresses lose" in text(listed)
    where = reverse("admin:domainguard_reviewcase_act", args=["raise"])
    group = f"{where}?group=tld%3Aorg&upto={cases[2].pk}"
    assert group.replace("&", "&amp;") in listed.content.decode()
    shown = text(ann.browser.get(group))
    assert "To 2 domains" in shown
    assert "three.net" not in shown
    ann.browser.post(group, {"reason": "True lapses.", "key": "k"})
    ben.decides("approve", StaffAct.objects.get())
    epochs = dict(DomainStatus.objects.values_list("domain", "control_epoch"))
    assert epochs == {"one.org": 2, "two.org": 2, "three.net": 1}
    assert list(ReviewCase.objects.filter(closed_at=None)) == [cases[2]]


def test_a_group_reaches_no_case_that_was_opened_after_it_was_shown(site):
    cases = stopped(site, "one.org", "two.org")
    where = reverse("admin:domainguard_reviewcase_act", args=["close"])
    shown = text(hire("ann", *ALL).browser.get(f"{where}?group=tld:org&upto={cases[0].pk}"))
    assert "two.org" not in shown


@pytest.mark.parametrize("query", ["group=tld:org", "group=tld:org&upto=x", "pk=x"])
def test_a_group_that_means_nothing_is_not_found(site, query):
    stopped(site, "one.org")
    where = reverse("admin:domainguard_reviewcase_act", args=["close"])
    assert hire("ann", *ALL).browser.get(f"{where}?{query}").status_code == 404


def test_a_case_shows_the_evidence_and_what_would_have_been_done(site):
    (case,) = stopped(site, "one.org")
    where = reverse("admin:domainguard_reviewcase_change", args=[case.pk])
    shown = text(hire("ann", *ALL).browser.get(where))
    assert "Raise the epoch to 2" in shown
    assert "rdap: The registrar has deleted the domain" in shown
    assert page("clear", [case.pk]) in shown


def test_hostile_text_runs_on_no_page_and_reaches_no_trail_as_it_is(site):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    User.objects.filter(username="ada").update(username=HOSTILE[:40])
    (case,) = stopped(site, "one.org")
    domain = case.domain
    domain.observed = {**(domain.observed or {}), "registrar": HOSTILE}
    domain.sentence = HOSTILE
    domain.save()
    ReviewCase.objects.update(reason=HOSTILE, detail={"source": HOSTILE})
    ann, ben = hire("ann", *ALL), hire("ben", *ALL)
    User.objects.filter(pk=ann.user.pk).update(username="<script>alert(1)</script>")
    acts = [
        ann.does("contact", [row.pk], reason=HOSTILE, message=HOSTILE),
        ann.does("raise", [case.pk], reason=HOSTILE),
    ]
    ben.decides("refuse", acts[1], HOSTILE)
    pages = [ACTS, CASES, *map(act_page, acts), f"{ACTS}?q={HOSTILE}"]
    pages += [reverse("admin:domainguard_reviewcase_change", args=[case.pk])]
    pages += [page("keep", [row.pk]), page("close", [case.pk]), page("hold", [domain.pk])]
    for where in pages:
        answer = ben.browser.get(where)
        assert answer.status_code == 200, where
        assert "<script>alert" not in answer.content.decode(), where
    assert OutboxMail.objects.filter(letter="staff").exists()


def test_lists_take_few_queries_however_many_rows(site, django_assert_max_num_queries):
    (case,) = stopped(site, "one.org")
    for number in range(30):
        row = site.domain(f"d{number}.org")
        ReviewCase.objects.create(
            kind=case.kind, domain=row, opened_at=site.now(), reason="R.", detail=case.detail
        )
        StaffAct.objects.create(
            kind="close", reason="R.", key=f"k{number}", by=f"staff:{number}", at=site.now()
        )
    ann = hire("ann", *ALL)
    for where in (ACTS, CASES):
        with django_assert_max_num_queries(15):
            ann.browser.get(where)


def test_after_72_hours_the_page_says_when_and_what_came_of_it(site):
    row = lost(site)
    renewed(site)
    DomainStatus.objects.filter(domain="mill-lane.org").update(state="suspended")
    ann, ben = hire("ann", *ALL), hire("ben", *ALL)
    act = ann.does("restore", [row.pk])
    assert "2026-03-04 09:00" in text(ben.browser.get(act_page(act)))
    ben.decides("approve", act)
    later(site, hours=1)
    assert "Agreed; carried out when its time has come." in text(ben.browser.get(act_page(act)))
    assert "Refuse</button>" in text(ben.browser.get(act_page(act)))
