"""The second factor: turned on and off by whoever can show both, asked for at every sign-in."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin import site as admin_site
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from domainguard.services import outbox
from registry_site.accounts.models import User

from .conftest import PASSWORD
from .second_factor import KEY, arm, code_of, codes_of, give, key_on
from .standings import hold, prove
from .test_pages import look_through

ON, OFF = "/accounts/second-factor/on/", "/accounts/second-factor/off/"
CODES, NEW = "/accounts/second-factor/codes/", "/accounts/second-factor/codes/new/"
AGAIN = "/accounts/reauthenticate/"
SIGN_IN = {"login": "ada", "password": PASSWORD}


@pytest.fixture
def ada(person) -> User:
    return person("ada")


@pytest.fixture
def armed(ada) -> User:
    arm(ada)
    return ada


@pytest.fixture
def browser(ada) -> Client:
    """Give a browser in which ada has said a moment ago who she is, before she had a factor."""
    client = Client()
    client.force_login(ada)
    client.post(AGAIN, {"password": PASSWORD})
    return client


def signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_it_is_turned_on_with_the_code_that_the_app_shows(browser, ada):
    page = browser.get(ON)
    look_through(page)
    key = key_on(page.text)
    assert browser.post(ON, {"code": "000000x"}).status_code == 200
    assert not Authenticator.objects.exists()
    assert browser.post(ON, {"code": code_of(key)}).url == CODES
    assert Authenticator.objects.filter(user=ada, type="totp").exists()
    shown = browser.get(CODES)
    look_through(shown)
    assert all(code in shown.text for code in codes_of(ada))
    assert not any(code in browser.get(CODES).text for code in codes_of(ada))


@pytest.mark.django_db(transaction=True)
def test_turning_it_on_signs_out_everywhere_else(browser, ada):
    elsewhere = Client()
    elsewhere.force_login(ada)
    turn_on(browser)
    assert signed_in(browser)
    assert not signed_in(elsewhere)


def test_signing_in_asks_for_a_code_and_opens_nothing_before(client, armed):
    assert client.post("/accounts/login/", SIGN_IN).url == "/accounts/code/"
    look_through(client.get("/accounts/code/"))
    assert not signed_in(client)
    assert give(client, code_of(KEY, periods=2)) == ""
    assert not signed_in(client)
    assert give(client, code_of(KEY)) == "/account/"
    assert signed_in(client)


def test_the_admin_asks_for_it_too(client, armed):
    User.objects.update(is_staff=True, is_superuser=True)
    client.post("/accounts/login/", SIGN_IN)
    assert client.get("/admin/").status_code == 302
    give(client, code_of(KEY))
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_stands_in_once(client, armed):
    code = codes_of(armed)[3]
    client.post("/accounts/login/", SIGN_IN)
    assert give(client, code) == "/account/"
    client.logout()
    client.post("/accounts/login/", SIGN_IN)
    assert give(client, code) == ""


def test_a_code_of_the_app_is_good_once(armed):
    first, second = Client(), Client()
    code = code_of(KEY)
    for each in (first, second):
        each.post("/accounts/login/", SIGN_IN)
    answers = [give(first, code), give(second, code)]
    assert answers == ["/account/", ""]


def test_after_five_wrong_codes_the_right_one_has_to_wait(client, armed):
    code = code_of(KEY)
    client.post("/accounts/login/", SIGN_IN)
    for _ in range(5):
        give(client, "000000")
    assert give(client, code) == ""
    cache.clear()
    assert give(client, code_of(KEY)) == "/account/"


def test_an_answer_without_a_code_is_a_wrong_one(client, armed):
    client.post("/accounts/login/", SIGN_IN)
    assert client.post("/accounts/code/").status_code == 200


CHANGES = [(OFF, {}), (NEW, {}), ("/accounts/email/", {"email": "a@gmail.com", "action_add": ""})]


@pytest.mark.parametrize(("path", "form"), CHANGES)
@pytest.mark.parametrize(
    "given",
    [
        {"password": PASSWORD},
        {"code": "right"},
        {"password": "wrong", "code": "right"},
        {"password": PASSWORD, "code": "0"},
    ],
)
def test_a_change_asks_for_both_factors(client, armed, path, form, given):
    if given.get("code") == "right":
        given = {**given, "code": code_of(KEY)}
    client.force_login(armed)
    assert client.post(path, form).url.startswith(AGAIN)
    assert client.post(AGAIN, given).status_code == 200
    assert client.post(path, form).url.startswith(AGAIN)


@pytest.mark.parametrize(("path", "form"), CHANGES)
def test_both_factors_are_good_for_fifteen_minutes(client, armed, path, form):
    client.force_login(armed)
    client.post(AGAIN, {"password": PASSWORD, "code": code_of(KEY)})
    session = client.session
    records = session["account_authentication_methods"]
    for each in records:
        each["at"] = time.time() - 15 * 60 - 1
    session.save()
    assert client.post(path, form).url.startswith(AGAIN)
    client.post(AGAIN, {"password": PASSWORD, "code": code_of(KEY)})
    assert not client.post(path, form).url.startswith(AGAIN)


def test_a_code_is_not_spent_on_a_wrong_password(client, armed):
    client.force_login(armed)
    code = code_of(KEY)
    client.post(AGAIN, {"password": "wrong", "code": code})
    assert client.post(AGAIN, {"password": PASSWORD, "code": code}).status_code == 302


def test_turning_it_off_voids_the_recovery_codes_and_signs_out_everywhere_else(client, armed):
    elsewhere = Client()
    elsewhere.force_login(armed)
    client.force_login(armed)
    client.post(AGAIN, {"password": PASSWORD, "code": code_of(KEY)})
    for path in ("/accounts/second-factor/", OFF, NEW, CODES):
        look_through(client.get(path))
    assert client.post(OFF).url == "/accounts/second-factor/"
    assert not Authenticator.objects.exists()
    assert signed_in(client)
    assert not signed_in(elsewhere)


def test_a_copy_of_the_database_holds_neither_key_nor_codes(armed):
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert KEY not in kept
    assert not any(code in kept for code in codes_of(armed))


def test_a_key_sealed_under_a_retired_secret_still_opens(client, armed, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one" * 6, [settings.SECRET_KEY]
    client.post("/accounts/login/", SIGN_IN)
    assert give(client, code_of(KEY)) == "/account/"


def turn_on(browser: Client) -> None:
    browser.post(ON, {"code": code_of(key_on(browser.get(ON).text))})


def turn_off(browser: Client) -> None:
    arm(User.objects.get(username="ada"))
    browser.post(OFF)


def renew_codes(browser: Client) -> None:
    arm(User.objects.get(username="ada"))
    browser.post(NEW)


def use_a_recovery_code(browser: Client) -> None:
    ada = User.objects.get(username="ada")
    arm(ada)
    client = Client()
    client.post("/accounts/login/", SIGN_IN)
    give(client, codes_of(ada)[0])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (turn_on, "The second factor was turned on."),
        (turn_off, "The second factor was turned off."),
        (renew_codes, "New recovery codes were made"),
        (use_a_recovery_code, "A recovery code was used"),
    ],
)
def test_a_change_is_told_at_every_address_that_can_be_trusted(
    site, mailoutbox, django_capture_on_commit_callbacks, change: Callable[[Client], None], sentence
):
    ada = site.person("ada", "ada@mill-lane.org", "ada@fieldpost.net", "ada@weir-lane.org")
    site.hold("weir-lane.org")
    browser = Client()
    browser.force_login(ada)
    browser.post(AGAIN, {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        change(browser)
    outbox.deliver()
    told = [(address, sentence in mail.body) for mail in mailoutbox for address in mail.to]
    assert sorted(told) == [("ada@fieldpost.net", True), ("ada@mill-lane.org", True)]


def test_whoever_lost_the_only_address_signs_in_with_both_and_adds_another(client, armed):
    hold(prove(armed))
    client.post("/accounts/login/", SIGN_IN)
    give(client, code_of(KEY))
    client.post(AGAIN, {"password": PASSWORD, "code": code_of(KEY)})
    client.post("/accounts/email/", {"email": "ada@gmail.com", "action_add": ""})
    assert armed.emailaddress_set.filter(email="ada@gmail.com").exists()


def test_staff_can_neither_read_nor_remove_a_second_factor_in_the_admin():
    assert not admin_site.is_registered(Authenticator)


@pytest.mark.parametrize("name", ["mfa_reauthenticate", "mfa_trust", "mfa_download_recovery_codes"])
def test_the_doors_that_would_ask_for_less_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)
