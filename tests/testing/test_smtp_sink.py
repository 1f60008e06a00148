"""The SMTP sink: what it keeps, what it can be told to do to a sender."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domainguard.simulation.lives import Holder
from domainguard.testing.smtp_sink import SmtpSink, read_deliveries

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MAIL = "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nA word.\r\n.. and dots\r\n"


def _sink(file: Path | None = None) -> SmtpSink:
    owners = {"good-name.org": Holder.OWNER, "lost-name.org": Holder.STRANGER}
    return SmtpSink(lambda: NOW, lambda domain: owners.get(domain, Holder.NOBODY), file=file)


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with _sink() as sink:
        yield sink


def send(sink: SmtpSink, *recipients: str, timeout: float = 5) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=timeout) as client:
        client.sendmail("registry@shop.net", recipients, MAIL)


def test_each_recipient_gets_the_message_in_order(sink):
    send(sink, "Alice@Lost-Name.org", "bob@good-name.org")
    first, second = sink.wait_for(2)
    assert (first.rcpt_to, first.holder) == ("Alice@Lost-Name.org", Holder.STRANGER)
    assert (second.rcpt_to, second.holder) == ("bob@good-name.org", Holder.OWNER)
    assert first.at == NOW
    assert first.mail_from == "registry@shop.net"
    assert first.message["Subject"] == "Grüße"
    assert first.text == "A word.\n.. and dots\n"


def test_mail_is_found_by_address_whatever_its_case(sink):
    send(sink, "alice@lost-name.org", "bob@good-name.org")
    assert [each.rcpt_to for each in sink.messages_to("ALICE@lost-name.org")] == [
        "alice@lost-name.org"
    ]
    assert sink.messages_to("eve@lost-name.org") == []


def test_whoever_waits_for_mail_is_woken_by_it(sink):
    with ThreadPoolExecutor() as other:
        waiting = other.submit(sink.wait_for, 1, timeout=30)
        send(sink, "alice@lost-name.org")
        assert len(waiting.result(timeout=30)) == 1


def test_waiting_for_mail_that_never_comes_says_what_came(sink):
    send(sink, "alice@lost-name.org")
    with pytest.raises(TimeoutError, match=r"1 mails arrived .* 2 were expected"):
        sink.wait_for(2, timeout=0.01)


@pytest.mark.parametrize(("reply", "code"), [("451 4.3.0 later", 451), ("550 5.1.1 never", 550)])
def test_a_refused_recipient_gets_nothing(sink, reply, code):
    with sink.refusing(reply), pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(sink, "alice@lost-name.org")
    assert refused.value.recipients["alice@lost-name.org"][0] == code
    assert sink.messages == []
    send(sink, "alice@lost-name.org")
    assert len(sink.messages) == 1


def test_a_sink_that_hangs_after_data_has_the_mail_but_never_says_so(sink):
    with sink.hanging_after_data(), pytest.raises(smtplib.SMTPServerDisconnected):
        send(sink, "alice@lost-name.org", timeout=0.2)
    assert len(sink.wait_for(1)) == 1


def test_a_file_keeps_the_mail_over_restarts(tmp_path):
    file = tmp_path / "mail.jsonl"
    with _sink(file) as sink:
        send(sink, "alice@lost-name.org")
        kept = sink.wait_for(1)
    assert read_deliveries(file) == kept
    with _sink(file) as sink:
        send(sink, "bob@good-name.org")
        assert len(sink.wait_for(2)) == 2
    assert [each.rcpt_to for each in read_deliveries(file)] == [
        "alice@lost-name.org",
        "bob@good-name.org",
    ]
    assert read_deliveries(tmp_path / "absent") == []


def test_cleared_mail_is_forgotten(sink):
    send(sink, "alice@lost-name.org")
    sink.clear()
    assert sink.messages == []
