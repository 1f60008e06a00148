"""A registry with very many accounts, and the answers of the outside world, for benchmarks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import dns_answerer, http_answerer
from benchmarks.timing_site import create_database
from tests.plugins.postgres import start_postgres
from tests.plugins.valkey import running_valkey

PROVIDERS = 50
_ON_PROVIDERS = 0.6  # of all addresses


@contextmanager
def town(*, dns_delay: float, http_delay: float) -> Iterator[int]:
    """Start PostgreSQL, Valkey, three resolvers and a registry, and load Django into this process.

    Gives the port of the HTTP server. What other processes need to join stands in the environment.
    """
    with ExitStack() as stack:
        postgres = start_postgres()
        stack.callback(postgres.stop)
        redis_url = stack.enter_context(running_valkey())
        files = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        resolvers = [stack.enter_context(dns_answerer.answering(dns_delay)) for _ in range(3)]
        http = stack.enter_context(http_answerer.answering(http_delay))
        addresses = [f"127.0.0.1:{port}" for port in (*resolvers, http)]
        (files / "providers").write_text("\n".join(map(provider, range(PROVIDERS))))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "registry_site.settings",
            "DATABASE_URL": create_database(postgres),
            "REDIS_URL": redis_url,
            "DEBUG": "on",
            "DOMAINGUARD_RESOLVERS": ",".join(addresses[:3]),
            "DOMAINGUARD_RDAP_BOOTSTRAP": str(
                http_answerer.write_bootstrap(http, files / "bootstrap.json")
            ),
            "DOMAINGUARD_EGRESS_ALLOW": ",".join(addresses),
            "BENCH_PROVIDERS": str(files / "providers"),
        }
        join()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield http


def join() -> None:
    """Load Django as one of this town, whose registry takes a million questions a minute."""
    import django
    from django.conf import settings
    from django.test import override_settings

    django.setup()
    of_this_town = {
        "SOURCES": ["dns", "rdap"],
        "RATES": {"*": 10**6},
        "EXEMPT_PROVIDERS": os.environ["BENCH_PROVIDERS"],
    }
    override_settings(DEBUG=False, DOMAINGUARD=settings.DOMAINGUARD | of_this_town).enable()


def provider(number: int) -> str:
    """Name a mailbox provider."""
    return f"name-provider{number}.net"


def settle(domains: int, addresses: int) -> None:
    """Fill the user table: 60 % of the addresses at big providers, the tail with a long tail.

    Every domain has an address at least; the smaller its number, the more it has.
    """
    from allauth.account.models import EmailAddress
    from django.db import connection

    from registry_site.accounts.models import User

    at_providers = max(0, min(int(addresses * _ON_PROVIDERS), addresses - domains))
    text = f"""
      CASE WHEN n <= {at_providers}
      THEN 'p' || n || '@name-provider' || n % {PROVIDERS} || '.net'
      WHEN n <= {at_providers + domains}
      THEN 'p' || n || '@name-' || n - {at_providers} || '.com'
      ELSE 'p' || n || '@name-' || 1 + floor({domains} * power(random(), 4))::int || '.com' END
    """
    user = User.objects.create_user("p0", "p0@name-0.com")
    proof = EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        user_table = _copied(user, {"username": "'p' || n", "email": text})
        cursor.execute(f"{user_table} FROM accounts_user, generate_series(1, {addresses}) AS n")
        cursor.execute("ANALYZE")  # or each proof's key is looked for in the whole table
        proofs = _copied(proof, {"user_id": "u.id", "email": "u.email"})
        cursor.execute(
            f"{proofs} FROM account_emailaddress e, accounts_user u WHERE u.id > e.user_id"
        )
        cursor.execute("ANALYZE")


def _copied(row: Any, changed: dict[str, str]) -> str:
    """Begin an INSERT that copies a row but for these columns."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    alias = "e." if "user_id" in changed else ""
    values = [changed.get(column, f'{alias}"{column}"') for column in columns]
    quoted = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)}"
