"""One plain question for sites whose reset never touches Django's form."""

from __future__ import annotations

import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from django.test import RequestFactory

import domainguard
from domainguard.gate import Reason
from domainguard.models import AuditEvent
from domainguard.testing import scripts


@pytest.fixture
def mill(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.net.add(scripts.redemption("weir-lane.org", born=at(days=-400), begins=at(days=-1)))
    return world


def test_an_account_on_a_healthy_domain_may_by_user_and_by_address(mill):
    ada = mill.person("ada", "ada@mill-lane.org")
    assert domainguard.may_reset(ada).reason is Reason.ELIGIBLE
    assert domainguard.may_reset("ADA@mill-lane.org").admitted


def test_a_lapse_that_nobody_has_seen_yet_is_seen_by_the_question(mill):
    bea = mill.person("bea", "bea@weir-lane.org", "bea@mill-lane.org")
    for asked in (bea, "bea@weir-lane.org"):
        answer = domainguard.may_reset(asked)
        assert (answer.admitted, answer.reason) == (False, Reason.HELD)


def test_whoever_only_entered_an_address_does_not_stand_in_its_owners_way(mill):
    mill.person("ada", "ada@mill-lane.org")
    eve = mill.person("eve", "eve@mill-lane.org")
    EmailAddress.objects.create(user=eve, email="ada@mill-lane.org", verified=False)
    assert domainguard.may_reset("ada@mill-lane.org").admitted


def test_an_address_that_nobody_proved_is_refused(mill):
    mill.person("ada", "ada@mill-lane.org", verified=False)
    assert domainguard.may_reset("ada@mill-lane.org").reason is Reason.NOT_VERIFIED


@pytest.mark.parametrize("asked", ["nobody@mill-lane.org", "no address", ""])
def test_what_no_account_has_is_refused(mill, asked):
    assert domainguard.may_reset(asked).reason is Reason.UNKNOWN


def test_a_user_whose_address_is_in_no_row_is_refused(mill):
    ada = mill.person("ada", "ada@mill-lane.org")
    ada.email = "ada@other-lane.org"
    assert domainguard.may_reset(ada).reason is Reason.UNKNOWN


def test_where_nobody_answers_and_nothing_was_known_nobody_may(mill, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RESOLVERS": ["127.0.0.1:1"]}
    mill.person("ada", "ada@mill-lane.org")
    assert domainguard.may_reset("ada@mill-lane.org").reason is Reason.NOBODY_ANSWERED


def test_a_refusal_is_audited_with_the_path_that_asked(mill):
    mill.person("bea", "bea@weir-lane.org")
    domainguard.may_reset("bea@weir-lane.org", RequestFactory().get("/recover/"))
    detail = AuditEvent.objects.get(action="reset_refused").detail
    assert detail == {"reason": "held", "path": "/recover/"}


def test_importing_the_package_needs_no_django_settings():
    code = "import domainguard, sys; sys.exit('domainguard.models' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": ""}, cwd=".")
