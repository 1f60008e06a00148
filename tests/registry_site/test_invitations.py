"""An invitation reaches an address that may have it, opens one role once, and tells nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from domainguard.models import DomainStatus, Intent
from domainguard.testing import scripts
from registry_site.accounts.models import User
from registry_site.packages.models import Project, Role
from tests.world import World

BEA, LAPSED = "bea@mill-lane.org", "cleo@weir-lane.org"


@pytest.fixture
def town(world, at) -> World:
    """Give a world where ada owns tidepool; bea's address is healthy, cleo's domain has lapsed."""
    for name in ("mill-lane.org", "fieldpost.net"):
        world.net.add(scripts.healthy(name, born=at(days=-400)))
    world.net.add(scripts.redemption("weir-lane.org", born=at(days=-400), begins=at(days=-1)))
    project = Project.objects.create(name="tidepool")
    Role.objects.create(project=project, user=world.person("ada", "ada@fieldpost.net"))
    world.bea = world.person("bea", BEA)
    world.cleo = world.person("cleo", LAPSED)
    return world


def browser(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def invite(who: str, *, by: str = "ada"):
    form = {"who": who, "kind": "maintainer"}
    return browser(by).post("/project/tidepool/invite/", form)


def link(town: World) -> str:
    invite("bea")
    town.serve()
    (mail,) = town.mail_to(BEA)
    return town.link_in(mail)


def kinds() -> dict[str, str]:
    return dict(Role.objects.values_list("user__username", "kind"))


@pytest.mark.parametrize("who", ["bea", "BEA", BEA, "Bea@Mill-Lane.org"])
def test_whoever_is_invited_by_name_or_address_takes_the_role(town, who):
    invite(who)
    town.serve()
    (mail,) = town.mail_to(BEA)
    answer = browser("bea").post(town.link_in(mail))
    assert answer.headers["Location"] == "/project/tidepool/"
    assert kinds() == {"ada": "owner", "bea": "maintainer"}


@pytest.mark.parametrize("who", ["cleo", LAPSED, "nobody", "nobody@mill-lane.org"])
def test_nothing_is_mailed_to_a_lapsed_address_or_to_nobody(town, who):
    invite(who)
    town.serve()
    assert town.net.sink.messages == []


def test_the_inviter_sees_the_same_for_everybody(town):
    answers = [invite(who) for who in ("bea", "cleo", LAPSED, "nobody", "nobody@mill-lane.org")]
    assert {(each.status_code, each.url, each.content) for each in answers} == {
        (302, "/project/tidepool/", b"")
    }
    assert Intent.objects.count() == len(answers)
    assert "cleo" not in browser("ada").get("/project/tidepool/").text


@pytest.mark.parametrize("state", ["lapsed", "bumped"])
def test_a_link_from_before_trust_ended_gives_no_role(town, at, state):
    path = link(town)
    if state == "lapsed":
        lapse = scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1))
        town.net.replace(lapse)
        DomainStatus.objects.update(last_conclusive_at=at(days=-1))
    else:
        DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)
    assert browser("bea").post(path).status_code == 403
    assert kinds() == {"ada": "owner"}


def test_a_link_works_once(town):
    path = link(town)
    browser("bea").post(path)
    Role.objects.filter(user=town.bea).delete()
    assert browser("bea").post(path).status_code == 403
    assert kinds() == {"ada": "owner"}


def test_a_link_works_for_a_day(town):
    path = link(town)
    town.pass_time(timedelta(hours=24, seconds=1))
    assert browser("bea").post(path).status_code == 403


def test_a_link_works_for_no_other_account(town):
    path = link(town)
    assert browser("cleo").post(path).status_code == 403
    assert kinds() == {"ada": "owner"}
    assert browser("bea").post(path).status_code == 302


def test_opening_a_link_takes_nothing_and_names_no_project(town):
    path = link(town)
    page = browser("cleo").get(path)
    assert (page.status_code, "tidepool" in page.text) == (200, False)
    assert Client().get(path).headers["Location"].startswith("/accounts/login/")
    assert kinds() == {"ada": "owner"}


def test_an_invitation_ends_with_its_inviters_own_role(town):
    path = link(town)
    Role.objects.filter(user__username="ada").delete()
    assert browser("bea").post(path).status_code == 403
    assert kinds() == {}


def test_an_invitation_never_changes_a_role_that_is_there(town):
    Role.objects.create(project=Project.objects.get(), user=town.bea, kind="owner")
    browser("bea").post(link(town))
    assert kinds()["bea"] == "owner"


@pytest.mark.parametrize("by", ["bea", "cleo"])
def test_only_an_owner_invites_and_only_an_owner_sees_the_way(town, by):
    Role.objects.create(project=Project.objects.get(), user=town.bea, kind="maintainer")
    assert invite("cleo", by=by).status_code == 403
    assert "/invite/" not in browser(by).get("/project/tidepool/").text
    assert "/invite/" in browser("ada").get("/project/tidepool/").text
    assert not Intent.objects.exists()
