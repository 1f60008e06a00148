"""Way (e) at its pages, and what the owner is told on the page of an address."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from domainguard.gate import Purpose
from domainguard.models import AddressStanding, WayBack
from domainguard.services import enforce
from tests.journeys.lost import DAY, DOMAIN, HOUR, LOST, OTHER, Loss, RowPlace, lost_in_rows

SAID = "I have had the domain since 2019 and bought it back on 21 April; invoice 4711."


@pytest.fixture
def loss(site) -> Loss:
    """Give ada, who has neither a second factor nor a code, and still has another address."""
    loss = lost_in_rows(site, OTHER)
    Authenticator.objects.all().delete()
    return loss


def test_the_admins_get_what_the_owner_says_and_nothing_follows_by_itself(loss):
    ada = loss.browser()
    assert "proofs" in loss.walk(ada, "case", proofs="It is me.")
    assert loss.walk(ada, "case", proofs=SAID) == ""
    assert WayBack.objects.get().proofs == SAID
    assert "has begun to bring it back" in loss.told()
    loss.later(10 * DAY)
    assert not loss.gate(Purpose.NOTICE).admitted
    assert loss.gate(Purpose.CONFIRM).reason == "older_epoch"


def test_what_the_admins_give_back_ends_the_case(loss):
    assert loss.walk(loss.browser(), "case", proofs=SAID) == ""
    AddressStanding.objects.filter(canonical=LOST).update(
        verified_epoch=loss.domain.control_epoch, verified_at=loss.place.now()
    )
    loss.later(HOUR)
    assert loss.trail() == ["begun", "done"]


def test_a_case_may_be_opened_while_the_domain_is_in_trouble(loss, site):
    site.hold(DOMAIN)
    assert loss.walk(loss.browser(), "case", proofs=SAID) == ""


def test_a_rise_of_the_epoch_and_two_months_end_a_case(loss):
    ada = loss.browser()
    assert loss.walk(ada, "case", proofs=SAID) == ""
    loss.place.pass_time(60 * DAY)
    loss.later(HOUR)
    assert loss.walk(loss.browser(), "case", proofs=SAID) == ""
    row = loss.domain
    row.control_epoch += 1
    row.save()
    loss.later(HOUR)
    assert loss.trail() == ["begun", "expired", "begun", "overtaken"]


def test_staff_read_the_case_in_the_admin_and_change_nothing_there(loss, site, client):
    assert loss.walk(loss.browser(), "case", proofs=SAID) == ""
    staff = site.person("root", "root@lane-end.org", is_staff=True, is_superuser=True)
    client.force_login(staff)
    assert LOST in client.get("/admin/domainguard/wayback/").text
    page = client.get(f"/admin/domainguard/wayback/{loss.way().pk}/change/")
    assert "invoice 4711" in page.text
    assert 'name="_save"' not in page.text
    assert client.get("/admin/domainguard/wayback/add/").status_code == 403


def test_the_page_says_what_happened_on_which_day_and_what_was_seen(loss):
    page = loss.browser().get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    (bump, *_) = page.context["story"].happened
    assert bump.what == "The domain registry gives the domain a new handle: it was created anew."
    assert bump.what in page.text
    assert {line.partition(": ")[0] for line in bump.seen} == {"1 March 2026"}
    assert all(line in page.text for line in bump.seen)
    assert "no-store" in page.headers["Cache-Control"]


def test_the_list_leads_to_the_page_and_so_does_the_page_of_addresses(loss):
    ada = loss.browser()
    page = reverse("domainguard_account:what_happened", args=[loss.standing.pk])
    assert page in ada.get("/account/addresses/").text
    assert page in ada.get("/accounts/email/").text
    stories = ada.get("/account/addresses/").context["stories"]
    assert [story.standing.address for story in stories] == [LOST]


def test_an_address_to_which_nothing_happened_has_a_page_that_says_so(site):
    loss = Loss(RowPlace(site), site.person("ada", LOST))
    ada = loss.browser()
    page = ada.get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    assert "This address is as you left it." in page.text
    walk = reverse("domainguard_account:walk", args=[loss.standing.pk, "case"])
    assert ada.get(walk).status_code == ada.post(walk).status_code == 404


def test_an_address_on_hold_is_told_and_offers_no_way_that_needs_none(site):
    loss = Loss(RowPlace(site), site.person("ada", LOST))
    site.hold(DOMAIN)
    page = loss.browser().get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    assert "ends by itself" in page.text
    assert page.context["ways"] == ()


def test_a_domain_that_is_renewed_while_a_case_waits_comes_back_by_itself_and_ends_it(site):
    loss = Loss(RowPlace(site), site.person("ada", LOST, OTHER))
    site.corroborate(DOMAIN)
    enforce.enforce()
    assert "we no longer trust ada@mill-lane.org" in loss.told()
    ada = loss.browser()
    page = ada.get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    assert [way.value for way in page.context["ways"]] == ["same_registration", "dns_proof", "case"]
    assert loss.walk(ada, "case", proofs=SAID) == ""
    site.heal(DOMAIN)
    enforce.enforce()
    assert loss.gate().admitted
    assert loss.standing.recovery_from is None
    loss.later(HOUR)
    assert loss.trail() == ["begun", "done"]
    assert "registered as it was before" in loss.told(LOST)
