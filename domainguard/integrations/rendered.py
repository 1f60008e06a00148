"""Carries a mail that a library has rendered already through the outbox, sealed until hand-over."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives

from domainguard.gate import Purpose
from domainguard.integrations.late_tokens import PLACEHOLDER
from domainguard.integrations.tokens import recovery_tokens
from domainguard.models import OutboxMail
from domainguard.services.post import payload_of
from domainguard.wiring import address_book


def parts_of(message: EmailMessage) -> dict[str, Any]:
    """Take what makes up a rendered mail, apart from its recipients: the standing names the one."""
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "subtype": message.content_subtype,
        "from": message.from_email,
        "reply_to": list(message.reply_to),
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        "alternatives": [
            [str(content), kind] for content, kind in getattr(message, "alternatives", [])
        ],
    }


def rendered_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Give the mail as it was rendered, with the token in its place."""
    kept = payload_of(mail)
    fill = _minting(mail)
    message = EmailMultiAlternatives(
        kept["subject"],
        fill(kept["body"]),
        kept["from"],
        reply_to=kept["reply_to"],
        headers=kept["headers"],
    )
    message.content_subtype = kept["subtype"]
    for content, kind in kept["alternatives"]:
        message.attach_alternative(fill(content), kind)
    return message


def _minting(mail: OutboxMail) -> Any:
    if mail.purpose != Purpose.RECOVER:
        return str
    token = recovery_tokens.mint(address_book().user(mail.account), mail)
    return lambda text: text.replace(PLACEHOLDER, token)
