"""The gate's two queries, as PostgreSQL plans them among many rows: by indexes only, and alone."""

from __future__ import annotations

import socket
import sys

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, DomainStatus, MailDependency, MailDomain
from registry_site.accounts.models import User

MANY = 3_000


@pytest.fixture
def crowd(site) -> int:
    """Give a standing among thousands, each with a domain, a dependency and an account."""
    at = site.now()
    names = [f"lane-{number}.org" for number in range(MANY)]
    rows = DomainStatus.objects.bulk_create(
        DomainStatus(domain=name, created_at=at, next_check_at=at) for name in names
    )
    mail_domains = MailDomain.objects.bulk_create(
        MailDomain(name=row.domain, trust_key=row) for row in rows
    )
    MailDependency.objects.bulk_create(
        MailDependency(mail_domain=mail_domain, domain=rows[0], first_seen_at=at)
        for mail_domain in mail_domains
    )
    users = User.objects.bulk_create(
        User(username=f"u-{name}", email=f"ada@{name}") for name in names
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    AddressStanding.objects.bulk_create(
        AddressStanding(
            book="allauth",
            account=str(user.pk),
            address=user.email,
            canonical=user.email,
            mail_domain=mail_domain,
            verified_epoch=1,
            first_seen_at=at,
        )
        for user, mail_domain in zip(users, mail_domains, strict=True)
    )
    return AddressStanding.objects.order_by("pk")[MANY // 2].pk


def asked(standing: int) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert may_receive(standing, Purpose.RECOVER).admitted
    return [query["sql"] for query in captured]


def test_no_query_of_the_gate_reads_a_whole_table(crowd):
    if connection.vendor != "postgresql":
        pytest.skip("the plans are PostgreSQL's")
    queries = asked(crowd)
    assert len(queries) == 2
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for query in queries:
            cursor.execute(f"EXPLAIN {query}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Index" in plan
            assert "Seq Scan" not in plan, plan


def test_the_same_two_queries_are_asked_each_time(crowd):
    cache.clear()
    first = asked(crowd)
    assert first == asked(crowd)  # nothing is remembered
    assert len(first) == 2


def test_an_answer_reaches_for_no_network_and_no_cache(crowd, settings):
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Untouchable"}}
    sys.addaudithook(_hear)
    _heard.append("listening")
    may_receive(crowd, Purpose.RECOVER)
    assert _heard == ["listening"]
    socket.getaddrinfo("127.0.0.1", 80)
    assert _heard == ["listening", "socket.getaddrinfo"]  # it does hear
    _heard.clear()


class Untouchable(BaseCache):
    """Lets nobody read or write."""

    def __init__(self, *_: object) -> None:
        raise AssertionError("The gate reached for a cache.")


_heard: list[str] = []


def _hear(event: str, _: object) -> None:
    # A hook stays for the life of the process, so it listens only when it is told to.
    if _heard and event.startswith("socket."):
        _heard.append(event)
