"""Tells people: letters without any power in them, to addresses that are still theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from domainguard.addressbooks.base import StoredAddress
from domainguard.conf import settings
from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, OutboxMail
from domainguard.services.enroll import standing_of
from domainguard.wiring import address_book, now

_NOTICE_LIVES = timedelta(days=7)


def tell(standing: AddressStanding, *, letter: str, key: str, **payload: Any) -> None:
    """Put one notice into the outbox; the same key is never told twice to an address."""
    at = now()
    OutboxMail.objects.get_or_create(
        key=f"{key}:{standing.pk}",
        defaults={
            "standing": standing,
            "account": standing.account,
            "purpose": Purpose.NOTICE.value,
            "letter": letter,
            "payload": payload,
            "created_at": at,
            "next_try_at": at,
            "expires_at": at + _NOTICE_LIVES,
        },
    )


def tell_others(standing: AddressStanding, *, letter: str, key: str, **payload: Any) -> int:
    """Tell the account at each of its other eligible addresses; give how many there are."""
    others = eligible_standings(standing.account, apart_from=standing)
    for other in others:
        tell(other, letter=letter, key=key, address=standing.address, **payload)
    return len(others)


def eligible_standings(
    account: str, *, apart_from: AddressStanding | None = None
) -> list[AddressStanding]:
    """Give the standings of an account that may be told things now."""
    found = [standing_of(stored) for stored in _addresses(account)]
    return [
        standing
        for standing in found
        if standing is not None
        and (apart_from is None or standing.pk != apart_from.pk)
        and may_receive(standing.pk, Purpose.NOTICE).admitted
    ]


def _addresses(account: str) -> list[StoredAddress]:
    return list(address_book().addresses_of(account))


def deverified_letter(mail: OutboxMail) -> EmailMessage:
    """Write that another address of the account no longer counts."""
    return _letter(mail, "deverified", _("An address of your account is no longer trusted"))


def restored_letter(mail: OutboxMail) -> EmailMessage:
    """Write that an address counts again."""
    return _letter(mail, "restored", _("Your address is trusted again"))


def refused_letter(mail: OutboxMail) -> EmailMessage:
    """Write that a reset was asked for at an address that cannot have it."""
    return _letter(mail, "refused", _("We did not send a password reset"))


def changed_letter(mail: OutboxMail) -> EmailMessage:
    """Write that the account's password was reset."""
    return _letter(mail, "changed", _("Your password was changed"))


def _letter(mail: OutboxMail, name: str, subject: str) -> EmailMessage:
    user = address_book().user(mail.account)
    body = render_to_string(
        f"domainguard/mail/{name}.txt",
        {"user": user, "origin": settings().public_origin, **mail.payload},
    )
    return EmailMessage(subject=subject, body=body, to=[mail.standing.address])
