"""Each change is told at every address that counted before it, and at no other (F52)."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.signals import email_confirmed
from django.core import mail
from django.test import Client
from django.urls import reverse

from domainguard.models import AddressStanding, DomainStatus, OutboxMail
from domainguard.services import intents, outbox
from registry_site.accounts.models import User
from registry_site.packages.models import ApiToken, Project, Role
from tests.services.rows import PASSWORD

HOME, WORK, HELD, LOST, REMOVED = (
    "ada@mill-lane.org",
    "ada@fieldpost.net",
    "ada@weir-lane.org",
    "ada@ford-lane.org",
    "ada@pond-lane.org",
)
SECOND = "a new pair of shoes"


@pytest.fixture
def ada(site, settings) -> User:
    """Give an account with two addresses that count, and one of each kind that does not."""
    # The page looks at a domain before it says what its address means: there is no registry here.
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "SOURCES": ["dns"]}
    user = site.person("ada", HOME, WORK, HELD, LOST, REMOVED)
    site.hold("weir-lane.org")
    site.raise_epoch("ford-lane.org")
    EmailAddress.objects.filter(email=REMOVED).delete()
    AddressStanding.objects.filter(canonical=REMOVED).update(removed_at=site.now())
    EmailAddress.objects.create(user=user, email="never@quarry.org", verified=False)
    site.person("bea", "bea@mill-lane.org")
    return user


@pytest.fixture
def browser(ada) -> Client:
    signed_in = Client()
    signed_in.force_login(ada)
    signed_in.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return signed_in


def told() -> dict[str, list[str]]:
    """Hand over what waits; give the subjects by address."""
    outbox.deliver()
    heard: dict[str, list[str]] = {}
    for each in mail.outbox:
        (address,) = each.recipients()
        heard.setdefault(address, []).append(str(each.subject))
    return heard


def change_password(browser: Client) -> None:
    form = {"oldpassword": PASSWORD, "password1": SECOND, "password2": SECOND}
    browser.post(reverse("account_change_password"), form)
    assert User.objects.get(username="ada").check_password(SECOND)


def add(browser: Client) -> None:
    EmailAddress.objects.filter(email="never@quarry.org").delete()  # five are the most
    browser.post(reverse("account_email"), {"email": "ada@new-lane.org", "action_add": ""})
    assert EmailAddress.objects.filter(email="ada@new-lane.org").exists()


def remove(browser: Client) -> None:
    browser.post(reverse("account_email"), {"email": "never@quarry.org", "action_remove": ""})
    assert not EmailAddress.objects.filter(email="never@quarry.org").exists()


def prefer(browser: Client) -> None:
    browser.post(reverse("account_email"), {"email": WORK, "action_primary": ""})
    assert EmailAddress.objects.get(email=WORK).primary


def make_token(browser: Client) -> None:
    browser.post(reverse("tokens"), {"name": "the mill's machine"})
    assert ApiToken.objects.filter(user__username="ada").exists()


def revoke_token(browser: Client) -> None:
    ada = User.objects.get(username="ada")
    token = ApiToken(user=ada, name="an old one", digest="0" * 64)
    ApiToken.objects.bulk_create([token])  # nobody hears of that
    browser.post(reverse("decide", args=[ApiToken.objects.get().pk]), {"revoke": ""})
    assert not ApiToken.objects.exists()


def accept_a_role(browser: Client) -> None:
    bea, project = User.objects.get(username="bea"), Project.objects.create(name="tidepool")
    Role.objects.create(project=project, user=bea)
    inviter = Client()
    inviter.force_login(bea)
    inviter.post(reverse("invite", args=["tidepool"]), {"who": "ada", "kind": "maintainer"})
    intents.work()
    outbox.deliver()
    (invitation,) = [each for each in mail.outbox if "join" in each.subject]
    (link,) = re.findall(r"http\S+", str(invitation.body))
    mail.outbox.clear()
    browser.post(urlsplit(link).path)
    assert project.roles.filter(user__username="ada").exists()


CHANGES: list[Callable[[Client], None]] = [
    *(change_password, add, remove, prefer),
    *(make_token, revoke_token, accept_a_role),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_at_every_address_that_counts_and_at_no_other(site, browser, change):
    change(browser)
    assert set(told()) == {HOME, WORK}
    assert all(len(subjects) == 1 for subjects in told().values())


def test_a_proof_is_told_at_the_addresses_that_counted_before_it(site, browser, ada):
    OutboxMail.objects.all().delete()
    new = EmailAddress.objects.get(email="never@quarry.org")
    site.domain("quarry.org")
    browser.post(reverse("account_email"), {"email": new.email, "action_send": ""})
    intents.work()
    assert set(told()) == {new.email}
    mail.outbox.clear()
    key = EmailConfirmationHMAC(new).key
    browser.post(reverse("account_confirm_email", args=[key]))
    assert EmailAddress.objects.get(pk=new.pk).verified
    assert set(told()) == {HOME, WORK}


def test_the_first_address_of_an_account_is_told_nothing_about_itself(site):
    user = site.person("cleo", "cleo@mill-lane.org")
    address = EmailAddress.objects.get(user=user)
    email_confirmed.send(EmailAddress, request=None, email_address=address)
    assert told() == {}


def test_what_loses_trust_before_it_is_told_is_told_nothing(site, browser):
    change_password(browser)
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)
    assert set(told()) == {WORK}


def test_a_notice_has_no_link_in_it(site, browser):
    change_password(browser)
    told()
    assert not any("://" in each.body for each in mail.outbox)
