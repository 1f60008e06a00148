"""Decides at sign-in whether an account has to prove an address first."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse

from domainguard.models import AddressStanding

from .models import User


class ProvenOnceStage(EmailVerificationStage):  # type: ignore[misc]
    """Asks a new account to prove an address, and never asks again.

    Whoever lost trust in their only address still signs in by password: no mail may be the only
    way in (RULES.md 7). A superuser was made at the server's own console.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Let those pass who proved an address once; allauth asks everybody else."""
        user: User | None = self.login.user
        if user is not None and (user.is_superuser or proved_once(user)):
            return None, True
        answer: tuple[Any, bool] = super().handle()
        return answer


def proved_once(user: User) -> bool:
    """Say whether this account has ever proved an address."""
    standings = AddressStanding.objects.filter(account=str(user.pk), verified_epoch__isnull=False)
    return standings.exists()
