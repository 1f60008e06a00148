"""The admin's lists with very many rows: python -m benchmarks.admin_pages [--domains 200000].

On PostgreSQL: how many queries each list, the dashboard and the index take, and how long, beside an
admin page that does nothing but `SELECT 1` on the same machine. Medians of rounds, in which all
pages take their turn. Exit 1 when one takes more than 15 queries or ten times as long.
"""

from __future__ import annotations

import argparse
import os
import sys
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.timing_site import create_database
from tests.plugins.postgres import start_postgres

QUERIES, TIMES = 15, 10
_ASKED = {
    "deverification": ("", "?q=name-1", "?step=recover", "?_facets=True", "?o=1"),
    "domainstatus": ("", "?q=name-1", "?state__exact=redemption", "?looks=cold", "?expiry=0-30"),
    "auditevent": ("", "?domain=name-7.com"),
    "reviewcase": ("", "?q=name-1"),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--domains", type=int, default=200_000)
    parser.add_argument("--addresses", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    postgres = start_postgres()
    try:
        _load(create_database(postgres))
        from benchmarks.admin_town import fill

        start = perf_counter()
        fill(chosen.domains, chosen.addresses, chosen.cases)
        print(f"filled in {perf_counter() - start:.0f} s", file=sys.stderr)
        is_over = measure(chosen.rounds)
    finally:
        postgres.stop()
    sys.exit(is_over)


def _load(url: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "registry_site.settings", "DATABASE_URL": url}
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.test import override_settings

    django.setup()
    settings.ALLOWED_HOSTS += ["testserver"]
    override_settings(DEBUG=False, ROOT_URLCONF="benchmarks.admin_urls").enable()
    call_command("migrate", verbosity=0)


def pages() -> dict[str, str]:
    """Give the address of every list of ours, as it comes and as people ask it."""
    from django.contrib import admin
    from django.urls import reverse

    found = {"index": reverse("admin:index")}
    for model in admin.site._registry:
        name = model._meta.model_name or ""
        if model._meta.app_label == "domainguard":
            address = reverse(f"admin:domainguard_{name}_changelist")
            found |= {f"{name}{asked}": address + asked for asked in _ASKED.get(name, ("",))}
    return found


def measure(rounds: int) -> bool:
    """Print a line for each page; say whether one is over a limit."""
    browser, shown = _signed_in(), pages()
    queries = {name: _queries(browser, address) for name, address in shown.items()}
    took: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, address in {"bare": "/admin/bare/", **shown}.items():
            start = perf_counter()
            browser.get(address)
            took.setdefault(name, []).append(perf_counter() - start)
    each = {name: median(seconds) for name, seconds in took.items()}
    print(f"{'a bare page':44}            {each['bare'] * 1e3:7.1f} ms")
    for name in shown:
        times = each[name] / each["bare"]
        print(f"{name:44} {queries[name]:2} queries {each[name] * 1e3:7.1f} ms {times:5.1f} times")
    return any(queries[name] > QUERIES or each[name] > TIMES * each["bare"] for name in shown)


def _signed_in() -> Any:
    from django.contrib.auth.models import Permission
    from django.test import Client

    from registry_site.accounts.models import User

    user = User.objects.create_user("staff", "staff@name-0.com", None, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="domainguard"))
    browser = Client()
    browser.force_login(user)
    return browser


def _queries(browser: Any, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        status = browser.get(address).status_code
    if status != 200:
        raise SystemExit(f"{address} answered {status}.")
    return len(seen)


if __name__ == "__main__":
    main()
