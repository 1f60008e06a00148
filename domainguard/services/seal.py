"""Seals what waits in a row and must not be read there, such as a code that a library made."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings as django_settings
from django.utils.crypto import salted_hmac

_SALT = "domainguard.services.seal"


class SealBroken(Exception):
    """A sealed payload was read under none of the keys that this site has."""


def seal(payload: Mapping[str, Any]) -> str:
    """Encrypt a payload under a key derived from SECRET_KEY; whatever JSON can say will do."""
    return _keys().encrypt(json.dumps(dict(payload)).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """Give back what was sealed, under SECRET_KEY or one of SECRET_KEY_FALLBACKS."""
    try:
        opened: dict[str, Any] = json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken:
        raise SealBroken(
            "A sealed mail was read under SECRET_KEY and SECRET_KEY_FALLBACKS; none opened it."
        ) from None
    return opened


def _keys() -> MultiFernet:
    secrets = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str | bytes) -> bytes:
    digest = salted_hmac(_SALT, "outbox", secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest)
