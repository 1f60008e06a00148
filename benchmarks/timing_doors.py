"""Whether signing up, signing in or adding an address tells who has one there, by its time.

python -m benchmarks.timing_doors [--each 1000]. As benchmarks.timing, for the site's other doors:
six classes in random order, WSGI calls, PostgreSQL that waits for the disk, a real SMTP server. A
fast hasher hides less of what else differs than the site's own would, and counts. Whoever adds an
address is told what the world knows of its domain now, so a small internet answers, where all are
well; providers, which are not asked about, are left out there. Prints Markdown; exits with 1 when
an area leaves [0.47, 0.53] or two classes do not hash equally often.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from benchmarks.timing_company import mail_server
from benchmarks.timing_ranks import matrix, pairs
from benchmarks.timing_site import Browser, start, start_postgres

_LEAST, _MOST = 0.47, 0.53
_WARM_UP = 10
_ADDING, _UNASKED = "adding an address", "exempt"
_PASSWORD = "four stones high"  # noqa: S105
_FAST = "benchmarks.timing_hasher.CountingHasher"


class Door:
    """One form, and what has to be undone after each time it is sent."""

    def __init__(self, path: str, browser: Browser, form: Callable[[str], dict[str, str]]) -> None:
        self.path, self._browser, self._form = path, browser, form

    def send(self, address: str) -> int:
        """Send the form; give the nanoseconds."""
        took, answer = self._browser.send(self.path, self._form(address))
        if not answer.status.startswith(("200", "302")):
            raise ValueError(f"POST {self.path} gave {answer.status}.")
        return took

    def undo(self) -> None:
        """Leave the rows as they were, or each request would find more of them than the last."""
        from allauth.account.models import EmailAddress

        from registry_site.accounts.models import User

        User.objects.filter(username__startswith="visitor-").delete()
        EmailAddress.objects.filter(user__username="eve", verified=False).delete()


def _signed_in() -> str:
    """Give the cookie of somebody who is signed in and gave the password just now."""
    from allauth.account.models import EmailAddress
    from django.test import Client

    from registry_site.accounts.models import User

    eve = User.objects.create_user("eve", "eve@fieldpost.net", _PASSWORD)
    EmailAddress.objects.create(user=eve, email=eve.email, verified=True, primary=True)
    inside = Client(HTTP_HOST="127.0.0.1")
    inside.force_login(eve)
    inside.post("/accounts/reauthenticate/", {"password": _PASSWORD})
    return f"sessionid={inside.cookies['sessionid'].value}"


def doors(application: Any) -> dict[str, Door]:
    """Give the site's doors that take an address, each with a browser that has opened it."""
    name = Random(1)  # noqa: S311

    def sign_up(address: str) -> dict[str, str]:
        mine = f"visitor-{name.randrange(10**9)}"
        return {
            "username": mine,
            "email": address,
            "password1": _PASSWORD,
            "password2": _PASSWORD,
        }

    return {
        "sign-up": _opened(application, "/accounts/signup/", "", sign_up),
        "sign-in": _opened(
            application,
            "/accounts/login/",
            "",
            lambda address: {"login": address, "password": "not the password"},
        ),
        _ADDING: _opened(
            application,
            "/accounts/email/",
            _signed_in(),
            lambda address: {"email": address, "action_add": ""},
        ),
    }


def _opened(
    application: Any, path: str, session: str, form: Callable[[str], dict[str, str]]
) -> Door:
    browser = Browser(application, cookie=session)
    browser.open(path)
    return Door(path, browser, form)


def measure(
    door: Door, classes: dict[str, list[str]], each: int, random: Random
) -> dict[str, list[int]]:
    """Give the nanoseconds of so many requests for each class, in random order."""
    todo = list(classes) * each
    random.shuffle(todo)
    times: dict[str, list[int]] = {name: [] for name in classes}
    gc.collect()
    for name in todo:
        times[name].append(door.send(random.choice(classes[name])))
        door.undo()
    return times


def hashed(door: Door, classes: dict[str, list[str]]) -> dict[str, int]:
    """Count how often a password is hashed for one request of each class."""
    from benchmarks.timing_hasher import CountingHasher

    counted = {}
    for name, texts in classes.items():
        before = CountingHasher.hashed
        door.send(texts[0])
        counted[name] = CountingHasher.hashed - before
        door.undo()
    return counted


def main() -> int:
    """Run everything; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--each", type=int, default=1000, help="requests for each class")
    parser.add_argument("--door", default="", help="only doors whose name begins so")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with ExitStack() as stack:
        postgres = start_postgres(durable=True)
        stack.callback(postgres.stop)
        start(postgres, stack.enter_context(mail_server()))
        _live_in(stack)
        return _report(options)


def _live_in(stack: ExitStack) -> None:
    """Let the site live in a small internet in which every class's domain is well."""
    from django.conf import settings

    from benchmarks import timing_rows as rows
    from domainguard.testing import SmallInternet, clock, scripts

    clock.clock.restart(datetime.now(UTC))
    clock.clock.run()
    net = stack.enter_context(SmallInternet())
    for name in rows.NAMES:
        if name != _UNASKED:
            domain = rows.addresses(name)[0].rpartition("@")[2]
            net.add(scripts.healthy(domain, born=clock.clock.now() - timedelta(days=400)))
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, **net.settings()}


def _report(options: argparse.Namespace) -> int:
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    from benchmarks import timing_rows as rows

    settings.ACCOUNT_RATE_LIMITS = False  # one client asks for all
    settings.PASSWORD_HASHERS = [_FAST]
    rows.fill()
    classes = {name: rows.addresses(name) for name in rows.NAMES}
    random, missed = Random(options.seed), False  # noqa: S311
    print(f"{options.each} requests for each class and door, seed {options.seed}; Python "
          f"{platform.python_version()} on {os.cpu_count()} cores.")  # fmt: skip
    opened = doors(get_wsgi_application())
    for name, door in opened.items():
        if not name.startswith(options.door):
            continue
        asked = dict(classes)
        if name == _ADDING:
            del asked[_UNASKED]
        measure(door, asked, _WARM_UP, random)
        counts = hashed(door, asked)
        times = measure(door, asked, options.each, random)
        areas = [found for _, _, found in pairs(times)]
        missed |= len(set(counts.values())) > 1
        missed |= not all(_LEAST <= found <= _MOST for found in areas)
        middle = ", ".join(f"{each} {median(took) / 1e6:.1f}" for each, took in times.items())
        print(f"\n{name}: areas {min(areas):.3f} to {max(areas):.3f}; median ms: {middle}; "
              f"hashed: {counts}\n\n{matrix(times)}", flush=True)  # fmt: skip
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
