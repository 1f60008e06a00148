"""The opt-in guard of every generator that keeps Django's check."""

from __future__ import annotations

import pytest
from django.contrib.auth.tokens import default_token_generator

from domainguard.apps import DomainGuardConfig
from domainguard.integrations.all_tokens import leave_tokens_alone
from domainguard.models import DomainStatus
from domainguard.testing import scripts


@pytest.fixture
def mill(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.net.add(scripts.redemption("weir-lane.org", born=at(days=-400), begins=at(days=-1)))
    yield world
    leave_tokens_alone()


@pytest.fixture
def guarded(mill, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "GUARD_ALL_TOKENS": True}
    DomainGuardConfig.create("domainguard").ready()
    return mill


def admits(user) -> bool:
    return default_token_generator.check_token(user, default_token_generator.make_token(user))


def test_without_it_djangos_own_tokens_ask_nobody(mill):
    DomainGuardConfig.create("domainguard").ready()
    assert admits(mill.person("bea", "bea@weir-lane.org"))


def test_djangos_own_tokens_work_for_an_account_in_good_standing(guarded):
    assert admits(guarded.person("ada", "ada@mill-lane.org"))


def test_one_lapsed_address_refuses_since_nobody_knows_where_the_token_went(guarded):
    assert not admits(guarded.person("bea", "bea@mill-lane.org", "bea@weir-lane.org"))


def test_an_older_epoch_refuses(guarded):
    ada = guarded.person("ada", "ada@mill-lane.org")
    assert admits(ada)
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)
    assert not admits(ada)


def test_a_token_that_django_refuses_stays_refused(guarded):
    ada = guarded.person("ada", "ada@mill-lane.org")
    assert not default_token_generator.check_token(ada, "cw0000-x")
