"""Hands mail over: asks the gate once more in the commit before SMTP, then sends or drops."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import timedelta

from django.core.mail import get_connection
from django.db import transaction

from domainguard import audit
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import Automation, OutboxMail
from domainguard.models.locking import lock_standing
from domainguard.services.jit import Answer, look_at_moment_of_use
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
    """Hand over the mails that are due. While automation is paused notices wait."""
    done = Delivered()
    _give_up_on_crashed()
    due = OutboxMail.objects.filter(status=Status.PENDING, next_try_at__lte=now())
    if Automation.is_paused():
        due = due.exclude(purpose=Purpose.NOTICE.value)
    for mail in due.select_related("standing__mail_domain__trust_key").order_by("pk")[:limit]:
        try:
            _deliver_one(mail, done)
        except Exception:  # one mail's failure is no other mail's; this one becomes UNCERTAIN
            log.exception("Mail %s could not be written or handed over.", mail.pk)
    return done


def _deliver_one(mail: OutboxMail, done: Delivered) -> None:
    if _is_waiting(mail):
        _put_back(mail, done)
    elif not _hand_over(mail):
        done.dropped += 1
    elif _send(mail):
        done.sent += 1
    else:
        _put_back(mail, done)


def _is_waiting(mail: OutboxMail) -> bool:
    if mail.purpose == Purpose.NOTICE or now() >= mail.expires_at:
        return False
    return look_at_moment_of_use(mail.standing) is Answer.WAIT


def _hand_over(mail: OutboxMail) -> bool:
    """Commit that this mail is on its way, at an epoch read in the same commit; or drop it."""
    with transaction.atomic():
        lock_standing(mail.standing_id)
        answer = may_receive(mail.standing_id, Purpose(mail.purpose))
        at = now()
        if answer.admitted and at < mail.expires_at:
            taken = OutboxMail.objects.filter(pk=mail.pk, status=Status.PENDING).update(
                status=Status.SENDING,
                epoch=answer.epoch,
                handed_over_at=at,
                tries=mail.tries + 1,
            )
            mail.epoch, mail.handed_over_at = answer.epoch, at
            return bool(taken)
        _drop(mail, answer.reason)
    return False


def _drop(mail: OutboxMail, reason: Reason) -> None:
    why = "died" if now() >= mail.expires_at else reason.value
    dropped = OutboxMail.objects.filter(pk=mail.pk, status=Status.PENDING).update(
        status=Status.DROPPED, reason=why, next_try_at=None, payload={}
    )
    if dropped:
        audit.record(
            "mail_dropped",
            at=now(),
            domain=mail.standing.mail_domain.trust_key.domain,
            canonical=mail.standing.canonical,
            account=mail.account,
            letter=mail.letter,
            reason=why,
        )


def _send(mail: OutboxMail) -> bool:
    message = letter(mail.letter)(mail)
    # One string, checked and mailed: SMTP gets the address exactly as it was stored.
    message.to = [mail.standing.address]
    message.connection = get_connection(timeout=_SECONDS)
    try:
        message.send()
    except (smtplib.SMTPException, OSError):
        return False
    OutboxMail.objects.filter(pk=mail.pk).update(status=Status.SENT, next_try_at=None, payload={})
    audit.record(
        "mail_sent",
        at=now(),
        domain=mail.standing.mail_domain.trust_key.domain,
        canonical=mail.standing.canonical,
        account=mail.account,
        letter=mail.letter,
        epoch=mail.epoch,
    )
    return True


def _put_back(mail: OutboxMail, done: Delivered) -> None:
    wait = _BACK_OFF[mail.tries] if mail.tries < len(_BACK_OFF) else _THEN
    OutboxMail.objects.filter(pk=mail.pk).update(
        status=Status.PENDING, next_try_at=now() + wait, tries=mail.tries + 1
    )
    done.delayed += 1


def _give_up_on_crashed() -> None:
    """Mark what a crash left in SENDING: it may have arrived, so it is never sent again."""
    OutboxMail.objects.filter(
        status=Status.SENDING, handed_over_at__lt=now() - _CRASHED_AFTER
    ).update(status=Status.UNCERTAIN, next_try_at=None, payload={})
