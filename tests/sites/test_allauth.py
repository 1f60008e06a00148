"""allauth's doors that are no password reset: codes to sign in, proofs of an address, and more."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from domainguard.integrations.allauth import SocialAccountAdapterMixin
from domainguard.models import AddressStanding, DomainStatus, Intent
from domainguard.testing import scripts
from tests.sites.doors import code_in
from tests.world import PASSWORD

ADDRESS = "ada@mill-lane.org"


@pytest.fixture
def site(every_door, at):
    every_door.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    every_door.net.add(scripts.redemption("weir-lane.org", born=at(days=-400), begins=at(days=-1)))
    return every_door


def bump() -> None:
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)


def ask_for_code(client: Client, site):
    client.post("/accounts/code/", {"email": ADDRESS})
    site.serve()
    (mail,) = site.mail_to(ADDRESS)
    return {"code": code_in(mail)}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_mailed_code_signs_in_once(site):
    site.person("ada", ADDRESS)
    client = Client()
    client.post("/accounts/code/login/", ask_for_code(client, site))
    assert is_signed_in(client)


def test_a_mailed_code_signs_nobody_in_after_the_epoch_went_up(site):
    site.person("ada", ADDRESS)
    client = Client()
    form = ask_for_code(client, site)
    bump()
    assert client.post("/accounts/code/login/", form).status_code == 403
    assert not is_signed_in(client)


def test_no_code_to_sign_in_goes_to_a_lapsed_domain(site):
    site.person("bea", "bea@weir-lane.org")
    Client().post("/accounts/code/", {"email": "bea@weir-lane.org"})
    site.serve()
    assert site.net.sink.messages == []


def confirm_link(site, user) -> str:
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    site.serve()
    (mail,) = site.mail_to(ADDRESS)
    return site.link_in(mail)


def test_a_link_of_ours_proves_an_address_at_the_present_epoch(site):
    ada = site.person("ada", ADDRESS, verified=False)
    Client().post(confirm_link(site, ada))
    assert EmailAddress.objects.get().verified
    assert site.standing(ADDRESS).verified_epoch == 1


def test_a_mailed_link_starts_with_our_origin_whatever_host_the_request_names(site, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.HEADLESS_FRONTEND_URLS = {}
    site.person("ada", ADDRESS)
    Client(HTTP_HOST="evil.example").post("/accounts/reset/", {"email": ADDRESS})
    site.serve()
    (mail,) = site.mail_to(ADDRESS)
    assert site.link_in(mail)
    assert "evil.example" not in mail.message.as_string()


def test_a_link_from_before_a_change_of_hands_proves_nothing(site):
    ada = site.person("ada", ADDRESS, verified=False)
    link = confirm_link(site, ada)
    bump()
    Client().post(link)
    assert not EmailAddress.objects.get().verified
    assert site.standing(ADDRESS).verified_epoch is None


def test_a_proof_is_not_asked_of_an_address_whose_domain_changed_hands(site):
    ada = site.person("ada", ADDRESS)
    site.sweep()
    bump()
    EmailAddress.objects.update(verified=False)
    Client().post("/accounts/login/", {"login": ada.username, "password": PASSWORD})
    site.serve()
    assert site.net.sink.messages == []


def test_a_reset_code_typed_late_does_not_prove_a_distrusted_address_again(site, settings):
    settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
    site.person("ada", ADDRESS)
    client = Client()
    client.post("/accounts/reset/", {"email": ADDRESS})
    site.serve()
    (mail,) = site.mail_to(ADDRESS)
    bump()
    EmailAddress.objects.update(verified=False)
    client.post("/accounts/code/reset/", {"code": code_in(mail)})
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    ("address", "may"), [(ADDRESS, True), ("bea@weir-lane.org", False), ("no@mill-lane.org", False)]
)
def test_signing_in_by_a_providers_word_on_an_address_asks_the_gate(site, address, may):
    class Adapter(SocialAccountAdapterMixin, DefaultSocialAccountAdapter):  # type: ignore[misc]
        """A site that believes providers."""

    class Trusting:
        class provider:
            app = type("App", (), {"settings": {"email_authentication": True}})

    site.person("ada", ADDRESS)
    site.person("bea", "bea@weir-lane.org")
    assert Adapter().can_authenticate_by_email(Trusting, address) is may


def test_the_same_statements_are_run_for_known_and_unknown(site):
    site.person("ada", ADDRESS)
    stored = []
    for address in (ADDRESS, "nobody@mill-lane.org"):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/accounts/reset/", {"email": address})
        stored.append([q for q in queries if q["sql"].startswith(("INSERT", "UPDATE"))])
    assert [len(each) for each in stored] == [1, 1]
    assert Intent.objects.count() == 2
    assert AddressStanding.objects.count() == 0
