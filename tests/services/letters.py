"""Letters a site might write."""

from __future__ import annotations

from django.core.mail import EmailMessage

from domainguard.models import OutboxMail
from domainguard.services.post import payload_of


def invitation(mail: OutboxMail) -> EmailMessage:
    """Write what the payload says."""
    return EmailMessage("You are asked to join", f"Your word: {payload_of(mail)['word']}")
