"""A reset and the end of trust at the same time: after the end of trust nothing commits (F30).

CI runs 300 schedules, `make faults` 10,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import pytest
from django.db import connection
from django.test import Client

from domainguard.core.record import Record
from domainguard.models import DomainStatus, OutboxMail
from domainguard.services import enforce, intents, outbox
from domainguard.testing import Holder, SmtpSink
from registry_site.accounts.models import User
from tests.journeys.interleaving import Actor, Interleaving, threads
from tests.journeys.lengths import times
from tests.services.rows import Site
from tests.world import World

SECOND = "a new pair of shoes"
STATEMENTS = 110  # of a whole reset, about
BLOCKS, EACH = times(4, 20), times(75, 500)


@dataclass(frozen=True)
class Registry:
    site: Site
    sink: SmtpSink


@pytest.fixture
def registry(site: Site, settings) -> Iterator[Registry]:
    """Give a registry with a real mail server, on a database that locks rows."""
    if connection.vendor != "postgresql":
        pytest.skip("the schedules are about PostgreSQL's locks; SQLite has one for all")
    with SmtpSink(site.now, lambda domain: Holder.OWNER) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield Registry(site, sink)


def deed(sql: str, params: tuple[object, ...]) -> str | None:
    """Name the three writes that the order is about."""
    if sql.startswith('UPDATE "domainguard_outboxmail"') and params[0] == OutboxMail.Status.SENDING:
        return "handed over"
    if sql.startswith('UPDATE "accounts_user"') and '"password" = ' in sql:
        return "password"
    if sql.startswith('INSERT INTO "domainguard_epochbump"'):
        return "bump"
    return None


def ready_to_bump(site: Site, domain: str) -> None:
    """Let two looks agree on a lapse that no hold announced, so that the bump alone decides."""
    row = site.corroborate(domain)
    record: Record = row.record()
    row.keep(replace(record, holds=()))
    row.save()


def reset(sink: SmtpSink, address: str) -> None:
    """Ask, be served, open the link and choose a password, as far as that goes."""
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": address})
    intents.work()
    outbox.deliver()
    for mail in sink.messages_to(address):
        if "new password" in mail.message["subject"]:
            World.use(None, World.link_in(None, mail), SECOND)


def schedule(registry: Registry, pool, seed: str) -> tuple[str, ...]:
    """Run one schedule on a domain of its own; give the deeds in the order of their commits."""
    random, site = Random(seed), registry.site  # noqa: S311
    domain = f"lane-{seed}.org"
    user = site.person(f"p-{seed}", f"ada@{domain}")
    ready_to_bump(site, domain)
    both = Interleaving(random, deed)
    both.run(
        pool,
        Actor("reset", lambda: reset(registry.sink, user.email)),
        Actor("bump", enforce.enforce, begins_after=random.randrange(STATEMENTS)),
    )
    handed = OutboxMail.objects.filter(account=str(user.pk), purpose="recover", epoch=1).exists()
    changed = User.objects.get(pk=user.pk).check_password(SECOND)
    assert DomainStatus.objects.get(domain=domain).control_epoch == 2
    assert ("handed over" in both.committed, "password" in both.committed) == (handed, changed)
    return tuple(both.committed)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_mail_and_no_password_after_the_bump_commits(registry, block):
    orders: Counter[tuple[str, ...]] = Counter()
    with threads(2) as pool:
        for number in range(EACH):
            orders[schedule(registry, pool, f"{block}-{number}")] += 1
    assert {order[-1] for order in orders} <= {"bump"}, orders
    # Each of the three ends was reached, or the schedules were none.
    assert set(orders) == {
        ("bump",),
        ("handed over", "bump"),
        ("handed over", "password", "bump"),
    }
