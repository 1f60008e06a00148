"""djoser: its resets and activations become Intents, and their tokens are looked at when used.

Install it with `router.register("users", domainguard.integrations.djoser.UserViewSet)`, and name
`ActivationEmail` in DJOSER["EMAIL"] where accounts are activated by mail, and the classes for its
notices where it sends any. djoser's "reset username" needs the same care as a password's: its token
sets passwords too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import constant_time_compare
from djoser import email, utils
from djoser.compat import get_user_email
from djoser.conf import settings as djoser_settings
from djoser.serializers import SendEmailResetSerializer
from djoser.views import UserViewSet as DjoserUserViewSet
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from domainguard.addressbooks.base import same_mailbox
from domainguard.addressbooks.keys import account_of, user_by_key
from domainguard.conf import settings
from domainguard.gate import Purpose
from domainguard.integrations.redeem import look_for, redeem_mail, redeem_token
from domainguard.integrations.tokens import recovery_tokens
from domainguard.models import OutboxMail
from domainguard.services import enroll, intents
from domainguard.services.ask import may_be_told
from domainguard.services.clients import client_of
from domainguard.wiring import address_book

_MAILS = {"reset_password": "password_reset", "reset_username": "username_reset"}
_ACTIVATION = {"mail": "activation", "purpose": Purpose.CONFIRM.value}
_NAME = get_user_model().USERNAME_FIELD


class ResetSerializerMixin:
    """Makes a reset serializer store what was asked and find nobody; the same for everybody."""

    domainguard_guarded = True

    def get_user(self, is_active: bool = True) -> Any:
        """Store one Intent, for a resent activation too, whether it is anybody's or not."""
        mail = _MAILS.get(self.context["view"].action)  # type: ignore[attr-defined]
        if mail is None:
            user = super().get_user(is_active)  # type: ignore[misc]
            if user is None:
                self._store(_ACTIVATION, timedelta())
            return user
        self._store({"mail": mail}, intents.LIVES)
        return None

    def _store(self, payload: dict[str, str], lives: timedelta) -> None:
        text = self.data.get(self.email_field, "")  # type: ignore[attr-defined]
        client = client_of(self.context.get("request"))  # type: ignore[attr-defined]
        intents.store(door="djoser", text=text, client=client, payload=payload, lives=lives)


class ResetSerializer(ResetSerializerMixin, SendEmailResetSerializer):  # type: ignore[misc]
    """djoser's reset serializer, storing Intents, for DJOSER["SERIALIZERS"] of your own viewset."""


class UserViewSetMixin:
    """Guards the resets of a djoser viewset: `class V(UserViewSetMixin, YourUserViewSet)`."""

    domainguard_guarded = True
    _checked: _Checked | None = None

    def get_serializer_class(self) -> Any:
        """Guard whatever serializer the site chose for the mails that anybody may ask for."""
        chosen = super().get_serializer_class()  # type: ignore[misc]
        asks = self.action in (*_MAILS, "resend_activation")  # type: ignore[attr-defined]
        if not asks or issubclass(chosen, ResetSerializerMixin):
            return chosen
        return type(chosen.__name__, (ResetSerializerMixin, chosen), {})

    @property
    def token_generator(self) -> Any:
        """Give ours for resets, and djoser's for activations, which set no password."""
        if self.action == "activation":  # type: ignore[attr-defined]
            return default_token_generator
        return self._checked or recovery_tokens

    @action(["post"], detail=False)  # type: ignore[untyped-decorator]
    def activation(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Activate the account, if the link came by a mail of ours that still counts."""
        self.get_serializer(data=request.data).is_valid(raise_exception=True)  # type: ignore[attr-defined]
        user, answers = _user(request), list[Response]()
        account, address = account_of(user), get_user_email(user)

        def write() -> None:
            answers.append(super(UserViewSetMixin, self).activation(request))  # type: ignore[misc]
            _prove(account, address)

        if redeem_mail(account, address, Purpose.CONFIRM, write) is None:
            raise _invalid_token()
        return answers[0]

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
        raise _invalid_token()


class UserViewSet(UserViewSetMixin, DjoserUserViewSet):  # type: ignore[misc]
    """djoser's viewset, guarded."""


class _Checked:
    """Admits the one token that was checked, and marked as used, in this very transaction."""

    def __init__(self, token: str) -> None:
        self._token = token

    def check_token(self, user: Any, token: str) -> bool:
        return constant_time_compare(self._token, token)


class ActivationEmailMixin:
    """Sends an activation mail by the outbox: `class A(ActivationEmailMixin, Yours)`."""

    domainguard_guarded = True

    def send(self, to: list[str], *args: Any, **kwargs: Any) -> None:
        """Store one Intent; a worker looks at the domain, and this class writes the mail then."""
        user = self.context["user"]  # type: ignore[attr-defined]
        payload = {**_ACTIVATION, "account": account_of(user)}
        client = client_of(self.request)  # type: ignore[attr-defined]
        intents.store(door="djoser", text=to[0] or "", client=client, payload=payload)


class ActivationEmail(ActivationEmailMixin, email.ActivationEmail):  # type: ignore[misc]
    """djoser's activation mail, for DJOSER["EMAIL"]["activation"]."""


class NoticeEmailMixin:
    """Drops a notice to an address that a stranger may read: `class N(NoticeEmailMixin, Yours)`."""

    domainguard_guarded = True

    def send(self, to: list[str], *args: Any, **kwargs: Any) -> None:
        """Send to those whom the gate has nothing against."""
        told = [address for address in to if may_be_told(address)]
        if told:
            super().send(told, *args, **kwargs)  # type: ignore[misc]


class ConfirmationEmail(NoticeEmailMixin, email.ConfirmationEmail):  # type: ignore[misc]
    """djoser's notice of an activation, for DJOSER["EMAIL"]["confirmation"]."""


class PasswordChangedConfirmationEmail(
    NoticeEmailMixin,
    email.PasswordChangedConfirmationEmail,  # type: ignore[misc]
):
    """djoser's notice of a new password, by the key `password_changed_confirmation`."""


class UsernameChangedConfirmationEmail(
    NoticeEmailMixin,
    email.UsernameChangedConfirmationEmail,  # type: ignore[misc]
):
    """djoser's notice of a new name, by the key `username_changed_confirmation`."""


def djoser_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Let djoser's own mail class write the mail when it is handed over, with our token in it.

    An activation has djoser's token: it is good only beside the mail that brought it.
    """
    protocol, _, host = settings().public_origin.rstrip("/").partition("://")
    user = user_by_key(get_user_model()._default_manager.all(), mail.account)
    context = {"user": user, "protocol": protocol, "domain": host, "site_name": host}
    chosen = getattr(djoser_settings.EMAIL, mail.payload["mail"])
    if mail.purpose == Purpose.RECOVER:
        chosen = _minting(chosen, recovery_tokens.mint(user, mail))
    written = chosen(None, context)
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


def _prove(account: str, address: str) -> None:
    for stored in address_book().addresses_of(account):
        if same_mailbox(stored.text, address):
            enroll.prove_now(stored)


def _invalid_token() -> ValidationError:
    return ValidationError({"token": [djoser_settings.CONSTANTS.messages.INVALID_TOKEN_ERROR]})


def _user(request: Request) -> Any:
    try:
        key = utils.decode_uid(str(request.data.get("uid", "")))
    except ValueError:
        return None
    return user_by_key(get_user_model()._default_manager.all(), key)
