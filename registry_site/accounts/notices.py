"""Tells people what was changed in their account, at every address that is still theirs.

A mail that resets a password tells of itself: domainguard does that wherever it is used.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from allauth.account import signals
from allauth.account.models import EmailAddress
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMultiAlternatives
from django.dispatch import Signal
from django.utils.translation import gettext_lazy

from domainguard.models import OutboxMail
from domainguard.services import letters, notify

LETTER: Final = "account_changed"
_TOTP, _CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
_WORDS: Final = {
    "password_changed": gettext_lazy("The password was changed."),
    "email_added": gettext_lazy("An address was added. It has no power until it is proven."),
    "email_confirmed": gettext_lazy("An address was proven."),
    "email_removed": gettext_lazy("An address was removed."),
    "email_changed": gettext_lazy("Another address is the primary one now."),
    "factor_added": gettext_lazy("The second factor was turned on."),
    "factor_removed": gettext_lazy("The second factor was turned off."),
    "codes_renewed": gettext_lazy("New recovery codes were made; the old ones are void."),
    "code_used": gettext_lazy("A recovery code was used in the place of the second factor."),
    "token_made": gettext_lazy("An API token was made."),
    "token_revoked": gettext_lazy("An API token was revoked."),
    "role_accepted": gettext_lazy("A role in a project was accepted."),
}
_HEARD: Final[dict[str, tuple[Signal, ...]]] = {
    "password_changed": (signals.password_changed, signals.password_set),
    "email_added": (signals.email_added,),
    "email_confirmed": (signals.email_confirmed,),
    "email_removed": (signals.email_removed,),
    "email_changed": (signals.email_changed,),
}
_FACTORS: Final[dict[str, tuple[Signal, str]]] = {
    "factor_added": (factors.authenticator_added, _TOTP),
    "factor_removed": (factors.authenticator_removed, _TOTP),
    "codes_renewed": (factors.authenticator_reset, _CODES),
    "code_used": (factors.authenticator_used, _CODES),
}


def listen() -> None:
    """Hear of every change that django-allauth makes to an account."""
    for what, (signal, kind) in _FACTORS.items():
        signal.connect(_telling(what, kind), weak=False, dispatch_uid=f"notices.{what}")
    for what, heard in _HEARD.items():
        for signal in heard:
            signal.connect(_telling(what), weak=False, dispatch_uid=f"notices.{what}")


def _telling(what: str, kind: str = "") -> Any:
    def tell(user: Any = None, email_address: EmailAddress | None = None, **said: Any) -> None:
        """Tell of a change; the address it is about is no witness of it."""
        if kind and said["authenticator"].type != kind:
            return
        about = email_address.email if email_address is not None else ""
        account = user.pk if user is not None or email_address is None else email_address.user_id
        tell_of(str(account), what, about=about)

    return tell


def tell_of(account: str, what: str, *, about: str = "") -> None:
    """Tell an account of one change, at every address that counts but the one it is about."""
    key = f"{what}:{uuid4()}"
    for standing in notify.eligible_standings(account):
        if standing.address.lower() != about.lower():
            notify.tell(standing, letter=LETTER, key=key, what=what)


def account_changed_letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """Write what was changed, and what to do about it."""
    return letters.write("accounts/mail/account_changed", mail, change=_WORDS[mail.payload["what"]])
