"""Keeps what happens to an account at this site, so that its owner can look it up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, Final

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import Signal
from django.http import HttpRequest

from domainguard.wiring import now

from .models import AccountEvent, User

KEPT: Final = timedelta(days=400)
_AT_ONCE: Final = 100
_What = AccountEvent.What
_TOTP, _CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
_HEARD: Final[tuple[tuple[Signal, _What], ...]] = (
    (user_logged_in, _What.SIGNED_IN),
    (signals.password_changed, _What.PASSWORD_CHANGED),
    (signals.password_set, _What.PASSWORD_CHANGED),
    (signals.email_added, _What.ADDRESS_ADDED),
    (signals.email_removed, _What.ADDRESS_REMOVED),
    (signals.email_changed, _What.ADDRESS_PREFERRED),
)
_FACTORS: Final[tuple[tuple[Signal, str, _What], ...]] = (
    (factors.authenticator_added, _TOTP, _What.FACTOR_ADDED),
    (factors.authenticator_removed, _TOTP, _What.FACTOR_REMOVED),
    (factors.authenticator_reset, _CODES, _What.CODES_RENEWED),
    (factors.authenticator_used, _CODES, _What.CODE_USED),
    (factors.authentication_failed, "", _What.WRONG_CODE),
)


def listen() -> None:
    """Hear of every sign-in and every change that django-allauth makes to an account."""
    for signal, what in _HEARD:
        signal.connect(_noting(what), weak=False, dispatch_uid=f"events.{what}")
    for signal, kind, what in _FACTORS:
        signal.connect(_noting(what, kind), weak=False, dispatch_uid=f"events.{what}")


def note(user: User, what: _What, about: str = "", request: HttpRequest | None = None) -> None:
    """Keep one event; what is older than 400 days goes, a hundred rows at a time."""
    at = now()
    if what == _What.WRONG_CODE and _was_told_lately(user):
        return
    AccountEvent.objects.create(
        user=user, at=at, what=what, about=about[:254], network=_network(request)
    )
    old = AccountEvent.objects.filter(at__lt=at - KEPT).values_list("pk", flat=True)[:_AT_ONCE]
    AccountEvent.objects.filter(pk__in=list(old)).delete()


def _noting(what: _What, kind: str = "") -> Callable[..., None]:
    def hear(user: User, request: HttpRequest | None = None, **said: Any) -> None:
        authenticator = said.get("authenticator")
        if not kind or authenticator is None or authenticator.type == kind:
            address = said.get("email_address") or said.get("to_email_address")
            note(user, what, getattr(address, "email", ""), request)

    return hear


def _was_told_lately(user: User) -> bool:
    """Say whether a wrong code was noted within the hour: trying many must not bury the rest."""
    lately = AccountEvent.objects.filter(user=user, at__gt=now() - timedelta(hours=1))
    return lately.filter(what=_What.WRONG_CODE).exists()


def _network(request: HttpRequest | None) -> str:
    """Name the network a request came from: enough to know one's own, too little to find a door."""
    if request is None:
        return ""
    try:
        address = get_adapter().get_client_ip(request)
        return str(ip_network(f"{address}/{48 if ':' in address else 24}", strict=False))
    except (PermissionDenied, ValueError):  # allauth's word for "nobody can say"
        return ""
