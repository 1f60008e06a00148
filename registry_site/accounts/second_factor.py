"""The second factor: codes of an authenticator app, and recovery codes for the day it is lost."""

from __future__ import annotations

from typing import Any

import qrcode  # type: ignore[import-untyped]
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]

from domainguard.services.seal import seal, unseal

from .models import User


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps keys sealed, names the account by its username, and draws the picture to scan."""

    def get_totp_label(self, user: Any) -> str:
        """Give the username, which says nothing of an address to whoever sees the telephone."""
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        """Seal a key under SECRET_KEY; a copy of the database opens no account."""
        return seal({"key": text})

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed, also under SECRET_KEY_FALLBACKS."""
        return str(unseal(encrypted_text)["key"])

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code as markup without style or script, which the CSP forbids in a page."""
        return str(qrcode.make(url, image_factory=SvgPathImage).to_string(encoding="unicode"))


def listen() -> None:
    """Hear of a second factor that begins or ends."""
    for signal in (authenticator_added, authenticator_removed):
        signal.connect(_end_other_sessions, dispatch_uid="second_factor.sessions")


def has_second_factor(account: str) -> bool:
    """Say whether signing in to the account asks for more than the password."""
    return bool(with_second_factor([account]))


def with_second_factor(accounts: list[str]) -> set[int]:
    """Give those accounts whose sign-in asks for more than the password, in one query."""
    armed = Authenticator.objects.filter(user__pk__in=accounts, type=Authenticator.Type.TOTP)
    return set(armed.values_list("user_id", flat=True))


def _end_other_sessions(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
        update_session_auth_hash(request, User.objects.get(pk=user.pk))
