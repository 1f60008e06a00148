"""Tells DomainGuard how a session was signed in, and takes recovery codes for the ways back."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from domainguard.addressbooks.recovery import RecoveryFacts, SecondFactor


class SignInFacts(RecoveryFacts):
    """Answers from django-allauth's session records and its authenticators.

    What the password alone won back is known to DomainGuard itself: every reset passes its doors.
    """

    def second_factor_of(self, request: HttpRequest) -> SecondFactor | None:
        """Give the code that this session gave last, if a password came before it."""
        records = get_authentication_records(request, request.user)
        given = [each for each in records if each["method"] == "mfa"]
        if not given or not any(each["method"] == "password" for each in records):
            return None
        factor = Authenticator.objects.filter(pk=given[-1]["id"], user=request.user.pk).first()
        if factor is None:
            return None
        return SecondFactor(timedelta(seconds=time.time() - given[-1]["at"]), factor.created_at)

    def second_factor_since(self, account: str) -> datetime | None:
        """Give since when the account has had its authenticator app."""
        return _since(account, Authenticator.Type.TOTP)

    def second_factor_page(self, back: str) -> str:
        """Give the page that asks for the password and the code once more."""
        return f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"

    def saved_codes_since(self, account: str) -> datetime | None:
        """Give since when the account has had the recovery codes of which some are left."""
        codes = _of(account, Authenticator.Type.RECOVERY_CODES).first()
        return codes.created_at if codes is not None and codes.wrap().get_unused_codes() else None

    def use_saved_code(self, account: str, code: str) -> bool:
        """Use up one recovery code."""
        codes = _of(account, Authenticator.Type.RECOVERY_CODES).first()
        return codes is not None and bool(codes.wrap().validate_code(code))


def _of(account: str, kind: str) -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user__pk=account, type=kind)
    return found


def _since(account: str, kind: str) -> datetime | None:
    factor = _of(account, kind).first()
    return factor.created_at if factor is not None else None
