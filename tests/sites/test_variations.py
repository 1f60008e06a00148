"""The same journey on sites that differ from ours in one thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from domainguard.testing import scripts
from registry_site.accounts.models import User
from tests.sites.doors import SECOND, DjangoForm, DjoserPassword

VARIATIONS: dict[str, Callable[[Any], None]] = {
    "no time zones": lambda settings: setattr(settings, "USE_TZ", False),
    "another time zone, and none in the rows": lambda settings: vars_of(
        settings, USE_TZ=False, TIME_ZONE="America/St_Johns"
    ),
    "one address in the user table": lambda settings: setattr(
        settings,
        "DOMAINGUARD",
        {
            **settings.DOMAINGUARD,
            "ADDRESS_BOOK": "domainguard.addressbooks.auth_user.AuthUserAddressBook",
        },
    ),
    "a person must be signed in everywhere": lambda settings: setattr(
        settings,
        "MIDDLEWARE",
        [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"],
    ),
}


def vars_of(settings: Any, **changed: object) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)


@pytest.fixture(params=VARIATIONS)
def mill(request, every_door, settings, at):
    """Give a site with one difference, and one healthy and one lapsed domain."""
    VARIATIONS[request.param](settings)
    every_door.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    every_door.net.add(scripts.redemption("weir-lane.org", born=at(days=-400), begins=at(days=-1)))
    return every_door


@pytest.mark.parametrize("chosen", [DjangoForm, DjoserPassword])
def test_a_reset_works_at_a_healthy_domain_and_reaches_no_lapsed_one(mill, chosen):
    mill.person("ada", "ada@mill-lane.org")
    mill.person("bea", "bea@weir-lane.org")
    door = chosen()
    for address in ("ada@mill-lane.org", "bea@weir-lane.org"):
        door.ask(address)
    mill.serve()
    (mail,) = mill.net.sink.messages
    assert mail.rcpt_to == "ada@mill-lane.org"
    door.use(mail)
    assert User.objects.get(username="ada").check_password(SECOND)


def test_pages_of_hashed_files_need_no_inline_script_or_style(world, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    world.person("ada", "ada@mill-lane.org")
    world.net.add(scripts.healthy("mill-lane.org", born=world.net.clock.now() - timedelta(400)))
    world.ask_for_reset("ada@mill-lane.org")
    world.serve()
    (mail,) = world.mail_to("ada@mill-lane.org")
    page = Client().get(world.link_in(mail), follow=True)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    text = page.content.decode()
    assert re.search(r"style\.[0-9a-f]{12}\.css", text)
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text)
    assert world.use(world.link_in(mail), SECOND)
