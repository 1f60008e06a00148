"""Signing up, signing in, and the mails around both."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse

from domainguard.testing import scripts
from registry_site.accounts.models import User

from .conftest import PASSWORD
from .standings import hold, lose_trust, prove

FOREIGN = "evil.example"


@pytest.fixture
def mill(world, at):
    """Give a world whose workers run when they are told to, with two healthy domains."""
    for name in ("mill.org", "mill-ada.org"):
        world.net.add(scripts.healthy(name, born=at(days=-400)))
    return world


def sign_in(client, login: str):
    return client.post("/accounts/login/", {"login": login, "password": PASSWORD})


def sign_up(client, **changed: str):
    form = {
        "username": "ada",
        "email": "ada@mill.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return client.post("/accounts/signup/", form | changed)


def test_an_account_begins_when_its_address_is_proven(client, mill):
    assert sign_up(client).url == "/accounts/confirm-email/"
    assert sign_in(client, "ada").url == "/accounts/confirm-email/"
    mill.serve()
    path = mill.link_in(mill.mail_to("ada@mill.org")[0])
    assert client.get(path).status_code == 200
    assert not EmailAddress.objects.get().verified
    client.post(path)
    assert EmailAddress.objects.get().verified
    assert sign_in(client, "ada").url == "/account/"


def test_a_mailed_link_starts_with_our_origin_whatever_host_the_request_names(
    client, mill, settings
):
    settings.ALLOWED_HOSTS = ["*"]
    client.defaults |= {"HTTP_HOST": FOREIGN, "HTTP_X_FORWARDED_HOST": FOREIGN}
    sign_up(client)
    mill.serve()
    cache.clear()  # one mail per address in three minutes
    sign_up(client, username="bob")
    mill.serve()
    mails = mill.mail_to("ada@mill.org")
    assert [mail.message["subject"] for mail in mails] == [
        "Is this your address?",
        "You have an account at Cairn",
    ]
    for mail in mails:
        assert "http://127.0.0.1:8000/accounts/" in mail.text
        assert FOREIGN not in mail.message.as_string()


@pytest.mark.django_db
def test_signing_up_with_a_taken_address_looks_like_signing_up(client, person):
    ada = person("ada")
    fresh = sign_up(client, username="bob", email="bob@mill.org")
    taken = sign_up(client, username="eve", email=ada.email)
    assert (fresh.status_code, fresh.url) == (taken.status_code, taken.url)
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize("adversity", [hold, lose_trust])
def test_a_mailbox_that_may_be_a_strangers_hears_of_no_sign_up(client, person, mill, adversity):
    ada = person("ada")
    adversity(prove(ada))
    assert sign_up(client, username="eve", email=ada.email).url == "/accounts/confirm-email/"
    mill.serve()
    assert mill.net.sink.messages == []


@pytest.mark.parametrize(
    "name", ["a@b.org", "a b", ".a", "a-", "\uff41da", "x" * 41, "ada\n<b>", "ADA"]
)
def test_what_is_no_username_or_is_taken_is_refused(client, person, name):
    person("ada")
    assert sign_up(client, username=name, email="new@mill.org").status_code == 200
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "email", ["ada@[127.0.0.1]", '"a b"@mill.org', "ada@co.uk", "ada@localhost", "ada@straße.de"]
)
def test_an_address_nobody_can_look_after_is_refused_with_a_reason(client, email):
    response = sign_up(client, email=email)
    assert response.context["form"].errors["email"]
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_address_is_stored_as_it_will_be_mailed(client):
    sign_up(client, email="Ada@BÜCHER.de")
    assert EmailAddress.objects.get().email == "ada@xn--bcher-kva.de"


@pytest.mark.parametrize("login", ["ada", "ada@mill-ada.org"])
def test_a_proven_account_signs_in_by_name_or_address(client, person, login):
    person("ada")
    assert sign_in(client, login).url == "/account/"


@pytest.mark.parametrize("login", ["ada", "ada@mill-ada.org"])
def test_whoever_lost_trust_in_the_only_address_still_signs_in(client, person, mill, login):
    ada = person("ada")
    lose_trust(prove(ada))
    EmailAddress.objects.filter(user=ada).update(verified=False)
    assert sign_in(client, login).url == "/account/"
    mill.serve()
    assert mill.net.sink.messages == []


def test_whoever_never_proved_an_address_proves_one_first(client, person, mill):
    person("ada", verified=False)
    assert sign_in(client, "ada").url == "/accounts/confirm-email/"
    assert client.get("/account/").status_code == 302
    mill.serve()
    assert len(mill.mail_to("ada@mill-ada.org")) == 1


def test_a_superuser_made_at_the_console_needs_no_mail(client, db):
    User.objects.create_superuser("root", "", PASSWORD)
    assert sign_in(client, "root").url == "/account/"


def test_a_wrong_password_is_wrong_for_known_and_unknown_alike(client, person):
    person("ada")
    form = {"password": "not the password"}
    known = client.post("/accounts/login/", {**form, "login": "ada"})
    unknown = client.post("/accounts/login/", {**form, "login": "eve"})
    assert known.context["form"].errors == unknown.context["form"].errors


def test_changing_an_address_asks_for_the_password_once_more(client, person):
    ada = person("ada")
    client.force_login(ada)
    added = client.post("/accounts/email/", {"email": "ada@quarry.org", "action_add": ""})
    assert added.url.startswith("/accounts/reauthenticate/")
    assert EmailAddress.objects.filter(user=ada).count() == 1


def test_adding_an_address_that_another_account_has_looks_like_adding_any(client, person, mill):
    person("bob")
    client.force_login(person("ada"))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answers = [
        client.post("/accounts/email/", {"email": email, "action_add": ""})
        for email in ("bob@mill-bob.org", "ada@quarry.org")
    ]
    assert [(each.status_code, each.url) for each in answers] == [(302, "/accounts/email/")] * 2
    shown = client.get("/accounts/email/").text
    assert ("bob@mill-bob.org" in shown) == ("ada@quarry.org" in shown)


@pytest.mark.parametrize(
    "name",
    ["account_reset_password_from_key", "account_request_login_code", "account_confirm_login_code"],
)
def test_the_doors_of_allauth_that_nobody_guards_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name, args=["1-x"] if "key" in name else [])


@pytest.mark.parametrize("name", ["account_reset_password", "password_reset"])
def test_the_reset_page_is_domainguards(client, db, name):
    from domainguard.integrations.auth import PasswordResetView

    view = client.get(reverse(name)).resolver_match.func.view_class
    assert issubclass(view, PasswordResetView)
