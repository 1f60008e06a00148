"""django-allauth: mails that give power are refused, and a proof by mail never heals an epoch."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, email_removed
from django.dispatch import receiver

from domainguard.core.names import NameRefused, parse_address
from domainguard.gate import Purpose, may_confirm_new, may_receive
from domainguard.models import AddressStanding
from domainguard.services import enroll
from domainguard.wiring import address_book

# Mails whose reader can sign in or reset. Our own reset views stand in front of allauth's, so
# through these nothing goes out at all.
_CAPABILITY = (
    "account/email/password_reset_key",
    "account/email/password_reset_code",
    "account/email/login_code",
)
_CONFIRMATION = "account/email/email_confirmation"


class AccountAdapterMixin:
    """Put it before your own adapter or allauth's: `class A(AccountAdapterMixin, Yours)`.

    `send_mail` is the one place that link, code, headless and REST routes of allauth all pass.
    """

    domainguard_guarded = True

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of allauth unless it would give power to somebody who may not have it."""
        if template_prefix.startswith(_CAPABILITY):
            return
        if template_prefix.startswith(_CONFIRMATION) and not _may_confirm(email, context):
            return
        super().send_mail(template_prefix, email, context)  # type: ignore[misc]


def _may_confirm(text: str, context: dict[str, Any]) -> bool:
    try:
        address = parse_address(text)
    except NameRefused:
        return False
    user = context.get("user")
    standing = AddressStanding.objects.filter(
        book=address_book().name,
        account=str(user.pk) if user is not None else "",
        canonical=address.canonical,
    ).first()
    if standing is None:
        return may_confirm_new(address.mail_domain).admitted
    return may_receive(standing.pk, Purpose.CONFIRM).admitted


@receiver(email_confirmed, dispatch_uid="domainguard.allauth.confirmed")
def remember_proof(email_address: EmailAddress, **_: Any) -> None:
    """Give a newly proven address its domain's present epoch; an older epoch stays as it is."""
    for stored in address_book().addresses_of(str(email_address.user_id)):
        if stored.text == email_address.email:
            enroll.enroll([stored])


@receiver(email_removed, dispatch_uid="domainguard.allauth.removed")
def remember_removal(user: Any, **_: Any) -> None:
    """Mark the standing of an address that its owner took away; the row stays."""
    enroll.forget_removed(str(user.pk))
