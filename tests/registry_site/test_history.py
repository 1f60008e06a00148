"""The page on which an owner reads what happened to the account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from domainguard import audit
from registry_site.accounts.events import note
from registry_site.accounts.models import AccountEvent, User
from registry_site.packages.models import ApiToken, Role
from registry_site.packages.tokens import make_token

from .conftest import PASSWORD
from .second_factor import KEY, arm, code_of, codes_of, give, key_on
from .test_pages import look_through

PAGE = "/account/history/"
SIGN_IN = {"login": "ada", "password": PASSWORD}
What = AccountEvent.What


def words_of(user: User) -> list[tuple[str, str]]:
    """Give what was kept of a person, the oldest first."""
    return list(user.events.order_by("pk").values_list("what", "about"))


def test_each_change_is_kept_with_what_it_concerned(
    client, person, project, django_capture_on_commit_callbacks
):
    ada = person("ada")
    client.post("/accounts/login/", SIGN_IN)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "ada@gmail.com", "action_add": ""})
    EmailAddress.objects.filter(email="ada@gmail.com").update(verified=True)
    client.post("/accounts/email/", {"email": "ada@gmail.com", "action_primary": ""})
    client.post("/accounts/email/", {"email": "ada@mill-ada.org", "action_remove": ""})
    with django_capture_on_commit_callbacks(execute=True):
        key = key_on(client.get("/accounts/second-factor/on/").text)
        client.post("/accounts/second-factor/on/", {"code": code_of(key)})
    make_token(ada, "ci")
    ApiToken.objects.get().delete()
    role = Role.objects.create(project=project("tidepool"), user=ada)
    role.delete()
    assert words_of(ada) == [
        (What.SIGNED_IN, ""),
        (What.ADDRESS_ADDED, "ada@gmail.com"),
        (What.ADDRESS_PREFERRED, "ada@gmail.com"),
        (What.ADDRESS_REMOVED, "ada@mill-ada.org"),
        (What.FACTOR_ADDED, ""),
        (What.TOKEN_MADE, "ci"),
        (What.TOKEN_REVOKED, "ci"),
        (What.ROLE_GIVEN, "tidepool"),
        (What.ROLE_TAKEN, "tidepool"),
    ]


def test_codes_used_and_wrong_codes_are_kept_the_latter_once_an_hour(person):
    ada, client = person("ada"), Client()
    arm(ada)
    client.post("/accounts/login/", SIGN_IN)
    for _ in range(3):
        give(client, "000000")
    give(client, codes_of(ada)[0])
    assert sorted(what for what, _ in words_of(ada)) == [
        What.CODE_USED,
        What.SIGNED_IN,
        What.WRONG_CODE,
    ]


def test_a_sign_in_is_kept_with_the_network_it_came_from_and_no_more(person):
    ada = person("ada")
    for address in ("203.0.113.77", "2001:db8:1:2::7"):
        Client(REMOTE_ADDR=address).post("/accounts/login/", SIGN_IN)
    networks = list(ada.events.order_by("pk").values_list("network", flat=True))
    assert networks == ["203.0.113.0/24", "2001:db8:1::/48"]


def test_what_is_older_than_400_days_is_forgotten(site):
    ada = site.person("ada", "ada@mill-lane.org")
    note(ada, What.PASSWORD_CHANGED)
    site.pass_time(timedelta(days=399))
    note(ada, What.SIGNED_IN)
    assert len(words_of(ada)) == 2
    site.pass_time(timedelta(days=2))
    note(ada, What.SIGNED_IN)
    assert [what for what, _ in words_of(ada)] == [What.SIGNED_IN, What.SIGNED_IN]


def test_an_account_that_goes_takes_its_history_along(person, project):
    ada = person("ada")
    make_token(ada, "ci")
    Role.objects.create(project=project("tidepool"), user=ada)
    ada.delete()
    User.objects.filter(pk=person("bob").pk).delete()
    assert not AccountEvent.objects.exists()


@pytest.fixture
def reader(site) -> Client:
    """Give a browser of ada, who has a long history on two sides."""
    ada = site.person("ada", "ada@mill-lane.org")
    for number in range(30):
        site.pass_time(timedelta(hours=1))
        note(ada, What.TOKEN_MADE, f"token {number}")
    audit.record("domain_hold", at=site.now(), domain="mill-lane.org", reasons=["redemption"])
    client = Client()
    client.force_login(ada)
    return client


def test_the_page_puts_both_sides_together_newest_first(reader):
    page = reader.get(PAGE)
    look_through(page)
    first = [str(each.what) for each in page.context["page"]][:3]
    assert "You signed in." in first
    assert "On hold: nothing that could open your account goes there." in first
    assert "redemption period" in page.text
    assert "token 29" in page.text
    assert "token 0<" not in page.text
    assert "token 0<" in reader.get(PAGE, {"page": "2"}).text
    assert reader.get(PAGE, {"page": "-9x"}).status_code == 200


def test_nobody_else_reads_it(reader, site):
    client = Client()
    assert client.get(PAGE).headers["Location"].startswith("/accounts/login/")
    client.force_login(site.person("bea", "bea@fieldpost.net"))
    text = client.get(PAGE).text
    assert "token 29" not in text
    assert "mill-lane.org" not in text
    assert "no-store" in client.get(PAGE).headers["Cache-Control"]


def test_a_code_at_reauthentication_is_no_sign_in(person):
    ada, client = person("ada"), Client()
    arm(ada)
    client.force_login(ada)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "code": code_of(KEY)})
    assert [what for what, _ in words_of(ada)] == [What.SIGNED_IN]
