"""Way (b) at its pages: signed in with a second factor, then a link. And whom it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connections
from django.test import Client
from django.urls import reverse

from domainguard.gate import Purpose
from domainguard.models import Deverification, DomainStatus, WayBack
from registry_site.accounts.models import User
from tests.journeys.lost import (
    DAY,
    DOMAIN,
    HOUR,
    LONG_BEFORE,
    LOST,
    OTHER,
    Loss,
    RowPlace,
    armed_since,
    lost_in_rows,
    refusal_in,
)
from tests.world import PASSWORD


@pytest.fixture
def loss(site) -> Loss:
    """Give ada, who lost one address and still has another."""
    return lost_in_rows(site, OTHER)


def without_a_factor(loss: Loss) -> Client:
    Authenticator.objects.all().delete()
    return loss.browser()


def with_a_young_factor(loss: Loss) -> Client:
    armed_since(loss.ada, loss.place.now() - DAY)
    return loss.browser()


def with_a_stale_factor(loss: Loss) -> Client:
    client = loss.browser()
    session = client.session
    for each in session["account_authentication_methods"]:
        each["at"] -= 16 * 60
    session.save()
    return client


def won_by_mail(loss: Loss) -> Client:
    loss.place.clear()
    Client().post(reverse("password_reset"), {"email": OTHER})
    loss.serve()
    (text,) = (each for each in loss.place.texts_to(OTHER) if "/password/reset/" in each)
    link = next(word for word in text.split() if "/password/reset/" in word)
    form, browser = {"new_password1": PASSWORD, "new_password2": PASSWORD}, Client()
    page = browser.get(link.partition("8000")[2], follow=True)
    browser.post(page.redirect_chain[-1][0], form)
    return loss.browser()


STRANGERS = {
    "with a leaked password alone": (without_a_factor, "no_factor"),
    "with a second factor added since": (with_a_young_factor, "young_factor"),
    "with a second factor of an hour ago": (with_a_stale_factor, "stale_factor"),
    "in a session won by a reset since": (won_by_mail, "recovered_session"),
}


def begin(loss: Loss) -> tuple[Client, str]:
    """Begin the way; give the browser, and the link that arrived at the lost address."""
    ada = loss.browser()
    assert loss.walk(ada, "signed_in") == ""
    return ada, loss.link_at(LOST)


def test_the_link_in_her_own_session_gives_the_address_back_for_messages_only(loss):
    ada, link = begin(loss)
    assert "has begun to bring it back" in loss.told()
    assert loss.open(ada, link) == ""
    assert loss.is_contact_only()
    assert EmailAddress.objects.get(email=LOST).verified
    assert not Deverification.objects.filter(restored_at=None).exists()
    assert not loss.domain.held
    assert "It is trusted again" in loss.told()
    assert loss.trail() == ["begun", "done"]


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_begins_it(loss, who):
    make, why = STRANGERS[who]
    assert loss.walk(make(loss), "signed_in") == why
    assert loss.link_at(LOST) == ""
    assert loss.gate(Purpose.CONFIRM).reason == "older_epoch"
    assert loss.trail() == []


@pytest.mark.parametrize("who", STRANGERS)
def test_the_owners_link_is_worth_nothing_to_whoever_reads_the_lost_mailbox(loss, who):
    _, link = begin(loss)
    make, why = STRANGERS[who]
    assert loss.open(make(loss), link) == why
    assert not loss.gate(Purpose.NOTICE).admitted


def test_a_leaked_password_alone_does_not_even_sign_in(loss):
    stranger = Client()
    stranger.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    page = reverse("domainguard_account:what_happened", args=[loss.standing.pk])
    assert stranger.get(page).headers["Location"].startswith("/accounts/login/")


def test_to_everybody_else_the_pages_are_a_sign_in_page_or_do_not_exist(loss, site):
    _, link = begin(loss)
    own = [loss.standing.pk], [loss.standing.pk, "case"], [loss.way().pk]
    names = ("what_happened", "walk", "stop")
    pages = [reverse(f"domainguard_account:{n}", args=a) for n, a in zip(names, own, strict=True)]
    stranger, eve = Client(), site.person("eve", "eve@fieldpost.net")
    for page in (*pages, link):
        assert stranger.get(page).headers["Location"].startswith("/accounts/login/")
    stranger.force_login(eve)
    assert {stranger.get(page).status_code for page in (*pages, link)} == {404}
    assert {stranger.post(page).status_code for page in (*pages[1:], link)} == {404}
    assert "ada" not in stranger.get("/account/addresses/").text


def test_what_a_stranger_sees_is_the_same_while_a_way_is_open(loss):
    pages = ("/user/ada/", "/help/recovery", "/accounts/password/reset/done/")

    def seen() -> list[bytes]:
        return [Client().get(page).content for page in pages]

    before = seen()
    begin(loss)
    assert seen() == before


def test_a_link_is_good_once_and_for_its_own_try(loss):
    ada, link = begin(loss)
    assert loss.walk(ada, "signed_in") == "under_way"
    assert loss.open(ada, link[:-3] + "xx/") == "link"
    assert loss.stop(ada) == ""
    assert loss.open(ada, link) == "over"
    assert loss.walk(ada, "signed_in") == ""
    assert loss.open(ada, link) == "over"
    newer = loss.link_at(LOST)
    assert loss.open(ada, newer) == ""
    assert refusal_in(ada.post(newer)) == "over"


def test_a_link_of_one_try_does_not_end_another(loss):
    ada, link = begin(loss)
    loss.stop(ada)
    assert loss.walk(ada, "signed_in") == ""
    newer = loss.link_at(LOST)
    mixed = link.replace(f"/back/{loss.way().pk - 1}/", f"/back/{loss.way().pk}/")
    assert mixed != link
    assert loss.open(ada, mixed) == "link"
    assert loss.open(ada, newer) == ""


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_confirm_at_once_give_back_once(loss):
    ada, link = begin(loss)
    tabs = [Client() for _ in range(4)]
    for each in tabs:
        each.cookies = ada.cookies

    def confirm(client: Client) -> int:
        try:
            return client.post(link).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(confirm, tabs))
    assert answers == [302, 403, 403, 403]
    assert loss.trail() == ["begun", "done"]


def test_an_epoch_that_rises_while_the_link_is_on_its_way_ends_the_try(loss):
    ada, link = begin(loss)
    DomainStatus.objects.filter(pk=loss.domain.pk).update(control_epoch=3)
    ada.get(link)
    assert refusal_in(ada.post(link)) in ("over", "link")
    loss.later(HOUR)
    assert loss.trail() == ["begun", "overtaken"]
    assert "changed again" in loss.told()
    assert loss.standing.verified_epoch == 1


def test_a_hold_that_begins_while_the_link_is_on_its_way_holds_the_try(loss, site):
    ada, link = begin(loss)
    site.hold("mill-lane.org")
    assert loss.open(ada, link) in ("held", "link")
    assert loss.walk(ada, "signed_in") == "under_way"
    loss.stop(ada)
    assert loss.walk(ada, "signed_in") == "held"


def test_a_day_later_nothing_is_left_of_it(loss):
    ada, link = begin(loss)
    loss.later(DAY)
    assert loss.trail() == ["begun", "expired"]
    assert loss.open(ada, link) == "over"
    assert "ran out" in loss.told()


def test_five_tries_a_day_are_enough(loss):
    ada = loss.browser()
    for _ in range(5):
        assert loss.walk(ada, "signed_in") == ""
        assert loss.stop(ada) == ""
    assert loss.walk(ada, "signed_in") == "too_many"
    loss.later(DAY + HOUR)
    assert loss.walk(ada, "signed_in") == ""


def test_whoever_it_was_not_takes_it_back_while_it_is_for_messages_only(loss):
    ada, link = begin(loss)
    assert loss.open(ada, link) == ""
    page = ada.get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    assert "That was not me: take it back" in page.text
    assert loss.stop(ada) == ""
    assert loss.gate(Purpose.NOTICE).reason == "older_epoch"
    assert not EmailAddress.objects.get(email=LOST).verified
    assert "said that it was not them" in loss.told()
    assert loss.way().end == WayBack.End.WITHDRAWN
    assert Deverification.objects.filter(restored_at=None).count() == 1


def test_after_two_weeks_the_address_counts_in_full_and_nothing_is_taken_back(loss):
    ada, link = begin(loss)
    assert loss.open(ada, link) == ""
    assert not loss.reset_comes(LOST)
    loss.place.pass_time(14 * DAY)
    assert loss.gate().admitted
    assert loss.reset_comes(LOST)
    assert loss.stop(loss.browser()) == "over"
    assert loss.gate().admitted


def test_an_address_that_another_account_has_proven_meanwhile_is_not_given_back(loss):
    ada, link = begin(loss)
    eve = User.objects.create_user("eve", "eve@fieldpost.net", PASSWORD)
    EmailAddress.objects.create(user=eve, email=LOST, verified=True, primary=True)
    assert loss.open(ada, link) == "taken"
    assert loss.way().ended_at is None
    assert loss.standing.verified_epoch == 1


def test_a_hold_that_no_second_sign_ever_confirms_is_no_dead_end(site):
    loss = Loss(RowPlace(site), site.person("ada", LOST, OTHER))
    armed_since(loss.ada, LONG_BEFORE)
    site.hold(DOMAIN, t0=site.now() - 5 * DAY)
    assert loss.gate().reason == "held"
    ada, link = begin(loss)
    assert loss.open(ada, link) == ""
    assert loss.is_contact_only()
    assert loss.domain.held
    assert loss.stop(ada) == ""
    assert loss.gate(Purpose.NOTICE).reason == "held"


def test_a_hold_without_a_date_is_left_to_the_dns_and_to_people(site):
    loss = Loss(RowPlace(site), site.person("ada", LOST, OTHER))
    armed_since(loss.ada, LONG_BEFORE)
    site.hold(DOMAIN, t0=site.now() - 5 * DAY)
    row = loss.domain
    row.holds[0]["t0"] = None
    row.save()
    page = loss.browser().get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    assert [way.value for way in page.context["ways"]] == ["dns_proof", "case"]
    assert loss.walk(loss.browser(), "signed_in") == "held"
