"""Signs what a row says; a seal also signs the seal before it, and so the rows hold together."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

_SALT = b"domainguard.core.chain"
FIRST = ""  # stands before the first seal


class Kind(StrEnum):
    """What a signature says; none can be passed off as one of another kind."""

    MARK = "mark"  # this site wrote the row
    SEAL = "seal"  # the row stands at this place, after that seal
    HEAD = "head"  # the chain is so long and ends in that seal


class Keys:
    """The keys of one site: it signs with the first, and knows its own hand under any."""

    def __init__(self, secrets: Iterable[str | bytes]) -> None:
        raw = (each.encode() if isinstance(each, str) else each for each in secrets)
        self._keys = [hmac.digest(each, _SALT, "sha256") for each in raw]
        if not self._keys:
            raise ValueError("A chain needs at least one key; none was given.")

    def sign(self, kind: Kind, facts: Mapping[str, Any]) -> str:
        """Give the signature, 64 hexadecimal digits."""
        return _hmac(self._keys[0], kind, canonical(facts))

    def signed(self, kind: Kind, facts: Mapping[str, Any], signature: str | None) -> bool:
        """Say whether one of the keys gave this signature to these facts."""
        text, given = canonical(facts), (signature or "").encode()
        return any(
            hmac.compare_digest(_hmac(key, kind, text).encode(), given) for key in self._keys
        )


def canonical(facts: Mapping[str, Any]) -> bytes:
    """Give the one JSON text of facts that are the same before and after a database kept them.

    A database may give back 100 for 100.0 and forgets the order of keys.
    """
    kept = json.loads(json.dumps(facts), parse_float=_number)
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _hmac(key: bytes, kind: Kind, text: bytes) -> str:
    return hmac.digest(key, kind.encode() + b"\n" + text, "sha256").hex()
