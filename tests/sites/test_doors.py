"""Every door times everything that can become of an address, and times when it becomes that."""

from __future__ import annotations

import pytest

from tests.sites import doors
from tests.sites.cells import ADVERSE, Site, When, expected, healthy, play
from tests.sites.doors import Door
from tests.sites.people import AllauthPeople

DOORS = [
    doors.DjangoForm,
    doors.AllauthLink,
    doors.AllauthCode,
    doors.AllauthLoginCode,
    doors.HeadlessLink,
    doors.HeadlessCode,
    doors.HeadlessLoginCode,
    doors.AppLink,
    doors.AppCode,
    doors.AppLoginCode,
    doors.DjRestAuth,
    doors.DjoserPassword,
    doors.DjoserUsername,
]


@pytest.fixture(params=DOORS)
def door(request, settings) -> type[Door]:
    """Give one kind of door, its library set up for it."""
    for name, value in request.param.settings.items():
        setattr(settings, name, value)
    chosen: type[Door] = request.param
    return chosen


@pytest.fixture
def site(every_door) -> Site:
    return Site(every_door.net, AllauthPeople())


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("state", ADVERSE)
def test_nothing_is_mailed_and_nothing_changes_where_trust_ended(site, door, state, when):
    assert play(site, door, state, when) == expected(door, state, when)


def test_a_healthy_address_gets_the_mail_and_can_use_it(site, door):
    assert play(site, door, healthy, When.BEFORE) == expected(door, healthy, When.BEFORE)


def test_a_mail_that_was_used_changes_nothing_more(site, door):
    first = door()
    first.ask("ada@mill-lane.org")
    (mail,) = site.serve()
    first.use(mail)
    site.ada.refresh_from_db()
    assert first.worked(site.ada)
    site.ada.set_password("forgotten again")
    site.ada.save()
    second = door()
    second.use(mail)
    site.ada.refresh_from_db()
    assert not second.worked(site.ada)


@pytest.mark.parametrize("door", [d for d in DOORS if "Login" not in d.__name__], indirect=True)
def test_every_eligible_address_is_told_that_the_password_changed(site, door):
    play(site, door, healthy, When.BEFORE)
    site.serve()
    (told,) = [each for each in site.net.sink.messages if "changed" in each.message["subject"]]
    assert told.rcpt_to == "ada@mill-lane.org"
