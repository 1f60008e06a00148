"""Tokens for libraries that mint at request time: a placeholder, replaced at hand-over.

It imports nothing of allauth, which resolves ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR while its own
forms are being imported.
"""

from __future__ import annotations

from typing import Any

from domainguard.integrations.redeem import look_for
from domainguard.integrations.tokens import RecoveryTokenGenerator

PLACEHOLDER = "TheTokenIsMintedWhenThisMailIsHandedOver"


class LateTokenGenerator(RecoveryTokenGenerator):
    """Gives the same words to everybody; the real token comes into the mail at hand-over.

    A site that forgot the adapter mixin mails the placeholder, which opens nothing.
    """

    domainguard_guarded = True

    def make_token(self, user: Any) -> str:
        """Give the words that `rendered_letter` replaces."""
        return PLACEHOLDER

    def check_token(self, user: Any, token: str | None) -> bool:
        """Look at the domain, then judge; the user object remembers what it was admitted by."""
        admitted = look_for(user, token) and super().check_token(user, token)
        if admitted:
            user.domainguard_token = token
        return admitted
