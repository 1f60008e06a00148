"""A site that reads from a replica: what decides is read where it is written (F33)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.test import Client

from domainguard.gate import Purpose, Reason, may_receive
from domainguard.integrations.redeem import redeem_mail
from domainguard.models import AddressStanding, DomainStatus, OutboxMail
from domainguard.testing import scripts
from registry_site.accounts.models import User
from tests.world import World

ADA, SECOND = "ada@mill-lane.org", "a new pair of shoes"
COPIED = ("accounts", "account", "domainguard")
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "replica"])


class ReadsFromReplica:
    """Sends every read that nobody pins to a replica, as routers of large sites do."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "replica"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True


@pytest.fixture(scope="module", autouse=True)
def replica(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """Have a second database with all tables; it is SQLite whatever the first one is."""
    connections.databases["replica"] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path_factory.mktemp("replica") / "rows"),
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        call_command("migrate", database="replica", verbosity=0)
        yield
        connections["replica"].close()
    del connections["replica"], connections.databases["replica"]


@pytest.fixture
def lagging(world, at, settings) -> World:
    """Give a world whose replica stands still from the moment a reset mail was sent."""
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", ADA)
    world.sweep()
    world.ask_for_reset(ADA)
    world.serve()
    copy_rows()
    settings.DATABASE_ROUTERS = [f"{__name__}.ReadsFromReplica"]
    return world


def copy_rows() -> None:
    with connections["replica"].constraint_checks_disabled():
        for label in COPIED:
            for model in apps.get_app_config(label).get_models():
                model._default_manager.using("replica").bulk_create(
                    model._default_manager.using("default").all()
                )


def standing() -> int:
    return AddressStanding.objects.using("default").get().pk


def test_the_gate_sees_a_hold_that_the_replica_has_not_heard_of(lagging):
    assert may_receive(standing(), Purpose.RECOVER).admitted
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)
    assert DomainStatus.objects.get(domain="mill-lane.org").control_epoch == 1
    assert may_receive(standing(), Purpose.RECOVER).reason is Reason.OLDER_EPOCH


def test_a_link_is_worth_nothing_after_a_bump_that_the_replica_has_not_heard_of(lagging):
    (mail,) = lagging.mail_to(ADA)
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)
    form = {"new_password1": SECOND, "new_password2": SECOND}
    browser = Client()
    here = browser.get(lagging.link_in(mail)).headers.get("Location", lagging.link_in(mail))
    browser.post(here, form)
    assert not User.objects.using("default").get().check_password(SECOND)


def test_a_mail_that_waits_is_dropped_after_a_bump_that_the_replica_has_not_heard_of(lagging):
    lagging.net.sink.clear()
    lagging.ask_for_reset(ADA)
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)
    lagging.serve()
    assert lagging.net.sink.messages == []


def test_a_code_works_by_a_mail_that_the_replica_has_not_heard_of(lagging):
    OutboxMail.objects.using("replica").all().delete()
    AddressStanding.objects.using("replica").all().delete()
    account = str(User.objects.using("default").get().pk)
    done: list[str] = []
    assert redeem_mail(account, ADA, Purpose.RECOVER, lambda: done.append("written"))
    assert redeem_mail(account, ADA, Purpose.RECOVER, lambda: done.append("again")) is None
    assert done == ["written"]
