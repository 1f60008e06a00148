"""The page of addresses: what a new one means, what cannot be given up, what would be better."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from domainguard.models import AddressStanding
from domainguard.simulation import scripts

from .conftest import PASSWORD
from .second_factor import arm
from .standings import hold, lose_trust, prove

PAGE = "/accounts/email/"


@pytest.fixture
def ada(person):
    """Give somebody with one address, on a domain of her own."""
    ada = person("ada")
    prove(ada)
    return ada


@pytest.fixture
def browser(ada) -> Client:
    """Give a browser in which she has just given her password."""
    client = Client()
    client.force_login(ada)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def second(user, email: str = "ada@quarry.org"):
    """Give her another address that counts."""
    EmailAddress.objects.create(user=user, email=email, verified=True)
    return prove(user, email)


def post(client: Client, action: str, email: str):
    return client.post(PAGE, {"email": email, action: ""}, follow=True)


def test_adding_an_address_says_what_its_domain_is_like_today(world, at, browser):
    world.net.add(scripts.redemption("ford-lane.org", born=at(days=-400), begins=at(days=-1)))
    world.net.add(scripts.healthy("quarry.org", born=at(days=-9)))
    world.net.add(scripts.healthy("fieldpost.net", born=at(days=-900)))
    assert "has lapsed, is suspended" in post(browser, "action_add", "ada@ford-lane.org").text
    young = post(browser, "action_add", "ada@quarry.org").text
    assert "less than 60 days ago" in young
    assert 'class="warning"' not in post(browser, "action_add", "ada@fieldpost.net").text


def test_making_an_address_primary_says_it_too(world, at, ada, browser):
    world.net.add(scripts.healthy("quarry.org", born=at(days=-9)))
    second(ada)
    assert "less than 60 days ago" in post(browser, "action_primary", "ada@quarry.org").text


def test_the_last_address_that_counts_cannot_be_removed(ada, browser):
    standing = second(ada)
    ada.emailaddress_set.filter(email=ada.email).update(primary=False)
    hold(standing)
    ada.emailaddress_set.filter(email="ada@quarry.org").update(primary=True)
    assert "cannot be removed now" in post(browser, "action_remove", ada.email).text
    assert ada.emailaddress_set.count() == 2


def test_one_of_two_that_count_can_be_removed(ada, browser):
    second(ada)
    post(browser, "action_remove", "ada@quarry.org")
    assert ada.emailaddress_set.count() == 1


def test_an_address_that_counts_is_offered_as_primary_and_becomes_it(world, at, ada, browser):
    world.net.add(scripts.healthy("quarry.org", born=at(days=-400)))
    second(ada)
    assert "better-primary" not in browser.get(PAGE).text
    lose_trust(AddressStanding.objects.get(canonical=ada.email))
    assert "Make ada@quarry.org primary" in browser.get(PAGE).text
    post(browser, "action_primary", "ada@quarry.org")
    ada.refresh_from_db()
    assert ada.email == "ada@quarry.org"


def test_an_account_on_one_custom_domain_reads_what_it_lacks_until_it_has_it(ada, browser):
    assert "Everything hangs on one domain" in browser.get(PAGE).text
    arm(ada)
    assert "Everything hangs on one domain" not in browser.get(PAGE).text
