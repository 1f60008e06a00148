"""A user's primary key as text, and back: of one column or of several, whatever its type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models


def account_of(user: Any) -> str:
    """Give a user's primary key as Django itself writes it into sessions and reset links."""
    return str(user._meta.pk.value_to_string(user))


def user_by_key(users: models.QuerySet[Any], text: str) -> Any:
    """Give the user whose key this text is; None for nobody's and for what is no key."""
    try:
        return users.filter(pk=key_of(text)).first()
    except (TypeError, ValueError, OverflowError, ValidationError):
        return None


def users_by_keys(users: models.QuerySet[Any], texts: Iterable[str]) -> dict[str, Any]:
    """Give the users whose keys these texts are, in one query; what is no key has none.

    Where a text looks like a key and the database cannot hold it, each is asked for by itself.
    """
    texts = list(texts)
    try:
        return {account_of(user): user for user in users.filter(pk__in=map(key_of, texts))}
    except (TypeError, ValueError, OverflowError, ValidationError):
        found = {text: user_by_key(users, text) for text in texts}
        return {text: user for text, user in found.items() if user is not None}


def key_of(text: str) -> Any:
    """Read a key back; raises ValidationError or ValueError for a text that is none."""
    return get_user_model()._meta.pk.to_python(text)
