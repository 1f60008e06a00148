"""Remembers the language a person reads this site in, since mail is written without a request."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.utils.translation import get_language

from .models import User


def listen() -> None:
    """Hear of every sign-in."""
    user_logged_in.connect(_remember, dispatch_uid="languages")


def language_of(account: str) -> str:
    """Give the language of an account's last sign-in; empty where none is known."""
    known = User.objects.filter(pk=account).values_list("language", flat=True).first()
    return known or ""


def _remember(user: User, **_: Any) -> None:
    User.objects.filter(pk=user.pk).update(language=get_language() or "")
