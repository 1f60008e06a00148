"""django-allauth: every mail with power in it goes through the outbox and is redeemed by asking."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, email_removed
from django.apps import apps
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.http import HttpRequest

from domainguard.addressbooks.keys import account_of
from domainguard.conf import settings
from domainguard.gate import Purpose
from domainguard.integrations.allauth_codes import code_of_login, code_of_reset
from domainguard.integrations.redeem import redeem_mail, redeem_token, tell_of_change
from domainguard.integrations.rendered import parts_of
from domainguard.services import enroll, hygiene, intents
from domainguard.services.ask import may_be_told, may_reset
from domainguard.services.post import send_capability_mail
from domainguard.wiring import address_book

_PURPOSES = {
    "account/email/password_reset_key": Purpose.RECOVER,
    "account/email/password_reset_code": Purpose.RECOVER,
    "account/email/login_code": Purpose.RECOVER,
    "account/email/unknown_account": Purpose.RECOVER,  # takes as long as a reset does
    "account/email/email_confirmation": Purpose.CONFIRM,
    "account/email/email_confirmation_signup": Purpose.CONFIRM,
    "account/email/account_already_exists": Purpose.CONFIRM,  # takes as long as a first proof does
}
_SITES = "django.contrib.sites"
_CODE_LIVES = timedelta(minutes=15)


class AccountAdapterMixin:
    """Put it before your own adapter or allauth's: `class A(AccountAdapterMixin, Yours)`.

    `send_mail` is the one place that link, code, headless and REST routes of allauth all pass.
    """

    domainguard_guarded = True

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Store a mail that gives power, sealed; send another unless its address is distrusted."""
        purpose = _PURPOSES.get(template_prefix)
        if purpose is None:
            if may_be_told(email):
                super().send_mail(template_prefix, email, context)  # type: ignore[misc]
            return
        message = self._rendered(template_prefix, email, context)
        user = context.get("user")
        send_capability_mail(
            letter="allauth",
            address=email,
            account=user,
            purpose=purpose,
            payload=parts_of(message),
            lives=_CODE_LIVES if "code" in context else intents.LIVES,
            request=_request(),
        )

    def set_password(self, user: Any, password: str) -> None:
        """Write a password; where a mail of ours brought it, only while the gate admits it.

        Raises PermissionDenied when trust ended between the page and the new password.
        """
        write = partial(super().set_password, user, password)  # type: ignore[misc]
        token = getattr(user, "domainguard_token", None)
        email = code_of_reset(_request(), user)
        if token is not None:
            if not redeem_token(user, token, write):
                raise PermissionDenied
        elif email is not None:
            mail = redeem_mail(account_of(user), email, Purpose.RECOVER, write)
            if mail is None:
                raise PermissionDenied
            tell_of_change(account_of(user), mail)
        else:
            write()

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in; by a mailed code only while the gate admits its address."""
        sign_in = partial(super().login, request, user)  # type: ignore[misc]
        email = code_of_login(request, user)
        if email is None:
            sign_in()
        elif redeem_mail(account_of(user), email, Purpose.RECOVER, sign_in) is None:
            request.session.flush()
            raise PermissionDenied

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Refuse to give up the last address that is worth as much to the account.

        An unlucky site may have none that counts: then all but the rules of allauth allow it.
        """
        allowed: bool = super().can_delete_email(email_address)  # type: ignore[misc]
        account = str(email_address.user_id)
        return allowed and hygiene.may_remove(account, email_address.email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take a proof of an address that came by a mail of ours and is admitted now."""
        taken: list[bool] = []

        def write() -> None:
            email_address.domainguard_admitted = True
            taken.append(super(AccountAdapterMixin, self).confirm_email(request, email_address))  # type: ignore[misc]

        account = str(email_address.user_id)
        if redeem_mail(account, email_address.email, Purpose.CONFIRM, write) is None:
            self.add_message(  # type: ignore[attr-defined]
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
        return any(taken)

    def _rendered(self, prefix: str, email: str, context: dict[str, Any]) -> EmailMessage:
        request = _request()
        site = get_current_site(request) if apps.is_installed(_SITES) else _site()
        whole = {"request": request, "email": email, "current_site": site}
        whole |= {name: _public(value, request) for name, value in context.items()}
        message: EmailMessage = self.render_mail(prefix, email, whole)  # type: ignore[attr-defined]
        return message


class SocialAccountAdapterMixin:
    """Put it before your own social adapter or allauth's: signing in by address alone asks too."""

    domainguard_guarded = True

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Refuse where whoever has the domain today could have made the provider say so."""
        allowed: bool = super().can_authenticate_by_email(login, email)  # type: ignore[misc]
        return allowed and may_reset(email, _request()).admitted


@receiver(email_confirmed, dispatch_uid="domainguard.allauth.confirmed")
def remember_proof(email_address: EmailAddress, **_: Any) -> None:
    """Give a newly proven address its domain's present epoch; an older epoch stays as it is.

    allauth also counts a typed reset or login code as a proof, past the adapter. Such a code went
    to a verified address: if it is not verified any more, something ended that. It stays ended.
    """
    account = str(email_address.user_id)
    if not getattr(email_address, "domainguard_admitted", False):
        EmailAddress.objects.filter(pk=email_address.pk).update(verified=False)
        email_address.verified = False
        return
    for stored in address_book().addresses_of(account):
        if stored.text == email_address.email:
            enroll.prove_now(stored)


@receiver(email_removed, dispatch_uid="domainguard.allauth.removed")
def remember_removal(user: Any, **_: Any) -> None:
    """Mark the standing of an address that its owner took away; the row stays."""
    enroll.forget_removed(account_of(user))


def _site() -> SimpleNamespace:
    host = settings().public_origin.rstrip("/").partition("://")[2]
    return SimpleNamespace(name=host, domain=host)


def _public(value: Any, request: HttpRequest | None) -> Any:
    """Let a link that allauth built from the request's host start with PUBLIC_ORIGIN instead."""
    if request is None or not isinstance(value, str):
        return value
    own = request.build_absolute_uri("/")
    public = settings().public_origin.rstrip("/") + "/"
    return public + value.removeprefix(own) if value.startswith(own) else value


def _request() -> HttpRequest | None:
    from allauth.core import context

    request: HttpRequest | None = context.request
    return request
