"""Posts a mail that gives its reader power: login confirmations, invitations, undo links, codes.

Only a row is stored, the same for everybody. A worker finds the account's own address, looks at
its domain, asks the gate, and hands over or drops.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domainguard.gate import Purpose
from domainguard.models import Intent, OutboxMail
from domainguard.services import intents
from domainguard.services.seal import seal, unseal


def send_capability_mail(
    *,
    letter: str,
    address: str,
    account: object = None,
    purpose: str = Purpose.RECOVER,
    payload: Mapping[str, Any] | None = None,
    lives: timedelta = intents.LIVES,
) -> Intent:
    """Store one mail for an account at an address; the payload is encrypted until hand-over.

    `letter` is a key of DOMAINGUARD["LETTERS"]: the function writes the mail at hand-over and
    reads the payload by `payload_of`. Without an account the one who proved the address is meant.
    Raises ValueError for `notice`: such mail has no power, and `notify` sends it.
    """
    meant = Purpose(purpose)
    if meant is Purpose.NOTICE:
        raise ValueError("A notice gives no power to anybody: send it by services.notify.tell().")
    order = {"purpose": meant.value, "sealed": seal(payload or {})}
    if account is not None:
        order["account"] = str(getattr(account, "pk", account))
    return intents.store(door=letter, text=address, payload=order, lives=min(lives, intents.LIVES))


def payload_of(mail: OutboxMail) -> dict[str, Any]:
    """Give the payload that a mail was posted with; raises SealBroken under a lost key."""
    return unseal(mail.payload["sealed"])
