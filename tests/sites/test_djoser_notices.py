"""djoser's own notices say nothing to whoever reads a lapsed domain's mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from domainguard.services.sweep import sweep
from domainguard.testing import scripts
from tests.sites import cells
from tests.sites.cells import ADDRESS
from tests.sites.people import PASSWORD, PlainPeople

OURS = "domainguard.integrations.djoser"


@pytest.fixture
def site(every_door, settings) -> cells.Site:
    """Give a site of one address an account, which djoser tells of each new password."""
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "ADDRESS_BOOK": "domainguard.addressbooks.auth_user.AuthUserAddressBook",
    }
    settings.DJOSER = {
        **settings.DJOSER,
        "PASSWORD_CHANGED_EMAIL_CONFIRMATION": True,
        "EMAIL": {"password_changed_confirmation": f"{OURS}.PasswordChangedConfirmationEmail"},
    }
    made = cells.Site(every_door.net, PlainPeople())
    sweep()
    return made


def change_password(new: str) -> int:
    browser = Client()
    browser.force_login(get_user_model().objects.get(username="ada"))
    form = {"current_password": PASSWORD, "new_password": new}
    return browser.post("/djoser/users/set_password/", form).status_code


def test_a_healthy_address_is_told_of_a_new_password(site):
    assert change_password("nine stones high") == 204
    assert [mail.rcpt_to for mail in site.net.sink.messages] == [ADDRESS]


def test_an_address_on_hold_is_told_nothing_and_the_password_is_changed(site):
    site.net.replace(
        scripts.redemption("mill-lane.org", born=site.at(days=-400), begins=site.at(days=0))
    )
    site.net.clock.advance(timedelta(days=1))
    sweep()
    assert change_password("nine stones high") == 204
    assert site.net.sink.messages == []
    assert get_user_model().objects.get(username="ada").check_password("nine stones high")
