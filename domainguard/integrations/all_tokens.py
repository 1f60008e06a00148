"""The opt-in guard of every PasswordResetTokenGenerator, whichever door its token opens."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from domainguard.services.ask import may_use_token

_original = PasswordResetTokenGenerator.check_token


@wraps(_original)
def _guarded(self: PasswordResetTokenGenerator, user: Any, token: str | None) -> bool:
    return _original(self, user, token) and may_use_token(user)


def guard_all_tokens() -> None:
    """Make every generator that keeps Django's check ask; done twice it is done once.

    Generators that sites derive for other ends, such as sign-up links, ask from now on too.
    """
    PasswordResetTokenGenerator.check_token = _guarded  # type: ignore[method-assign]


def leave_tokens_alone() -> None:
    """Undo `guard_all_tokens`."""
    PasswordResetTokenGenerator.check_token = _original  # type: ignore[method-assign]
