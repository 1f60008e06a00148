"""djoser's activation of a new account is a first proof of its address: the gate is asked."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from domainguard.models import AddressStanding, Intent
from domainguard.services import intents
from domainguard.services.sweep import sweep
from tests.sites import cells
from tests.sites.cells import ADDRESS, When, expected, healthy, play
from tests.sites.people import PASSWORD, PlainPeople
from tests.sites.proofs import DjoserActivation


@pytest.fixture
def site(every_door, settings) -> cells.Site:
    """Give a site of one address an account, where ada has signed up and proven nothing yet.

    An old neighbour at the same domain has something to lose when the domain changes hands.
    """
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "ADDRESS_BOOK": "domainguard.addressbooks.auth_user.AuthUserAddressBook",
    }
    for name, value in DjoserActivation.settings.items():
        setattr(settings, name, value)
    made = cells.Site(every_door.net, PlainPeople())
    made.people.add("bea", "bea@mill-lane.org")
    sweep()
    AddressStanding.objects.filter(canonical=ADDRESS).delete()
    AddressStanding.objects.update(verified_at=made.at(days=-300))
    get_user_model().objects.filter(username="ada").update(is_active=False)
    return made


def epoch() -> int | None:
    return AddressStanding.objects.get(canonical=ADDRESS).verified_epoch


def test_a_healthy_address_activates_its_account_and_is_proven_by_that(site):
    assert play(site, DjoserActivation, healthy, When.BEFORE) == expected(
        DjoserActivation, healthy, When.BEFORE
    )
    assert epoch() == 1


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize(
    "state", [cells.held, cells.lapsed, cells.registered_anew, cells.removed, cells.changed]
)
def test_nothing_is_mailed_and_nobody_activated_where_the_address_is_not_to_be_trusted(
    site, state, when
):
    came = play(site, DjoserActivation, state, when)
    assert came == expected(DjoserActivation, state, when)


def test_a_link_from_before_the_epoch_went_up_activates_nobody(site):
    wanted = expected(DjoserActivation, cells.deverified, When.REDEEM)
    assert play(site, DjoserActivation, cells.deverified, When.REDEEM) == wanted
    assert epoch() is None


def test_signing_up_stores_one_intent_and_mails_from_the_outbox(site):
    form = {"username": "dot", "password": "seven stones high", "email": "dot@mill-lane.org"}
    assert Client().post("/djoser/users/", form).status_code == 201
    assert site.net.sink.messages == []
    (mail,) = site.serve()
    assert mail.rcpt_to == "dot@mill-lane.org"
    assert DjoserActivation().use(mail) == 204
    assert get_user_model().objects.get(username="dot").is_active


def test_a_link_works_once(site):
    DjoserActivation().ask(ADDRESS)
    (mail,) = site.serve()
    assert DjoserActivation().use(mail) == 204
    get_user_model().objects.update(is_active=False)
    assert DjoserActivation().use(mail) == 400


def test_an_activation_link_sets_no_password(site):
    DjoserActivation().ask(ADDRESS)
    (mail,) = site.serve()
    get_user_model().objects.update(is_active=True)
    uid, token = mail.text.split("activate/")[1].split()[0].split("/")
    form = {"uid": uid, "token": token, "new_password": "mine from now on"}
    answer = Client().post("/djoser/users/reset_password_confirm/", form)
    assert answer.status_code == 400
    assert get_user_model().objects.get(username="ada").check_password(PASSWORD)


def test_asking_again_costs_the_same_for_a_new_an_active_and_no_account(site):
    PlainPeople().add("cleo", "cleo@mill-lane.org")
    for address in (ADDRESS, "cleo@mill-lane.org", "nobody@mill-lane.org"):
        assert DjoserActivation().ask(address) == (204, 0)
    assert Intent.objects.count() == 3
    assert [each.rcpt_to for each in site.serve()] == [ADDRESS]
    assert intents.work().settled == 0
