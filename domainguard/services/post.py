"""Posts a mail that gives its reader power: login confirmations, invitations, undo links, codes.

Only a row is stored, the same for everybody. A worker finds the account's own address, looks at
its domain, asks the gate, and hands over or drops.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from domainguard.addressbooks.keys import account_of
from domainguard.gate import Purpose
from domainguard.models import Intent, OutboxMail
from domainguard.services import intents
from domainguard.services.clients import client_of
from domainguard.services.seal import seal, unseal


def send_capability_mail(
    *,
    letter: str,
    address: str,
    account: Any = None,
    purpose: str = Purpose.RECOVER,
    payload: Mapping[str, Any] | None = None,
    lives: timedelta = intents.LIVES,
    request: HttpRequest | None = None,
) -> Intent:
    """Store one mail for an account at an address; the payload is encrypted until hand-over.

    `letter` is a key of DOMAINGUARD["LETTERS"]: the function writes the mail at hand-over and
    reads the payload by `payload_of`. The account is a user, or its key as text; without one
    whoever proved the address is meant. With the request the limit for its client counts.
    Raises ValueError for `notice`: such mail has no power, and `notify` sends it.
    """
    meant = Purpose(purpose)
    if meant is Purpose.NOTICE:
        raise ValueError("A notice gives no power to anybody: send it by services.notify.tell().")
    order = {"purpose": meant.value, "sealed": seal(payload or {})}
    if account is not None:
        order["account"] = account if isinstance(account, str) else account_of(account)
    return intents.store(
        door=letter,
        text=address,
        client=client_of(request),
        payload=order,
        lives=min(lives, intents.LIVES),
    )


def payload_of(mail: OutboxMail) -> dict[str, Any]:
    """Give the payload that a mail was posted with; raises SealBroken under a lost key."""
    return unseal(mail.payload["sealed"])
