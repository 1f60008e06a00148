"""Letters a site might write."""

from __future__ import annotations

from django.core.mail import EmailMessage

import domainguard
from domainguard.models import OutboxMail
from domainguard.services.post import payload_of


def invitation(mail: OutboxMail) -> EmailMessage:
    """Write what the payload says."""
    return EmailMessage("You are asked to join", f"Your word: {payload_of(mail)['word']}")


class PowerCut(BaseException):
    """Ends a run where it stands, as kill -9 does; nothing of ours catches it."""


def cut_off(mail: OutboxMail) -> EmailMessage:
    """Die while the mail is on its way."""
    raise PowerCut


def broken(mail: OutboxMail) -> EmailMessage:
    """Have a mistake in it."""
    raise KeyError("a template's variable")


def plain(mail: OutboxMail) -> EmailMessage:
    """Write a few words, and name people who are none of its recipients."""
    return EmailMessage("A word", "Nothing else.", to=["to@else.org"], bcc=["bcc@else.org"])


def invitation_with_token(mail: OutboxMail) -> EmailMessage:
    """Write a mail whose token is for what the payload says it is about."""
    token = domainguard.capability_token(mail, payload_of(mail)["about"])
    return EmailMessage("An invitation", f"Your token: {token}\n")
