"""Runs one other site in this process: `python -m tests.sites.elsewhere.journey SITE FOLDER`.

Says in JSON which cells of the matrix came out wrong, what the checks say, and how many queries
the start cost. Nothing of Celery can be imported here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sites.elsewhere.sites import LEFT_OUT, SITES, SOME, WHOLE, settings_of

_RESETS = ("DjangoForm", "AllauthLink")  # a code signs in, and then asks for the second factor


class NoCelery:
    """A finder that finds nothing of Celery, as where it is not installed."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> None:
        if name.partition(".")[0] in ("celery", "kombu", "billiard"):
            raise ImportError(f"{name} is not installed on this site.")


def start(site: str, folder: str) -> int:
    """Start Django with the site's settings; give how many queries that cost."""
    from django.conf import settings
    from django.db import connections

    settings.configure(**settings_of(site, folder))
    asked: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    for alias in settings.DATABASES:
        connections[alias].execute_wrappers.append(listen)
    import django

    django.setup()
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # read as for the first request
    cost = len(asked)
    for alias in settings.DATABASES:
        connections[alias].execute_wrappers.clear()
    return cost


def walk(site: str, chosen: str) -> list[str]:
    """Play one door of the site; give the cells that came out wrong."""
    from tests.sites import cells

    # A site that keeps no flag says of every address it has that it is proven (RULES.md 1).
    states = [state for state in cells.ADVERSE if state is not cells.never_verified]
    every = [(state.__name__, when.name) for state in states for when in cells.When]
    wanted = [SOME[0], *every] if (site, chosen) in WHOLE else SOME
    return [wrong for state, when in wanted if (wrong := _play(chosen, state, when))]


def _play(chosen: str, state_name: str, when_name: str) -> str:
    from django.core.cache import cache

    from domainguard.testing import SmallInternet
    from domainguard.testing import clock as clocks
    from tests.sites import cells, doors

    door, state = getattr(doors, chosen), getattr(cells, state_name)
    when = cells.When[when_name]
    _empty()
    cache.clear()
    clocks.clock.restart(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))
    with SmallInternet(clocks.clock) as net, _in(net):
        site = cells.Site(net, _people())
        arms = chosen in _RESETS and _arm()
        came = cells.play(site, door, state, when)
        if arms and not _is_armed():
            return f"{state_name} {when_name}: the second factor went with the password"
    return "" if came == cells.expected(door, state, when) else f"{state_name} {when_name}: {came}"


def told_wrongly() -> list[str]:
    """Let an address run out; give who reads too much or too little of it on the site's page."""
    from django.test import Client

    from domainguard.models import DomainStatus
    from domainguard.services.enroll import enroll_all
    from domainguard.testing import clock as clocks

    _empty()
    people, at = _people(), datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    clocks.clock.restart(at)
    with _on_this_clock(clocks.DOTTED_PATH):
        owner = people.add("ada", "ada@mill-lane.org")
        enroll_all()
        rows = DomainStatus.objects.filter(domain="mill-lane.org")
        rows.update(state="active", runs_out_at=at + timedelta(days=20))
        pages = {}
        for name, user in {"owner": owner, "stranger": None}.items():
            client = Client()
            if user is not None:
                client.force_login(user)
            pages[name] = client.get("/").text
    told = "ada@mill-lane.org: its domain runs out soon (21 March 2026)"
    wrong = [name for name, page in pages.items() if (told in page) is not (name == "owner")]
    if 'href="/guard/addresses/"' not in pages["owner"] or "[1]" not in pages["owner"]:
        wrong.append("owner: no next step")
    return wrong


def _on_this_clock(dotted: str) -> Any:
    from django.conf import settings
    from django.test.utils import override_settings

    return override_settings(DOMAINGUARD={**settings.DOMAINGUARD, "CLOCK": dotted})


def _arm() -> bool:
    """Give everybody a second factor, where the site has such a thing."""
    from django.apps import apps
    from django.contrib.auth import get_user_model

    if not apps.is_installed("allauth.mfa"):
        return False
    from allauth.mfa.models import Authenticator

    users = list(get_user_model().objects.all())
    for user in users:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert users
    return True


def _is_armed() -> bool:
    from allauth.mfa.models import Authenticator
    from django.contrib.auth import get_user_model

    armed = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    return set(armed.values_list("user", flat=True)) == {
        user.pk for user in get_user_model().objects.all()
    }


def _in(net: Any) -> Any:
    from django.conf import settings
    from django.test.utils import override_settings

    return override_settings(
        DOMAINGUARD={**settings.DOMAINGUARD, **net.settings()},
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=net.sink.port,
    )


def _people() -> Any:
    from django.apps import apps

    from tests.sites.people import AllauthPeople, PlainPeople

    return AllauthPeople() if apps.is_installed("allauth") else PlainPeople()


def _migrate() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, run_syncdb=True, verbosity=0)


def _empty() -> None:
    """Forget all rows, those of the audit trail too, which only a flush may."""
    from django.conf import settings
    from django.core.management import call_command

    for alias in settings.DATABASES:
        call_command("flush", database=alias, interactive=False, verbosity=0)


def main(site: str, folder: str) -> None:
    """Print what came of each door of the site."""
    sys.meta_path.insert(0, NoCelery())
    queries = start(site, folder)
    from django.core import checks

    said = [each.id for each in checks.run_checks(tags=["domainguard"])]
    _migrate()
    wrong = {chosen: walk(site, chosen) for chosen in {**SITES, **LEFT_OUT}[site][1]}
    told = told_wrongly() if site in SITES else []
    print(json.dumps({"queries": queries, "said": said, "wrong": wrong, "told_wrongly": told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
