"""Signing up and signing in cost the same whoever has the address: above all, one password hash.

django-allauth hashes once more for an address that somebody has when both username and address
may be typed, and not at all when somebody signs up with one: seconds of difference for a hundred
requests, which tell a stranger who has an account. It looks in one place more for an address that
is not proven any more, which tells who was de-verified.
"""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import SignupForm
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest


class EvenBackend(AuthenticationBackend):  # type: ignore[misc]
    """Tries a word that was typed once, as an address and as a name."""

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """Give the account that has the name or address, and the password; None for no such."""
        if credentials.get("email") == credentials.get("username"):
            credentials.pop("email", None)  # the username is tried as an address first
        found: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return found

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        """Prefer whoever has proven the address, asking all that is asked where nobody has."""
        every = filter_users_by_email(email, for_login=True)
        known = EmailAddress.objects.filter(email=email.lower(), verified=True)
        proven = set(known.values_list("user", flat=True))
        for user in [user for user in every if user.pk in proven] or every:
            if self._check_password(user, password):
                found: AbstractBaseUser = user
                return found
        return None


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Makes an account for an address that somebody has as for any other, and keeps nothing."""

    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> Any:
        """Give the account and no answer, or no account and the answer that all get."""
        if self.account_already_exists:
            with transaction.atomic():
                self.account_already_exists = False
                user = self.save(request)
                EmailAddress.objects.create(user=user, email=user.email, primary=True)
                self.account_already_exists = True
                transaction.set_rollback(True)
        return super().try_save(request)
