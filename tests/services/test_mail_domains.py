"""T23: a mail domain below a healthy one may be dead, and is held by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domainguard.models import MailDomain
from domainguard.testing import scripts
from domainguard.testing.lives import Facts, Life, Turn
from domainguard.wiring import address_book
from tests.world import START

DAY = timedelta(days=1)
BORN = START - 900 * DAY
SERVERS = ("ns1.northwind-hosting.net", "ns2.northwind-hosting.net")
DEPARTMENT = Facts(ns=SERVERS, mx=("mail.dept.oak-college.org",), statuses=frozenset())
LAME = replace(DEPARTMENT, lame=True)


def department(*turns: Turn) -> Life:
    return Life("dept.oak-college.org", (Turn(BORN, DEPARTMENT), *turns))


@pytest.fixture
def college(world):
    world.net.add(scripts.healthy("oak-college.org", born=BORN, expires=START + 300 * DAY))
    return world


def live_through(college, life: Life, days: int) -> MailDomain:
    college.net.add(life)
    college.person("ada", "ada@dept.oak-college.org")
    college.sweep()
    college.live(days * DAY)
    return MailDomain.objects.get(name=life.domain)


def codes(mail_domain: MailDomain) -> list[str]:
    return [hold.code.value for hold in mail_domain.active_holds]


def test_a_lame_delegation_is_held_after_a_week_and_not_before(college):
    row = live_through(college, department(Turn(START + 2 * DAY, LAME)), 8)
    assert codes(row) == []

    college.live(3 * DAY)
    row.refresh_from_db()
    assert codes(row) == ["lame"]


def test_the_domain_above_and_its_other_users_are_not_touched(college):
    college.person("bob", "bob@oak-college.org")
    live_through(college, department(Turn(START + 1 * DAY, LAME)), 10)

    assert not college.domain("oak-college.org").held
    assert college.standing("bob@oak-college.org").verified_epoch == 1
    assert address_book().is_verified(*_key("ada@dept.oak-college.org", college))


def _key(address: str, college) -> tuple[str, str]:
    standing = college.standing(address)
    return standing.account, standing.address


def test_a_delegation_that_answers_now_and_then_never_lasts_a_week(college):
    turns = [Turn(START + day * DAY, DEPARTMENT if day % 5 == 0 else LAME) for day in range(1, 13)]
    row = live_through(college, department(*turns), 13)

    assert codes(row) == []


def test_it_ends_by_itself_when_the_name_servers_answer_again(college):
    turns = (Turn(START + DAY, LAME), Turn(START + 11.5 * DAY, DEPARTMENT))
    row = live_through(college, department(*turns), 11)
    assert codes(row) == ["lame"]

    college.live(3 * DAY)
    row.refresh_from_db()
    assert codes(row) == []
    assert row.absent_since is None
