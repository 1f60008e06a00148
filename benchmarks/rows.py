"""Claiming and writing rows: python -m benchmarks.rows [--rows 200000] [--rounds 5].

On PostgreSQL that commits as production does: what writing back the results of a sweep takes beside
`save()` row by row and Django's `bulk_update`, and what claiming takes beside reading as many rows.
Medians of rounds, in which all take their turn.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.timing_site import create_database
from tests.plugins.postgres import start_postgres

WRITTEN, CLAIMED = 10_000, 1_000
SAVED = 1_000  # row by row takes too long for more


def fill(rows: int) -> None:
    """Make so many healthy domains, all due."""
    from django.db import connection

    from domainguard.core.fingerprint import Fingerprint
    from domainguard.core.lifecycle import State
    from domainguard.core.record import Record
    from domainguard.models import DomainStatus
    from domainguard.wiring import now

    at = now()
    seen = Fingerprint(
        handle="D1-BENCH",
        registered_at=at - timedelta(days=4000),
        registrar="iana:9101",
        ns=frozenset({"ns1.name-host.net", "ns2.name-host.net"}),
        mx=frozenset({"mx1.name-mail.org"}),
    )
    row = DomainStatus(domain="name-0.com", created_at=at, next_check_at=at)
    row.keep(
        Record(state=State.ACTIVE, fingerprint=seen, observed=seen, baseline_at=at, last_look_at=at)
    )
    row.save()
    fields = DomainStatus._meta.concrete_fields
    names = [str(each.column) for each in fields if not each.primary_key]
    values = {"domain": "'name-' || n || '.com'", "next_check_at": "now() - n * interval '1 ms'"}
    picked = ", ".join(values.get(name, name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO domainguard_domainstatus ({', '.join(names)}) SELECT {picked} "  # noqa: S608
            f"FROM domainguard_domainstatus, generate_series(1, {rows}) AS n"
        )
        cursor.execute("ANALYZE")


def contestants() -> dict[str, tuple[int, Callable[[], Any]]]:
    """Give what is measured, each with its number of rows."""
    from domainguard.models import DomainStatus
    from domainguard.models.bulk import update_many
    from domainguard.services import leases
    from domainguard.wiring import now

    rows = list(DomainStatus.objects.order_by("pk")[:WRITTEN])
    few, fields = rows[:SAVED], DomainStatus.WRITTEN_BY_LOOKS

    def change() -> None:
        for row in rows:
            row.last_look_at = row.last_conclusive_at = now()

    def save() -> None:
        for row in few:
            row.save()

    def give_back() -> None:
        leases.give_back(rows)

    def read() -> None:
        list(
            DomainStatus.objects.filter(hot=False, next_check_at__lte=now()).order_by(
                "next_check_at"
            )[:CLAIMED]
        )

    def claim() -> None:
        leases.claim(CLAIMED)
        DomainStatus.objects.exclude(lease_until=None).update(lease_until=None)

    def free() -> None:
        DomainStatus.objects.exclude(lease_until=None).update(lease_until=None)

    return {
        "change in memory": (WRITTEN, change),
        "save() row by row": (SAVED, save),
        "bulk_update": (SAVED, lambda: DomainStatus.objects.bulk_update(few, fields)),
        "results written": (WRITTEN, lambda: update_many(rows, fields)),
        "found as they were": (WRITTEN, give_back),
        "read": (CLAIMED, read),
        "claim": (CLAIMED, lambda: leases.claim(CLAIMED)),
        "(leases freed)": (CLAIMED, free),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    postgres = start_postgres(durable=True)
    try:
        measure(create_database(postgres), chosen.rows, chosen.rounds)
    finally:
        postgres.stop()


def measure(url: str, rows: int, rounds: int) -> None:
    """Run all rounds on a database of their own."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "registry_site.settings", "DATABASE_URL": url}
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.DEBUG = False
    call_command("migrate", verbosity=0)
    fill(rows)
    took: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, (number, run) in contestants().items():
            start = perf_counter()
            run()
            took.setdefault(name, []).append((perf_counter() - start) / number)
    each = {name: median(seconds) for name, seconds in took.items()}
    for name, seconds in each.items():
        print(f"{name:20} {seconds * 1e6:8.1f} µs a row {1 / seconds:10.0f} rows/s")
    saved = each["save() row by row"]
    for name in ("bulk_update", "results written", "found as they were"):
        print(f"{name}: {saved / each[name]:.1f} times save()")
    print(f"claiming takes {each['claim'] / each['read']:.2f} times reading")


if __name__ == "__main__":
    main()
