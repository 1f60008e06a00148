"""Tells people: letters without any power in them, to addresses that are still theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import override

from domainguard.addressbooks.base import StoredAddress
from domainguard.core.record import Cause
from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, Deverification, OutboxMail
from domainguard.services import letters
from domainguard.services.enroll import standing_of
from domainguard.services.evidence_words import day_in_words, evidence_in_words
from domainguard.services.outbox import Outdated
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


def deverified_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write that another address of the account no longer counts: since when, why, and what next.

    Raises Outdated when it counts again.
    """
    lost = Deverification.objects.select_related("bump").get(pk=mail.payload["deverification"])
    if lost.restored_at is not None:
        raise Outdated
    with override(letters.language_of(mail.account)):
        day, evidence = day_in_words(lost.created_at), evidence_in_words(lost.bump)
    return letters.write(
        "domainguard/mail/deverified",
        mail,
        day=day,
        evidence=evidence,
        lapsed=lost.bump.cause == Cause.LAPSE,
    )


def restored_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write that an address counts again."""
    return letters.write("domainguard/mail/restored", mail)


def refused_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write that a reset was asked for at an address that cannot have it."""
    return letters.write("domainguard/mail/refused", mail)


def changed_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write that the account's password was reset."""
    return letters.write("domainguard/mail/changed", mail)
