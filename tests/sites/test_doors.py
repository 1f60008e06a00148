"""Every door times everything that can become of an address, before the mail and after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from domainguard.models import AddressStanding, DomainStatus
from domainguard.services import enroll
from domainguard.testing import scripts
from tests.sites.doors import (
    SECOND,
    AllauthCode,
    AllauthLink,
    DjangoForm,
    DjoserPassword,
    DjoserUsername,
    DjRestAuth,
    Door,
    HeadlessCode,
    HeadlessLink,
)
from tests.world import World

DOORS = [
    DjangoForm,
    AllauthLink,
    AllauthCode,
    HeadlessLink,
    HeadlessCode,
    DjoserPassword,
    DjoserUsername,
    pytest.param(
        DjRestAuth,
        marks=pytest.mark.skipif(not find_spec("dj_rest_auth"), reason="it is on no wheel"),
    ),
]
ADDRESS = "ada@mill-lane.org"


def _nothing(world: World, at: Callable[..., datetime]) -> None:
    """Leave the address as it is."""


def _lapsed(world: World, at: Callable[..., datetime]) -> None:
    world.net.replace(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    DomainStatus.objects.update(last_conclusive_at=at(days=-1))


def _registered_anew(world: World, at: Callable[..., datetime]) -> None:
    world.net.replace(
        scripts.registered_by_a_stranger("mill-lane.org", born=at(days=-400), at=at(days=-2))
    )
    DomainStatus.objects.update(last_conclusive_at=at(days=-1))


def _deverified(world: World, at: Callable[..., datetime]) -> None:
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)


def _never_verified(world: World, at: Callable[..., datetime]) -> None:
    EmailAddress.objects.update(verified=False)
    AddressStanding.objects.update(verified_epoch=None)


def _removed(world: World, at: Callable[..., datetime]) -> None:
    EmailAddress.objects.filter(email=ADDRESS).delete()
    enroll.forget_removed(world.standing(ADDRESS).account)


def _changed(world: World, at: Callable[..., datetime]) -> None:
    EmailAddress.objects.filter(email=ADDRESS).update(email="ada@other-lane.org")


ADVERSE = [_lapsed, _registered_anew, _deverified, _never_verified, _removed, _changed]


@pytest.fixture(params=DOORS)
def door(request, every_door, at, settings) -> Door:
    """Give one door of a site where ada's address is proven and healthy."""
    for name, value in request.param.settings.items():
        setattr(settings, name, value)
    every_door.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    every_door.net.add(scripts.healthy("other-lane.org", born=at(days=-400)))
    every_door.person("ada", ADDRESS)
    every_door.sweep()
    AddressStanding.objects.update(verified_at=at(days=-300))
    return request.param()


def changed_password(world: World) -> bool:
    from registry_site.accounts.models import User

    return User.objects.get(username="ada").check_password(SECOND)


def test_a_healthy_address_gets_the_mail_and_can_use_it_once(door, world):
    door.ask(ADDRESS)
    assert world.net.sink.messages == []
    world.serve()
    (mail,) = world.mail_to(ADDRESS)
    assert door.use(mail) in (200, 204, 302, 401)
    assert changed_password(world)
    told = [each for each in world.mail_to(ADDRESS) if "changed" in each.message["subject"]]
    world.serve()
    assert told or "changed" in world.mail_to(ADDRESS)[-1].message["subject"]


@pytest.mark.parametrize("becomes", ADVERSE)
def test_nothing_is_mailed_to_an_address_that_is_not_to_be_trusted(door, world, at, becomes):
    becomes(world, at)
    door.ask(ADDRESS)
    world.serve()
    world.serve()
    assert world.net.sink.messages == []


@pytest.mark.parametrize("becomes", ADVERSE)
def test_nothing_changes_when_trust_ended_after_the_mail(door, world, at, becomes):
    door.ask(ADDRESS)
    world.serve()
    (mail,) = world.mail_to(ADDRESS)
    becomes(world, at)
    door.use(mail)
    assert not changed_password(world)
    world.serve()
    assert world.net.sink.messages == [mail]


@pytest.mark.parametrize("becomes", [*ADVERSE, _nothing])
def test_whoever_asks_cannot_tell_by_the_answer(door, world, at, becomes):
    unknown = type(door)(Client(REMOTE_ADDR="127.0.0.1")).ask("nobody@mill-lane.org")
    becomes(world, at)
    assert door.ask(ADDRESS) == unknown
