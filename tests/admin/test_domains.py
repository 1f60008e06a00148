"""The admin's pages: the answer first, evidence read-only, look now."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from domainguard.models import AuditEvent, DomainStatus, Observation
from domainguard.testing import scripts
from registry_site.accounts.models import User


@pytest.fixture
def lapsed(world, at) -> DomainStatus:
    """Give a domain that was de-verified."""
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    world.pass_time(at(hours=7) - at())
    world.sweep()
    return world.domain("mill-lane.org")


def signed_in(*permissions: str, superuser: bool = False) -> Client:
    user = User.objects.create_user("staff", "staff@mill-road.org", "four stones high")
    user.is_staff, user.is_superuser = True, superuser
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    browser = Client()
    browser.force_login(user)
    return browser


def page(row: DomainStatus) -> str:
    return reverse("admin:domainguard_domainstatus_change", args=[row.pk])


def look(row: DomainStatus) -> str:
    return reverse("admin:domainguard_domainstatus_look", args=[row.pk])


def test_the_list_shows_domains_on_hold_first_and_filters_them(lapsed):
    browser = signed_in("view_domainstatus")
    listed = browser.get(reverse("admin:domainguard_domainstatus_changelist"))
    assert listed.context["cl"].result_list[0] == lapsed
    held = browser.get(reverse("admin:domainguard_domainstatus_changelist"), {"held__exact": 1})
    assert [row.domain for row in held.context["cl"].result_list] == ["mill-lane.org"]


def test_a_domains_page_says_the_answer_then_the_evidence_then_the_accounts(lapsed):
    shown = signed_in("view_domainstatus").get(page(lapsed)).content.decode()
    order = ["On hold", "redemption period", "Fingerprint, then and now", "What the sources said"]
    places = [shown.index(words) for words in (*order, "ada@mill-lane.org")]
    assert places == sorted(places)
    assert "Look now" not in shown


def test_a_domains_page_is_a_timeline_of_who_said_what_the_newest_first(lapsed):
    answer = signed_in("view_domainstatus").get(page(lapsed))
    looks = answer.context["looks"]
    moments = [first.at for first, _ in looks]
    assert len(moments) == 2
    assert moments == sorted(moments, reverse=True)
    assert all({each.source for each in group} >= {"dns", "rdap"} for _, group in looks)
    shown = " ".join(answer.content.decode().split())
    first, second = (f"{moment:%Y-%m-%d %H:%M}" for moment in moments)
    timeline = shown.partition("What the sources said")[2]
    assert timeline.index(first) < timeline.index(second)
    for words in ("pending delete, redemption period", "nxdomain 3/3", "rdap", "sweep"):
        assert timeline.count(words) >= 2, words


def test_look_now_asks_every_source_and_leaves_a_trace(lapsed):
    browser = signed_in("view_domainstatus", "look_now")
    before = Observation.objects.filter(domain=lapsed).count()
    assert "Look now" in browser.get(page(lapsed)).content.decode()
    answer = browser.post(look(lapsed), {"keep": "yes"}, follow=True)
    assert "redemption period" in answer.content.decode()
    assert Observation.objects.filter(domain=lapsed, purpose="staff").exists()
    assert Observation.objects.filter(domain=lapsed).count() > before
    assert AuditEvent.objects.get(action="looked_now").actor.startswith("staff:")


def test_a_look_shows_the_answers_first_and_keeps_nothing(lapsed):
    browser = signed_in("view_domainstatus", "look_now")
    before = Observation.objects.count()
    shown = browser.post(look(lapsed)).content.decode()
    for words in ("rdap", "redemption period", "nxdomain 3/3", "Kept, this look leaves the hold"):
        assert words in shown, words
    assert Observation.objects.count() == before
    assert AuditEvent.objects.get(action="looked_now").detail == {"kept": False}


def test_a_domains_page_compares_with_the_registration_before_the_epoch_rose(lapsed):
    answer = signed_in("view_domainstatus").get(page(lapsed))
    assert answer.context["taken"] == lapsed.bumps.get().at
    kept = lapsed.bumps.get().fingerprint_before
    then = {sign.name: sign.before for sign in answer.context["fingerprint"]}
    assert then["Handle at the registry"] == kept["handle"]


def test_a_domains_addresses_come_a_hundred_at_a_time(site):
    for number in range(101):
        site.person(f"p{number}", f"p{number}@mill-lane.org")
    row = DomainStatus.objects.get()
    browser = signed_in("view_domainstatus")
    first = browser.get(page(row)).context
    rest = browser.get(page(row), {"after": first["next_after"]}).context
    assert (len(first["standings"]), len(rest["standings"])) == (100, 1)
    assert rest["next_after"] is None
    assert browser.get(page(row), {"after": "x"}).context["after"] == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("mill", ["mill-lane.org", "mill-road.org"]),
        ("MILL-lane.org", ["mill-lane.org"]),
        ("Ada@dept.mill-lane.org", ["mill-lane.org"]),
        ("dept.mill-lane.org", ["mill-lane.org"]),
        ("lane", []),
        ("a@b@c", []),
        ("\0", ["mill-lane.org", "mill-road.org"]),
    ],
)
def test_a_domain_is_found_by_how_it_begins_or_by_an_address_on_it(site, asked, found):
    site.domain("mill-lane.org")
    site.domain("mill-road.org")
    where = reverse("admin:domainguard_domainstatus_changelist")
    listed = signed_in("view_domainstatus").get(where, {"q": asked})
    assert [row.domain for row in listed.context["cl"].result_list] == found


@pytest.mark.parametrize("permissions", [(), ("view_domainstatus",)])
def test_nobody_without_the_permission_looks_now(lapsed, permissions):
    assert signed_in(*permissions).post(look(lapsed)).status_code in (302, 403)
    assert not AuditEvent.objects.filter(action="looked_now").exists()


def test_looking_is_not_done_by_a_link(lapsed):
    assert signed_in(superuser=True).get(look(lapsed)).status_code == 403


def test_the_deverified_accounts_say_who_why_and_since_when(lapsed):
    browser = signed_in("view_deverification")
    listed = browser.get(reverse("admin:domainguard_deverification_changelist"))
    shown = listed.content.decode()
    for words in ("ada@mill-lane.org", "mill-lane.org", "it is in its redemption period"):
        assert words in shown
    (row,) = listed.context["cl"].result_list
    detail = browser.get(reverse("admin:domainguard_deverification_change", args=[row.pk]))
    assert "rdap: The registrar has deleted the domain" in detail.content.decode()
    assert "dns: The domain has gone from the DNS" in detail.content.decode()


def test_the_standing_filter_parts_those_still_out_from_those_restored(lapsed):
    browser = signed_in("view_deverification")
    address = reverse("admin:domainguard_deverification_changelist")
    assert len(browser.get(address, {"standing": "out"}).context["cl"].result_list) == 1
    assert len(browser.get(address, {"standing": "restored"}).context["cl"].result_list) == 0


@pytest.mark.parametrize("model", ["domainstatus", "deverification", "auditevent", "reviewcase"])
def test_not_even_a_superuser_adds_edits_or_deletes_a_row(lapsed, model):
    browser = signed_in(superuser=True)
    listed = browser.get(reverse(f"admin:domainguard_{model}_changelist"))
    assert listed.status_code == 200
    assert browser.get(reverse(f"admin:domainguard_{model}_add")).status_code == 403
    for row in listed.context["cl"].result_list[:1]:
        address = reverse(f"admin:domainguard_{model}_delete", args=[row.pk])
        assert browser.post(address, {"post": "yes"}).status_code == 403
        change = reverse(f"admin:domainguard_{model}_change", args=[row.pk])
        assert browser.post(change, {"control_epoch": 1}).status_code == 403


def test_hostile_text_from_a_registry_is_shown_as_text(lapsed):
    lapsed.observed = {**(lapsed.observed or {}), "registrar": "<script>alert(1)</script>"}
    lapsed.save()
    shown = signed_in("view_domainstatus").get(page(lapsed)).content.decode()
    assert "<script>alert(1)</script>" not in shown
    assert "&lt;script&gt;" in shown
