"""dj-rest-auth, with and without allauth: resets become Intents, tokens are looked at when used.

REST_AUTH = {"PASSWORD_RESET_SERIALIZER":
                 "domainguard.integrations.dj_rest_auth.PasswordResetSerializer",
             "PASSWORD_RESET_CONFIRM_SERIALIZER":
                 "domainguard.integrations.dj_rest_auth.PasswordResetConfirmSerializer"}
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from dj_rest_auth import serializers
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from domainguard.addressbooks.keys import user_by_key
from domainguard.conf import settings
from domainguard.integrations.auth import PasswordResetForm
from domainguard.integrations.redeem import look_for, redeem_token
from domainguard.integrations.tokens import recovery_tokens
from domainguard.models import OutboxMail
from domainguard.services import intents
from domainguard.services.clients import client_of
from domainguard.wiring import address_book


class PasswordResetSerializer(serializers.PasswordResetSerializer):  # type: ignore[misc]
    """Stores one Intent for everybody, where dj-rest-auth looks for the user and mails."""

    domainguard_guarded = True
    password_reset_form_class = PasswordResetForm

    def save(self) -> None:
        """Store what was asked; with allauth the mail is allauth's, as it would have been."""
        if _has_allauth():
            client = client_of(self.context.get("request"))
            intents.store(door="dj_rest_auth", text=self.validated_data["email"], client=client)
        else:
            super().save()


class PasswordResetConfirmSerializer(serializers.PasswordResetConfirmSerializer):  # type: ignore[misc]
    """Looks at the domain when the token comes back, and writes the password under the lock."""

    domainguard_guarded = True

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check user, token and password, with dj-rest-auth's own words for each refusal."""
        self.user = _user(attrs["uid"])
        if self.user is None:
            raise ValidationError({"uid": [_("Invalid value")]})
        token = attrs["token"]
        if not (look_for(self.user, token) and recovery_tokens.check_token(self.user, token)):
            raise ValidationError({"token": [_("Invalid value")]})
        self.custom_validation(attrs)
        self.set_password_form = self.set_password_form_class(user=self.user, data=attrs)
        if not self.set_password_form.is_valid():
            raise ValidationError(self.set_password_form.errors)
        return attrs

    def save(self) -> Any:
        """Write the password; whoever lost a race meanwhile is refused as for a bad token."""
        token = self.validated_data["token"]
        if not redeem_token(self.user, token, self.set_password_form.save):
            raise ValidationError({"token": [_("Invalid value")]})
        return self.user


def reset_letter(mail: OutboxMail) -> EmailMessage:
    """Write allauth's reset mail when it is handed over, its link starting with PUBLIC_ORIGIN.

    The link leads to the route named `password_reset_confirm`, as dj-rest-auth's own does.
    """
    from allauth.account.adapter import get_adapter
    from allauth.account.utils import user_pk_to_url_str, user_username

    user = address_book().user(mail.account)
    origin = settings().public_origin.rstrip("/")
    host = origin.partition("://")[2]
    uid, token = user_pk_to_url_str(user), recovery_tokens.mint(user, mail)
    context = {
        "current_site": SimpleNamespace(name=host, domain=host),
        "email": mail.standing.address,
        "user": user,
        "username": user_username(user),
        "uid": uid,
        "token": token,
        "key": token,
        "password_reset_url": origin + reverse("password_reset_confirm", args=[uid, token]),
        "request": None,
    }
    written: EmailMessage = get_adapter().render_mail(
        "account/email/password_reset_key", mail.standing.address, context
    )
    return written


def _has_allauth() -> bool:
    return apps.is_installed("allauth")


def _user(uid: str) -> Any:
    if _has_allauth():
        from allauth.account.utils import url_str_to_user_pk as decode
    else:
        decode = urlsafe_base64_decode
    try:
        key = force_str(decode(uid))
    except (TypeError, ValueError, OverflowError, DjangoValidationError):
        return None
    return user_by_key(get_user_model()._default_manager.all(), key)
