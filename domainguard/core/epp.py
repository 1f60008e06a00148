"""EPP, RGP and RDAP status words, and the RFC 8056 table between them."""

from __future__ import annotations

import re
from enum import StrEnum


class Status(StrEnum):
    """What a domain registry or registrar reports, in RDAP's spelling (RFC 9083, RFC 8056)."""

    ACTIVE = "active"
    ADD_PERIOD = "add period"
    ASSOCIATED = "associated"
    AUTO_RENEW_PERIOD = "auto renew period"
    CLIENT_DELETE_PROHIBITED = "client delete prohibited"
    CLIENT_HOLD = "client hold"
    CLIENT_RENEW_PROHIBITED = "client renew prohibited"
    CLIENT_TRANSFER_PROHIBITED = "client transfer prohibited"
    CLIENT_UPDATE_PROHIBITED = "client update prohibited"
    INACTIVE = "inactive"
    LOCKED = "locked"
    PENDING_CREATE = "pending create"
    PENDING_DELETE = "pending delete"
    PENDING_RENEW = "pending renew"
    PENDING_RESTORE = "pending restore"
    PENDING_TRANSFER = "pending transfer"
    PENDING_UPDATE = "pending update"
    REDEMPTION_PERIOD = "redemption period"
    RENEW_PERIOD = "renew period"
    RESERVED = "reserved"
    SERVER_DELETE_PROHIBITED = "server delete prohibited"
    SERVER_HOLD = "server hold"
    SERVER_RENEW_PROHIBITED = "server renew prohibited"
    SERVER_TRANSFER_PROHIBITED = "server transfer prohibited"
    SERVER_UPDATE_PROHIBITED = "server update prohibited"
    TRANSFER_PERIOD = "transfer period"
    VALIDATED = "validated"


HOLDS = frozenset({Status.CLIENT_HOLD, Status.SERVER_HOLD})
_LONGEST_WORD = 200
_EPP_ONLY = {"ok": Status.ACTIVE, "linked": Status.ASSOCIATED}
_BY_LETTERS = {status.value.replace(" ", ""): status for status in Status} | _EPP_ONLY


def read_status(text: str) -> Status | None:
    """Read one status word in any spelling seen in the wild; None for a word we do not know.

    RDAP spells `client hold`, EPP `clientHold`, some registries `https://icann.org/epp#clientHold`
    or `CLIENT-HOLD`: letters decide, case and separators do not.
    """
    word = text[:_LONGEST_WORD].strip()
    # WHOIS appends the explaining address, with or without brackets: "ok https://icann.org/epp"
    word = word.rsplit("#", 1)[1] if "#" in word else re.split(r"\s+\(?http", word, maxsplit=1)[0]
    return _BY_LETTERS.get(re.sub(r"[^a-z]", "", word.lower()))
