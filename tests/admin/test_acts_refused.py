"""Every act is refused, and the refusal written down, to whoever may not do it (F56)."""

from __future__ import annotations

import threading

import pytest
from allauth.account.models import EmailAddress
from django.db import connections
from django.urls import reverse

from domainguard.models import AuditEvent, ReviewCase, StaffAct
from domainguard.services import enroll
from domainguard.services.acts.verb import On
from domainguard.services.acts.verbs import VERBS
from domainguard.wiring import address_book
from registry_site.accounts.models import User
from tests.services.acts.desk import lost, lost_together, renewed, stopped

from .staff import ALL, Staff, denials, hire, page

KINDS = tuple(VERBS)
VIEWS = ("view_deverification", "view_domainstatus", "view_reviewcase", "view_staffact")
PROPOSALS = ("exempt", "raise", "clear", "close")  # whatever they are about


@pytest.fixture
def keys(site) -> dict[On, list[int]]:
    """Give one account, one domain and one case, all of them somebody's."""
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    (case,) = stopped(site, "one.org")
    return {On.ACCOUNT: [row.pk], On.DOMAIN: [case.domain_id], On.CASE: [case.pk]}


def ways_to_ask(who: Staff, keys: dict[On, list[int]]) -> dict[str, list[int]]:
    """Open and send the page of every act; give the two answers."""
    return {
        kind: [
            who.opens(kind, keys[VERBS[kind].on]).status_code,
            who.sends(kind, keys[VERBS[kind].on]).status_code,
        ]
        for kind in KINDS
    }


@pytest.mark.parametrize(
    "permissions",
    [
        (),
        VIEWS,
        ("approve_act", "undo_act", *VIEWS),
        tuple(verb.permission for verb in VERBS.values()),
    ],
    ids=["no permission", "view only", "approver only", "may act but not view"],
)
def test_without_permission_every_act_is_refused(keys, permissions):
    who = hire("ann", *permissions)
    assert ways_to_ask(who, keys) == {key: [403, 403] for key in KINDS}
    assert denials(who) == [(kind, "no_permission") for kind in KINDS for _ in range(2)]
    assert not StaffAct.objects.exists()


def test_each_permission_opens_its_own_acts_and_no_other(keys):
    for permission in {verb.permission for verb in VERBS.values()}:
        who = hire(permission, permission, *VIEWS)
        opened = {
            kind for kind in KINDS if who.opens(kind, keys[VERBS[kind].on]).status_code == 200
        }
        assert opened == {kind for kind in KINDS if VERBS[kind].permission == permission}


def test_nobody_acts_in_their_own_case_whatever_their_permissions(keys, site):
    own = User.objects.get(username="ada")
    own.is_staff = own.is_superuser = True
    own.save()
    site.mail_domain("one.org")
    who = hire("ann", *ALL)
    who.browser.force_login(own)
    EmailAddress.objects.create(user=own, email="ada@one.org", verified=True)
    enroll.enroll(address_book().addresses_of(str(own.pk)))
    assert ways_to_ask(who, keys) == {key: [403, 403] for key in KINDS}
    assert set(denials()) == {(kind, "own_case") for kind in KINDS}
    assert not StaffAct.objects.exists()


def test_a_form_without_the_pages_mark_is_refused_by_each(keys):
    who = hire("ann", *ALL, checks_csrf=True)
    sent = {kind: who.sends(kind, keys[VERBS[kind].on]).status_code for kind in KINDS}
    assert sent == dict.fromkeys(KINDS, 403)
    assert denials(who) == [(kind, "csrf") for kind in KINDS]
    assert not StaffAct.objects.exists()


def test_decisions_without_the_pages_mark_are_refused_too(keys):
    act = hire("ann", *ALL).does("raise", keys[On.CASE])
    who = hire("ben", *ALL, checks_csrf=True)
    for word in ("approve", "refuse", "undo"):
        assert who.decides(word, act).status_code == 403
    assert [why for _kind, why in denials(who)] == ["csrf"] * 3
    act.refresh_from_db()
    assert act.waits_for_second


def test_strangers_cannot_fill_the_trail_with_refusals(client, keys):
    client.post(page("restore", keys[On.ACCOUNT]), {"reason": "x"})
    assert not denials()


def test_a_page_that_was_used_is_good_for_nothing_else(keys):
    who = hire("ann", *ALL)
    assert who.sends("note", keys[On.ACCOUNT]).status_code == 302
    assert who.sends("note", keys[On.ACCOUNT]).status_code == 302
    assert StaffAct.objects.count() == 1
    others = [kind for kind in KINDS if kind != "note"]
    sent = {kind: who.sends(kind, keys[VERBS[kind].on]).status_code for kind in others}
    assert sent == dict.fromkeys(others, 409)
    assert denials(who) == [(kind, "replay") for kind in others]
    assert StaffAct.objects.count() == 1


def test_fifty_one_at_once_are_refused_by_every_act_on_accounts(site):
    rows = lost_together(site, 51)
    renewed(site)
    who = hire("ann", *ALL)
    kinds = [kind for kind in KINDS if VERBS[kind].on is On.ACCOUNT]
    sent = {kind: who.sends(kind, [row.pk for row in rows]).status_code for kind in kinds}
    assert sent == dict.fromkeys(kinds, 403)
    assert denials(who) == [(kind, "over_the_limit") for kind in kinds]
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize("kind", PROPOSALS)
def test_what_takes_two_is_not_done_by_one(keys, kind):
    ann = hire("ann", *ALL)
    act = ann.does(kind, keys[VERBS[kind].on])
    assert act.waits_for_second
    assert ann.decides("approve", act).status_code == 403
    assert denials(ann) == [(kind, "own_proposal")]
    act.refresh_from_db()
    assert act.waits_for_second
    assert ReviewCase.objects.filter(closed_at=None).count() == 1


@pytest.mark.parametrize(
    ("permissions", "why"),
    [
        ((), "no_permission"),
        (VIEWS, "no_permission"),
        (("approve_act", *VIEWS), "no_permission"),
        (("rule_case", *VIEWS), "no_permission"),
        (("rule_case", "approve_act"), "no_permission"),
    ],
    ids=["none", "view only", "no right to the act", "no right to approve", "no right to see"],
)
def test_nobody_approves_without_the_permissions_of_both(keys, permissions, why):
    act = hire("ann", *ALL).does("raise", keys[On.CASE])
    ben = hire("ben", *permissions)
    for word in ("approve", "refuse"):
        assert ben.decides(word, act).status_code == 403
    assert denials(ben) == [("raise", why)] * 2
    act.refresh_from_db()
    assert act.waits_for_second


def test_a_second_decision_comes_too_late_and_is_written_down(keys):
    act = hire("ann", *ALL).does("raise", keys[On.CASE])
    assert hire("ben", *ALL).decides("approve", act).status_code == 302
    cleo = hire("cleo", *ALL)
    assert cleo.decides("approve", act).status_code == 409
    assert cleo.decides("refuse", act).status_code == 409
    assert denials(cleo) == [("raise", "decided")] * 2


def test_what_cannot_be_undone_or_not_by_this_person_is_refused(keys):
    ann = hire("ann", *ALL)
    act = ann.does("note", keys[On.ACCOUNT])
    assert ann.decides("undo", act).status_code == 403
    kept = ann.does("keep", keys[On.ACCOUNT])
    ben = hire("ben", "keep_account", *VIEWS)
    assert ben.decides("undo", kept).status_code == 403
    assert denials() == [("note", "no_undo"), ("keep", "no_permission")]


@pytest.mark.parametrize("word", ["approve", "refuse", "undo"])
def test_no_decision_is_a_link_to_follow(keys, word):
    act = hire("ann", *ALL).does("raise", keys[On.CASE])
    where = reverse(f"admin:domainguard_staffact_{word}", args=[act.pk])
    assert hire("ben", *ALL).browser.get(where).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["act/restore/?pk=x", "act/promote/?pk=1", "act/hold/?pk=1", "act/restore/?pk=1%00"],
)
def test_addresses_that_mean_nothing_are_not_found(keys, address):
    where = reverse("admin:domainguard_deverification_changelist")
    assert hire("ann", *ALL).browser.get(where + address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_who_approve_at_once_one_decides(transactional_db, keys):
    act = hire("ann", *ALL).does("raise", keys[On.CASE])
    start, answers = threading.Barrier(2), []

    def approve(who: Staff) -> None:
        start.wait(60)
        answers.append(who.decides("approve", act).status_code)
        connections.close_all()

    threads = [threading.Thread(target=approve, args=(hire(name, *ALL),)) for name in ("b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [302, 409]
    assert denials() == [("raise", "decided")]
    assert AuditEvent.objects.filter(action="epoch_raised", domain="one.org").count() == 1
