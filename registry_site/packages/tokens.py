"""API tokens: shown once, kept as a hash; and which are to be looked at after a reset."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from domainguard.models import AuditEvent
from domainguard.signals import audited
from registry_site.accounts.models import User

from .models import ApiToken

PREFIX = "dgr-"  # by which a scan for lost secrets knows one


def make_token(user: User, name: str) -> str:
    """Make a token and give it; nobody can read it again."""
    secret = PREFIX + token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name, digest=_digest(secret))
    return secret


def user_of(secret: str) -> User | None:
    """Give the active owner of a token, and note that it was used; None for no token."""
    found = ApiToken.objects.filter(digest=_digest(secret), user__is_active=True)
    token = found.select_related("user").first()
    if token is None:
        return None
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    return token.user


def to_look_at(user: User) -> QuerySet[ApiToken]:
    """Give the tokens from before the last reset that the owner has not decided about since.

    They go on working: a reset says nothing of the machines that publish.
    """
    if user.recovered_at is None:
        return ApiToken.objects.none()
    undecided = Q(kept_at=None) | Q(kept_at__lt=user.recovered_at)
    return ApiToken.objects.filter(undecided, user=user, created_at__lte=user.recovered_at)


def listen() -> None:
    """Hear from domainguard of every account whose password was reset by mail."""
    audited.connect(_remember_recovery, dispatch_uid="tokens.recovered")


def _remember_recovery(event: AuditEvent, **_: Any) -> None:
    if event.action == "recovery_completed":
        User.objects.filter(pk=event.detail["account"]).update(recovered_at=timezone.now())


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
