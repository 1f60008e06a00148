"""After a reset sessions end, tokens wait for their owner's word, notices go where they may."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from domainguard.models import DomainStatus
from domainguard.testing import scripts
from registry_site.packages.models import ApiToken
from registry_site.packages.tokens import make_token, user_of
from tests.world import World

from .second_factor import KEY, code_of, give

ADA, HOME, LOST = "ada@mill-lane.org", "ada@fieldpost.net", "ada@ford-lane.org"
SECOND = "a new pair of shoes"


@pytest.fixture
def town(world, at) -> World:
    """Give a world where ada has two addresses that count, one that does not and one unproven."""
    for name in ("mill-lane.org", "fieldpost.net", "ford-lane.org", "quarry.org"):
        world.net.add(scripts.healthy(name, born=at(days=-400)))
    user = world.person("ada", ADA, HOME, LOST)
    EmailAddress.objects.create(user=user, email="never@quarry.org")
    world.sweep()
    DomainStatus.objects.filter(domain="ford-lane.org").update(control_epoch=2)
    return world


@pytest.fixture
def browser(town) -> Client:
    """Give a browser in which ada is signed in since before the reset."""
    client = Client()
    client.force_login(EmailAddress.objects.get(email=ADA).user)
    return client


def reset(town: World) -> Client:
    """Reset the password by mail; give a browser signed in by the new one."""
    town.net.sink.clear()
    town.ask_for_reset(ADA)
    town.serve()
    assert town.use(town.link_in(town.mail_to(ADA)[0]), SECOND)
    client = Client()
    client.post("/accounts/login/", {"login": "ada", "password": SECOND})
    return client


def test_other_sessions_end(town, browser):
    assert browser.get("/account/").status_code == 200
    fresh = reset(town)
    assert browser.get("/account/").status_code == 302
    assert fresh.get("/account/").status_code == 200


def test_notices_go_to_every_address_that_counts_and_to_no_other(town):
    reset(town)
    town.net.sink.clear()
    town.serve()
    assert sorted(each.rcpt_to for each in town.net.sink.messages) == [HOME, ADA]


def test_tokens_from_before_go_on_working_and_are_shown_for_a_decision(town, browser):
    secret = make_token(EmailAddress.objects.get(email=ADA).user, "ci")
    assert "Your password was reset" not in browser.get("/account/").text
    fresh = reset(town)
    assert user_of(secret) is not None
    assert "1 API token from before still works." in fresh.get("/account/").text
    assert 'name="keep"' in fresh.get("/account/tokens/").text


@pytest.mark.parametrize(("word", "kept"), [("keep", 1), ("revoke", 0)])
def test_a_token_decided_about_is_asked_about_no_more(town, word, kept):
    make_token(EmailAddress.objects.get(email=ADA).user, "ci")
    fresh = reset(town)
    fresh.post(f"/account/tokens/{ApiToken.objects.get().pk}/", {word: ""})
    assert "Your password was reset" not in fresh.get("/account/").text
    assert ApiToken.objects.count() == kept


def test_the_next_reset_asks_again(town):
    make_token(EmailAddress.objects.get(email=ADA).user, "ci")
    fresh = reset(town)
    fresh.post(f"/account/tokens/{ApiToken.objects.get().pk}/", {"keep": ""})
    assert "Your password was reset" in reset(town).get("/account/").text


def test_a_token_made_since_is_the_owners_own(town):
    fresh = reset(town)
    make_token(EmailAddress.objects.get(email=ADA).user, "new")
    assert "Your password was reset" not in fresh.get("/account/").text


def test_the_second_factor_outlives_a_reset_and_is_asked_for_at_the_next_sign_in(town):
    TOTP.activate(EmailAddress.objects.get(email=ADA).user, KEY)
    browser = reset(town)
    assert browser.get("/account/").status_code == 302
    assert give(browser, code_of(KEY)) == "/account/"
