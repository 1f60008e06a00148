"""Hands mail over: asks the gate once more in the commit before SMTP, then sends or drops."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db.models import Case, QuerySet, When

from domainguard import audit
from domainguard.gate import Purpose, may_receive
from domainguard.models import Automation, OutboxMail
from domainguard.models.locking import atomic, lock_standing
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.sources.base import Deadline
from domainguard.wiring import letter, now

log = logging.getLogger("domainguard.outbox")
Status = OutboxMail.Status
_SECONDS = 10
_BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_THEN = timedelta(hours=1)
_CRASHED_AFTER = timedelta(minutes=5)


@dataclass(slots=True)
class Delivered:
    """How many mails were sent, dropped, or put back because the mail server refused."""

    sent: int = 0
    dropped: int = 0
    delayed: int = 0


def deliver(limit: int = 200) -> Delivered:
    """Hand over the mails that are due, those that give power first.

    While automation is paused notices wait. When the mail server is away all the rest waits too.
    """
    done = Delivered()
    _give_up_on_crashed()
    due = OutboxMail.objects.filter(status=Status.PENDING, next_try_at__lte=now())
    if Automation.is_paused():
        due = due.exclude(purpose=Purpose.NOTICE.value)
    last = Case(When(purpose=Purpose.NOTICE.value, then=1), default=0)
    for mail in due.select_related("standing__mail_domain__trust_key").order_by(last, "pk")[:limit]:
        try:
            _deliver_one(mail, done)
        except _ServerAway as away:
            log.warning("The mail server could not be reached: %s.", away)
            break
        except Exception:  # one mail's failure is no other mail's
            log.exception("Mail %s could not be handed over.", mail.pk)
            _put_back(mail, done)
    return done


class Outdated(Exception):
    """Raised by a letter that has nothing to say any more: what it was about has changed."""


class _ServerAway(Exception):
    """No connection to the mail server could be opened; nothing was handed over."""


def _deliver_one(mail: OutboxMail, done: Delivered) -> None:
    if _is_waiting(mail):
        _put_back(mail, done)
        return
    # Opened before the commit: whoever finds the server away has handed nothing over.
    with _connection(mail, done) as connection:
        if _hand_over(mail, done):
            _send(mail, connection, done, Deadline.after(_SECONDS))


def _is_waiting(mail: OutboxMail) -> bool:
    if mail.purpose == Purpose.NOTICE or now() >= mail.expires_at:
        return False
    return look_at_moment_of_use(mail.standing) is not Answer.MAIL


@contextmanager
def _connection(mail: OutboxMail, done: Delivered) -> Iterator[Any]:
    connection = get_connection(timeout=min(_SECONDS, settings.EMAIL_TIMEOUT or _SECONDS))
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        _put_back(mail, done)
        raise _ServerAway(type(error).__name__) from error
    try:
        yield connection
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def _hand_over(mail: OutboxMail, done: Delivered) -> bool:
    """Commit that this mail is on its way, at an epoch read in the same commit; or drop it."""
    with atomic():
        lock_standing(mail.standing_id)
        if mail.purpose == Purpose.NOTICE and Automation.is_paused():
            return False
        answer, at = may_receive(mail.standing_id, Purpose(mail.purpose)), now()
        if not answer.admitted or at >= mail.expires_at:
            done.dropped += _drop(mail, "died" if at >= mail.expires_at else answer.reason.value)
            return False
        mail.epoch, mail.handed_over_at = answer.epoch, at
        taken = _as_it_was(mail, Status.PENDING).update(
            status=Status.SENDING, epoch=mail.epoch, handed_over_at=at
        )
        return bool(taken)


def _drop(mail: OutboxMail, why: str, *, was: OutboxMail.Status = Status.PENDING) -> int:
    dropped = _as_it_was(mail, was).update(
        status=Status.DROPPED, reason=why, next_try_at=None, payload={}
    )
    if dropped:
        _record("mail_dropped", mail, reason=why)
    return dropped


def _send(mail: OutboxMail, connection: Any, done: Delivered, deadline: Deadline) -> None:
    """Write the mail and give it to the server, within seconds of the commit that allowed it."""
    try:
        message = letter(mail.letter)(mail)
        # One string, checked and mailed: SMTP gets the address exactly as it was stored.
        message.to, message.cc, message.bcc = [mail.standing.address], [], []
        message.connection = connection
        message.message().as_bytes()
    except Outdated:
        done.dropped += _drop(mail, "outdated", was=Status.SENDING)
        return
    except Exception:
        log.exception("Mail %s could not be written.", mail.pk)
        _put_back(mail, done, was=Status.SENDING)
        return
    if not deadline.remaining():
        _put_back(mail, done, was=Status.SENDING)
        return
    try:
        message.send()
    except Exception as error:
        _not_sent(mail, error, done)
    else:
        done.sent += 1
        _finish(mail, Status.SENT)


def _not_sent(mail: OutboxMail, error: Exception, done: Delivered) -> None:
    """Try again after a plain refusal; after anything else the mail may have arrived."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPNotSupportedError)
    if isinstance(error, smtplib.SMTPResponseException):
        refused = 400 <= error.smtp_code < 600
    if refused:
        _put_back(mail, done, was=Status.SENDING)
    else:
        log.warning("Mail %s may have been sent: %s.", mail.pk, type(error).__name__)
        _finish(mail, Status.UNCERTAIN)


def _finish(mail: OutboxMail, status: OutboxMail.Status) -> None:
    with atomic():
        mine = OutboxMail.objects.filter(
            pk=mail.pk, tries=mail.tries, status__in=(Status.SENDING, Status.UNCERTAIN)
        )
        if mine.exclude(status=status).update(status=status, next_try_at=None, payload={}):
            _record(f"mail_{status.value}", mail, epoch=mail.epoch)


def _put_back(
    mail: OutboxMail, done: Delivered, *, was: OutboxMail.Status = Status.PENDING
) -> None:
    wait = _BACK_OFF[mail.tries] if mail.tries < len(_BACK_OFF) else _THEN
    done.delayed += _as_it_was(mail, was).update(
        status=Status.PENDING, next_try_at=now() + wait, tries=mail.tries + 1
    )


def _as_it_was(mail: OutboxMail, status: OutboxMail.Status) -> QuerySet[OutboxMail]:
    # `tries` counts how often it was put back, and so fences off whoever held it before.
    return OutboxMail.objects.filter(pk=mail.pk, status=status, tries=mail.tries)


def _give_up_on_crashed() -> None:
    """Mark what a crash left in SENDING: it may have arrived, so it is never sent again."""
    left = OutboxMail.objects.filter(
        status=Status.SENDING, handed_over_at__lt=now() - _CRASHED_AFTER
    )
    for mail in left.select_related("standing__mail_domain__trust_key"):
        _finish(mail, Status.UNCERTAIN)


def _record(action: str, mail: OutboxMail, **detail: Any) -> None:
    audit.record(
        action,
        at=now(),
        domain=mail.standing.mail_domain.trust_key.domain,
        canonical=mail.standing.canonical,
        account=mail.account,
        letter=mail.letter,
        **detail,
    )
