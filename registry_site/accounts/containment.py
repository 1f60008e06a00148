"""Ends what somebody in an account could go on with, and takes its second factor away."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from registry_site.packages.models import ApiToken, Invitation

from .events import note
from .models import AccountEvent, User


@transaction.atomic
def contain(account: str) -> dict[str, int | None]:
    """End sessions, API tokens and invitations, and stop publishing; give how many of each.

    Sessions end by a number in the user's row, so nobody has counted them.
    """
    users = User.objects.filter(pk=account)
    users.update(session_generation=F("session_generation") + 1)
    users.filter(publishing_frozen_at=None).update(publishing_frozen_at=timezone.now())
    tokens, _ = ApiToken.objects.filter(user__pk=account).delete()
    invitations, _ = Invitation.objects.filter(invited_by__pk=account).delete()
    return {"sessions": None, "api_tokens": tokens, "invitations": invitations}


@transaction.atomic
def remove_second_factor(account: str) -> None:
    """Let the password alone sign in; whoever is signed in now is so no more."""
    removed, _ = Authenticator.objects.filter(user__pk=account).delete()
    users = User.objects.filter(pk=account)
    users.update(session_generation=F("session_generation") + 1)
    for user in users if removed else ():
        note(user, AccountEvent.What.FACTOR_REMOVED)
