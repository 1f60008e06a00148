"""djoser: both of its reset mails become Intents, and their tokens are looked at when used.

Install it with `router.register("users", domainguard.integrations.djoser.UserViewSet)`. djoser's
"reset username" needs the same care: its token sets passwords too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import constant_time_compare
from djoser import utils
from djoser.conf import settings as djoser_settings
from djoser.serializers import SendEmailResetSerializer
from djoser.views import UserViewSet as DjoserUserViewSet
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from domainguard.addressbooks.keys import user_by_key
from domainguard.conf import settings
from domainguard.integrations.redeem import look_for, redeem_token
from domainguard.integrations.tokens import recovery_tokens
from domainguard.models import OutboxMail
from domainguard.services import intents
from domainguard.services.clients import client_of
from domainguard.wiring import address_book

_MAILS = {"reset_password": "password_reset", "reset_username": "username_reset"}
_NAME = get_user_model().USERNAME_FIELD


class ResetSerializerMixin:
    """Makes a reset serializer store what was asked and find nobody; the same for everybody."""

    domainguard_guarded = True

    def get_user(self, is_active: bool = True) -> Any:
        """Store one Intent; a resent activation, which is no reset, finds its user as ever."""
        mail = _MAILS.get(self.context["view"].action)  # type: ignore[attr-defined]
        if mail is None:
            return super().get_user(is_active)  # type: ignore[misc]
        text = self.data.get(self.email_field, "")  # type: ignore[attr-defined]
        client = client_of(self.context.get("request"))  # type: ignore[attr-defined]
        intents.store(door="djoser", text=text, client=client, payload={"mail": mail})
        return None


class ResetSerializer(ResetSerializerMixin, SendEmailResetSerializer):  # type: ignore[misc]
    """djoser's reset serializer, storing Intents, for DJOSER["SERIALIZERS"] of your own viewset."""


class UserViewSetMixin:
    """Guards the resets of a djoser viewset: `class V(UserViewSetMixin, YourUserViewSet)`."""

    domainguard_guarded = True
    _checked: _Checked | None = None

    def get_serializer_class(self) -> Any:
        """Guard whatever serializer the site chose for the two reset mails."""
        chosen = super().get_serializer_class()  # type: ignore[misc]
        if self.action not in _MAILS or issubclass(chosen, ResetSerializerMixin):  # type: ignore[attr-defined]
            return chosen
        return type(chosen.__name__, (ResetSerializerMixin, chosen), {})

    @property
    def token_generator(self) -> Any:
        """Give ours for resets, and djoser's for activations, whose mails it mints itself."""
        if self.action == "activation":  # type: ignore[attr-defined]
            return default_token_generator
        return self._checked or recovery_tokens

    @action(["post"], detail=False)  # type: ignore[untyped-decorator]
    def reset_password_confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set the password that a mailed token allows."""
        return self._redeem(request, super().reset_password_confirm)  # type: ignore[misc]

    @action(["post"], detail=False, url_path=f"reset_{_NAME}_confirm")  # type: ignore[untyped-decorator]
    def reset_username_confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Set the name that a mailed token allows."""
        return self._redeem(request, super().reset_username_confirm)  # type: ignore[misc]

    def _redeem(self, request: Request, confirm: Callable[[Request], Response]) -> Response:
        user, token = _user(request), str(request.data.get("token", ""))
        answers: list[Response] = []

        def write() -> None:
            self._checked = _Checked(token)
            answers.append(confirm(request))

        if look_for(user, token) and redeem_token(user, token, write):
            return answers[0]
        self._checked = None
        # djoser words its own refusals; only who lost a race has to be refused here.
        self.get_serializer(data=request.data).is_valid(raise_exception=True)  # type: ignore[attr-defined]
        raise ValidationError({"token": [djoser_settings.CONSTANTS.messages.INVALID_TOKEN_ERROR]})


class UserViewSet(UserViewSetMixin, DjoserUserViewSet):  # type: ignore[misc]
    """djoser's viewset, guarded."""


class _Checked:
    """Admits the one token that was checked, and marked as used, in this very transaction."""

    def __init__(self, token: str) -> None:
        self._token = token

    def check_token(self, user: Any, token: str) -> bool:
        return constant_time_compare(self._token, token)


def djoser_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Let djoser's own mail class write the mail when it is handed over, with our token in it."""
    protocol, _, host = settings().public_origin.rstrip("/").partition("://")
    user = address_book().user(mail.account)
    context = {"user": user, "protocol": protocol, "domain": host, "site_name": host}
    chosen = getattr(djoser_settings.EMAIL, mail.payload["mail"])
    written = _minting(chosen, recovery_tokens.mint(user, mail))(None, context)
    written.render()
    message = EmailMultiAlternatives(written.subject, written.body)
    message.content_subtype = written.content_subtype
    for content, kind in written.alternatives:
        message.attach_alternative(content, kind)
    return message


def _minting(chosen: Any, token: str) -> Any:
    class Minting(chosen):  # type: ignore[misc]
        """The site's mail class with the token of this mail wherever it put its own."""

        def get_context_data(self) -> dict[str, Any]:
            context = super().get_context_data()
            own = context["token"]
            return {
                name: value.replace(own, token) if isinstance(value, str) else value
                for name, value in context.items()
            }

    return Minting


def _user(request: Request) -> Any:
    try:
        key = utils.decode_uid(str(request.data.get("uid", "")))
    except ValueError:
        return None
    return user_by_key(get_user_model()._default_manager.all(), key)
