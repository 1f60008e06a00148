"""Way (c) at its pages: a saved code, and a link to another address that still counts."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, DomainStatus, MailDependency
from domainguard.services import enroll
from domainguard.wiring import address_book
from tests.journeys.lost import DAY, HOUR, LOST, OTHER, Loss, armed_since, lost_in_rows


@pytest.fixture
def loss(site) -> Loss:
    """Give ada, who lost one address and still has another."""
    return lost_in_rows(site, OTHER)


def page_of(loss: Loss) -> str:
    return reverse("domainguard_account:walk", args=[loss.standing.pk, "saved_code"])


def begin(loss: Loss, code: str) -> str:
    """Begin the way in a browser that is signed in; give why it was refused."""
    return loss.walk(loss.browser(), "saved_code", helper=loss.helper, code=code)


def test_the_link_at_the_other_address_gives_the_lost_one_back(loss):
    ada, code = loss.browser(), loss.codes()[0]
    form = ada.get(page_of(loss)).text.rpartition("<form")[2]
    assert OTHER in form
    assert LOST not in form
    assert loss.walk(ada, "saved_code", helper=loss.helper, code=f" {code} ") == ""
    assert code not in loss.codes()
    link = loss.link_at(OTHER)
    assert loss.place.texts_to(LOST) == []
    assert loss.open(ada, link) == ""
    assert loss.is_contact_only()
    assert loss.trail() == ["begun", "done"]


def test_whoever_reads_the_lost_mailbox_and_knows_the_password_has_no_code(loss):
    assert begin(loss, "00000000") == "wrong_code"
    assert loss.told(LOST) == ""
    assert loss.told(OTHER) == ""
    assert loss.trail() == []


def test_whoever_finds_a_code_and_the_password_does_not_read_the_other_mailbox(loss):
    assert begin(loss, loss.codes()[0]) == ""
    loss.link_at(OTHER)
    assert loss.place.texts_to(LOST) == []
    assert loss.gate(Purpose.CONFIRM).reason == "older_epoch"
    assert "has begun to bring it back" in loss.told(OTHER)


def test_a_code_is_good_once_and_a_wrong_one_five_times_an_hour(loss):
    code = loss.codes()[0]
    assert begin(loss, code) == ""
    assert loss.stop(loss.browser()) == ""
    assert [begin(loss, code) for _ in range(5)] == ["wrong_code"] * 5
    unused = loss.codes()[0]
    assert begin(loss, unused) == "too_many"
    assert unused in loss.codes()
    loss.later(2 * HOUR)
    assert begin(loss, unused) == ""


def test_codes_that_were_made_since_prove_nothing_and_are_not_used_up(loss):
    armed_since(loss.ada, loss.place.now() - DAY)
    code = loss.codes()[0]
    assert begin(loss, code) == "young_codes"
    assert code in loss.codes()


def test_an_address_that_rests_is_no_other_address(loss, site):
    AddressStanding.objects.filter(canonical=OTHER).update(recovery_from=site.now() + DAY)
    assert "helper" in begin(loss, loss.codes()[0])
    assert len(loss.codes()) == 10


def test_an_address_that_hangs_on_the_lost_domain_is_no_other_address(loss, site):
    DomainStatus.objects.update(holds=[], held=False)
    newer = "ada@post.mill-lane.org"
    EmailAddress.objects.create(user=loss.ada, email=newer, verified=True)
    site.mail_domain("post.mill-lane.org")
    enroll.enroll(address_book().addresses_of(str(loss.ada.pk)))
    helper = AddressStanding.objects.get(canonical=OTHER)
    MailDependency.objects.create(
        mail_domain=helper.mail_domain, domain=loss.domain, first_seen_at=site.now()
    )
    for each in (helper, AddressStanding.objects.get(canonical=newer)):
        assert may_receive(each.pk, Purpose.RECOVER).admitted
        given = {"helper": str(each.pk), "code": loss.codes()[0]}
        assert "helper" in loss.walk(loss.browser(), "saved_code", **given)
    assert len(loss.codes()) == 10


def test_the_lost_address_itself_is_no_other_address(loss):
    code = loss.codes()[0]
    given = {"helper": str(loss.standing.pk), "code": code}
    assert "helper" in loss.walk(loss.browser(), "saved_code", **given)
    assert code in loss.codes()


def test_the_link_is_worth_nothing_when_the_other_address_falls_meanwhile(loss, site):
    ada = loss.browser()
    assert loss.walk(ada, "saved_code", helper=loss.helper, code=loss.codes()[0]) == ""
    link = loss.link_at(OTHER)
    site.hold("fieldpost.net")
    assert loss.open(ada, link) in ("held", "link")
    assert not loss.gate(Purpose.NOTICE).admitted


def test_the_link_in_another_accounts_session_does_not_exist(loss, site):
    assert begin(loss, loss.codes()[0]) == ""
    link, stranger = loss.link_at(OTHER), Client()
    stranger.force_login(site.person("eve", "eve@lane-end.org"))
    assert stranger.get(link).status_code == stranger.post(link).status_code == 404


def test_a_site_without_codes_has_one_way_less_and_not_none(loss):
    Authenticator.objects.all().delete()
    page = loss.browser().get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    assert [way.value for way in page.context["ways"]] == ["case"]
    assert loss.walk(loss.browser(), "saved_code", helper=loss.helper, code="1") == "young_codes"
