"""A mail is handed over once or not at all, and only while its address may have it."""

from __future__ import annotations

import logging
import smtplib
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections, transaction

from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, AuditEvent, DomainStatus, OutboxMail
from domainguard.models.locking import lock_standing
from domainguard.services import notify, outbox
from domainguard.services.pause import pause
from domainguard.sources.base import Deadline
from domainguard.testing import Holder, SmtpSink
from tests.services.letters import PowerCut

ADA, HOME = "ada@mill-lane.org", "bea@fieldpost.net"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Status = OutboxMail.Status


@pytest.fixture
def sink(site, settings) -> Iterator[SmtpSink]:
    """Run a mail server that keeps everything, and let the site know it."""
    with SmtpSink(site.now, lambda domain: Holder.OWNER) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.5
        yield server


def write_by(settings, name: str) -> None:
    """Let all resets be written by one of our letters."""
    letters = {"reset": f"tests.services.letters.{name}"}
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "LETTERS": letters}


@pytest.fixture(autouse=True)
def _plain(settings, site) -> None:
    write_by(settings, "plain")


def put(site, address: str = ADA, purpose: str = "recover") -> OutboxMail:
    """Put a mail into the outbox, as an intent does."""
    if not AddressStanding.objects.filter(canonical=address).exists():
        site.person(address.partition("@")[0], address)
    standing = site.standing(address)
    return OutboxMail.objects.create(
        standing=standing,
        account=standing.account,
        purpose=purpose,
        letter="reset",
        payload={"some": "thing"},
        created_at=site.now(),
        next_try_at=site.now(),
        expires_at=site.now() + 24 * HOUR,
    )


def state(mail: OutboxMail) -> str:
    mail.refresh_from_db()
    return mail.status


def test_a_mail_goes_to_its_one_address_and_to_nobody_the_letter_names(site, sink):
    mail = put(site, "Ada@Mill-Lane.org".lower())
    assert outbox.deliver().sent == 1
    assert state(mail) == Status.SENT
    assert (mail.payload, mail.epoch, mail.handed_over_at) == ({}, 1, site.now())
    assert [each.rcpt_to for each in sink.messages] == [ADA]
    assert "else.org" not in sink.messages[0].content.decode()
    assert site.audited() == ["mail_sent"]
    assert outbox.deliver() == outbox.Delivered()


@pytest.mark.parametrize("reply", ["451 4.3.0 try later", "550 5.1.1 no such user"])
def test_a_mail_server_that_refuses_is_asked_again_and_the_mail_arrives_once(site, sink, reply):
    mail = put(site)
    with sink.refusing(reply):
        for wait in (MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, HOUR):
            assert outbox.deliver().delayed == 1
            assert (state(mail), mail.next_try_at) == (Status.PENDING, site.now() + wait)
            assert outbox.deliver() == outbox.Delivered()
            site.pass_time(wait)
    assert outbox.deliver().sent == 1
    assert len(sink.messages) == 1


def test_a_mail_that_is_refused_until_it_dies_is_dropped_and_not_without_a_trace(site, sink):
    mail = put(site)
    with sink.refusing("550 5.1.1 no such user"):
        outbox.deliver()
        site.pass_time(24 * HOUR)
        assert outbox.deliver().dropped == 1
    assert (state(mail), mail.reason, mail.payload) == (Status.DROPPED, "died", {})
    assert site.audited() == ["mail_dropped"]
    assert sink.messages == []


def test_a_server_that_hangs_after_the_data_has_one_mail_and_never_a_second(site, sink):
    mail = put(site)
    with sink.hanging_after_data():
        assert outbox.deliver().sent == 0
    assert (state(mail), mail.payload) == (Status.UNCERTAIN, {})
    for _ in range(3):
        site.pass_time(HOUR)
        assert outbox.deliver() == outbox.Delivered()
    assert len(sink.messages) == 1
    assert site.audited() == ["mail_uncertain"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (smtplib.SMTPRecipientsRefused({}), Status.PENDING),
        (smtplib.SMTPDataError(554, b"no"), Status.PENDING),
        (smtplib.SMTPSenderRefused(421, b"later", "x"), Status.PENDING),
        (smtplib.SMTPNotSupportedError("no SMTPUTF8"), Status.PENDING),
        (smtplib.SMTPDataError(-1, b"garbage"), Status.UNCERTAIN),
        (smtplib.SMTPServerDisconnected("gone"), Status.UNCERTAIN),
        (TimeoutError("silence"), Status.UNCERTAIN),
        (ConnectionResetError("reset"), Status.UNCERTAIN),
        (RuntimeError("a backend of the site's own"), Status.UNCERTAIN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_a_plain_refusal_is_tried_again(site, error, status):
    mail = put(site)
    assert outbox._hand_over(mail, outbox.Delivered())
    outbox._not_sent(mail, error, outbox.Delivered())
    assert state(mail) == status


def test_a_server_that_is_away_costs_no_mail_and_one_try_a_round(site, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mails = [put(site), put(site, HOME)]
    assert outbox.deliver().delayed == 1
    assert [(state(mail), mail.handed_over_at) for mail in mails] == [(Status.PENDING, None)] * 2
    assert mails[1].next_try_at == site.now()
    assert "could not be reached" in caplog.text
    assert ADA not in caplog.text


def test_a_crash_on_the_way_is_uncertain_and_never_sent_again_but_a_new_request_is(
    site, sink, settings
):
    mail = put(site)
    write_by(settings, "cut_off")
    with pytest.raises(PowerCut):
        outbox.deliver()
    assert state(mail) == Status.SENDING
    write_by(settings, "plain")
    outbox.deliver()
    assert state(mail) == Status.SENDING
    site.pass_time(5 * MINUTE + timedelta(seconds=1))
    outbox.deliver()
    assert (state(mail), mail.payload) == (Status.UNCERTAIN, {})
    assert (site.audited(), sink.messages) == (["mail_uncertain"], [])
    put(site)
    assert outbox.deliver().sent == 1


def test_a_letter_with_a_mistake_is_neither_lost_nor_sent_twice(site, sink, settings, caplog):
    mail = put(site)
    write_by(settings, "broken")
    assert outbox.deliver().delayed == 1
    assert (state(mail), mail.payload) == (Status.PENDING, {"some": "thing"})
    assert "could not be written" in caplog.text
    write_by(settings, "plain")
    site.pass_time(MINUTE)
    assert outbox.deliver().sent == 1
    assert len(sink.messages) == 1


def test_one_mail_that_breaks_delays_no_other(site, sink, caplog):
    put(site)
    OutboxMail.objects.update(purpose="what is this")
    fine = put(site, HOME)
    done = outbox.deliver()
    assert (done.sent, done.delayed) == (1, 1)
    assert state(fine) == Status.SENT
    assert outbox.deliver() == outbox.Delivered()
    assert caplog.records[0].levelno == logging.ERROR


@pytest.mark.parametrize("purpose", ["recover", "accept", "undo", "confirm", "notice"])
def test_what_is_held_between_the_intent_and_the_hand_over_is_dropped(site, sink, purpose):
    mail = put(site, purpose=purpose)
    site.hold("mill-lane.org")
    assert outbox.deliver().dropped == 1
    assert (state(mail), mail.reason, mail.payload) == (Status.DROPPED, "held", {})
    assert (sink.messages, site.audited()) == ([], ["mail_dropped"])


def test_what_lost_its_epoch_between_the_intent_and_the_hand_over_is_dropped(site, sink):
    mail = put(site)
    site.raise_epoch("mill-lane.org")
    outbox.deliver()
    assert (state(mail), mail.reason) == (Status.DROPPED, "older_epoch")
    assert sink.messages == []


def test_while_paused_what_gives_power_is_sent_and_a_notice_waits(site, sink):
    mail, notice = put(site), put(site, HOME, "notice")
    pause(True, by="test")
    assert outbox.deliver().sent == 1
    assert (state(mail), state(notice)) == (Status.SENT, Status.PENDING)
    pause(False, by="test")
    assert outbox.deliver().sent == 1


def test_the_kill_switch_stops_a_notice_that_is_in_hand_already(site, sink):
    notice = put(site, purpose="notice")
    pause(True, by="test")
    assert not outbox._hand_over(notice, outbox.Delivered())
    assert state(notice) == Status.PENDING


def test_what_gives_power_goes_before_any_heap_of_notices(site, sink):
    for _ in range(5):
        put(site, HOME, "notice")
    mail = put(site)
    outbox.deliver(limit=1)
    assert state(mail) == Status.SENT


def test_a_worker_with_an_old_copy_of_a_mail_changes_nothing(site, sink):
    mail = put(site)
    old = OutboxMail.objects.get(pk=mail.pk)
    outbox.deliver()
    outbox._put_back(old, outbox.Delivered())
    outbox._put_back(old, outbox.Delivered(), was=Status.SENDING)
    assert not outbox._hand_over(old, outbox.Delivered())
    outbox._finish(old, Status.UNCERTAIN)
    assert outbox.deliver() == outbox.Delivered()
    assert (state(mail), len(sink.messages)) == (Status.SENT, 1)


def test_who_wakes_up_too_late_after_the_commit_sends_nothing(site, sink):
    mail = put(site)
    assert outbox._hand_over(mail, outbox.Delivered())
    done = outbox.Delivered()
    outbox._send(mail, None, done, Deadline.after(0))
    assert (state(mail), done.delayed, sink.messages) == (Status.PENDING, 1, [])


def test_a_mail_that_was_taken_for_lost_and_arrived_is_sent(site, sink):
    mail = put(site)
    outbox._hand_over(mail, outbox.Delivered())
    outbox._finish(mail, Status.UNCERTAIN)
    outbox._finish(mail, Status.SENT)
    assert state(mail) == Status.SENT


def test_the_same_notice_is_told_once(site, sink):
    site.person("ada", ADA)
    standing = site.standing(ADA)
    for _ in range(3):
        notify.tell(standing, letter="changed", key="changed:1")
    notify.tell(standing, letter="changed", key="changed:2")
    assert OutboxMail.objects.count() == 2


def test_no_trace_of_a_mail_names_the_address(site, sink):
    put(site)
    outbox.deliver()
    event = AuditEvent.objects.get()
    assert ADA not in f"{event.detail} {event.actor} {event.domain}"
    assert len(event.address_hash) == 64


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_mail_once(site, sink):
    for number in range(6):
        put(site, f"p{number}@mill-lane.org")
    workers = [threading.Thread(target=_deliver_and_leave) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(each.rcpt_to for each in sink.messages) == [
        f"p{number}@mill-lane.org" for number in range(6)
    ]
    assert set(OutboxMail.objects.values_list("status", flat=True)) == {Status.SENT}


def _deliver_and_leave() -> None:
    outbox.deliver()
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_a_hand_over_in_its_commit_and_the_next_one_sees_it(site, sink):
    """The look comes while a mail is being handed over: before its commit, or after the hold."""
    mail = put(site)
    held = threading.Event()

    def look() -> None:
        site.hold("mill-lane.org")
        held.set()
        connections.close_all()

    thread = threading.Thread(target=look)
    with transaction.atomic():
        lock_standing(mail.standing_id)
        thread.start()
        assert not held.wait(0.3)
        assert may_receive(mail.standing_id, Purpose.RECOVER).admitted
    thread.join(60)
    assert held.is_set()
    assert DomainStatus.objects.get(domain="mill-lane.org").held
    assert outbox.deliver().dropped == 1
