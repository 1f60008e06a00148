"""A mail server that refuses, hangs or goes away: each request brings one mail at most (F61).

CI tries 40 stories, `make faults` 1,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from django.test.utils import override_settings

from domainguard.models import AuditEvent, OutboxMail
from domainguard.services import intents, outbox
from domainguard.testing import Holder, SmtpSink
from tests.faults.report import report
from tests.journeys.lengths import times
from tests.services.rows import Site

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LETTER = {
    "subject": "registration/password_reset_subject.txt",
    "text": "registration/password_reset_email.html",
}
Status = OutboxMail.Status


@pytest.fixture
def sink(site, settings) -> Iterator[SmtpSink]:
    with SmtpSink(site.now, lambda domain: Holder.OWNER) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.1
        yield server


def fault(random: Random, sink: SmtpSink) -> AbstractContextManager[None]:
    """Give what the mail server does in this round."""
    kinds: list[Callable[[], Any]] = [
        nullcontext,
        sink.hanging_after_data,  # it has the mail, and we never hear of it
        partial(override_settings, EMAIL_PORT=1),
        partial(sink.refusing, "450 4.7.1 not now"),
        partial(sink.refusing, "550 5.1.1 never"),
        partial(sink.refusing, "421 4.3.2 closing"),
    ]
    return random.choice(kinds)()


def story(site: Site, sink: SmtpSink, seed: int) -> str:
    """Let one request live through a day of faults; give how its mail ended."""
    random = Random(seed)  # noqa: S311
    address = f"ada-{seed}@mill-lane.org"
    site.person(f"ada-{seed}", address)
    intent = intents.store(door="reset", text=address, payload=LETTER)
    for _ in range(10):
        with fault(random, sink):
            intents.work()
            outbox.deliver()
        site.pass_time(random.choice([MINUTE, 5 * MINUTE, HOUR]))
    site.pass_time(24 * HOUR)
    outbox.deliver()
    mail = OutboxMail.objects.get(intent=intent)
    arrived = len(sink.messages_to(address))
    assert arrived <= 1
    assert arrived == 1 or mail.status in (Status.DROPPED, Status.UNCERTAIN)
    assert mail.status in (Status.SENT, Status.UNCERTAIN, Status.DROPPED)
    said = AuditEvent.objects.filter(action=f"mail_{mail.status}", detail__account=mail.account)
    assert said.count() == 1
    return mail.status


@pytest.mark.faults
def test_a_request_brings_one_mail_at_most_and_none_is_lost_in_silence(site, sink):
    ends = [story(site, sink, seed) for seed in range(times(40, 1_000))]
    counted = ", ".join(f"{count} {end}" for end, count in sorted(Counter(ends).items()))
    report("F61", f"{len(ends)} requests through a day of faults: {counted}; never two mails")
    assert {Status.SENT, Status.UNCERTAIN} <= set(ends)


def test_a_server_that_takes_a_mail_and_says_so_too_late_gets_it_once(site, sink):
    site.person("ada", "ada@mill-lane.org")
    intents.store(door="reset", text="ada@mill-lane.org", payload=LETTER)
    intents.work()
    with sink.hanging_after_data():
        outbox.deliver()
    for _ in range(5):
        site.pass_time(HOUR)
        intents.work()
        outbox.deliver()
    assert len(sink.messages) == 1
    intents.store(door="reset", text="ada@mill-lane.org", payload=LETTER)
    intents.work()
    outbox.deliver()
    assert len(sink.messages) == 2  # a new request is a new mail
