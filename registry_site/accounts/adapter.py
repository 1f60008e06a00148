"""What django-allauth asks the site: may this mail go, where do links lead, who may sign in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from domainguard.core.names import NameRefused, parse_address
from domainguard.integrations.allauth import AccountAdapterMixin

_ALLAUTH_STAGE = "allauth.account.stages.EmailVerificationStage"
_OUR_STAGE = "registry_site.accounts.stages.ProvenOnceStage"


class AccountAdapter(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    """Builds every mailed link from PUBLIC_ORIGIN, whatever host the request names."""

    def clean_email(self, email: str) -> str:
        """Take only addresses we can look after, and store the very string that will be mailed."""
        try:
            return parse_address(super().clean_email(email)).mailed.lower()
        except NameRefused as refused:
            raise ValidationError(str(refused)) from refused

    def get_login_stages(self) -> list[str]:
        """Put our question about addresses in the place of allauth's."""
        return [
            _OUR_STAGE if stage == _ALLAUTH_STAGE else stage for stage in super().get_login_stages()
        ]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Name the one page that asks for all of an account's factors; no single one is enough."""
        page = {"id": "reauthenticate", "url": reverse("account_reauthenticate")}
        return [{**page, "description": ""}] if user.is_authenticated else []

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Give the link that proves an address."""
        return _public(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that somebody tried to sign up with it."""
        self.send_mail(
            "account/email/account_already_exists",
            email,
            {"password_reset_url": _public(reverse("account_reset_password"))},
        )


def _public(path: str) -> str:
    return f"{settings.PUBLIC_ORIGIN}{path}"
