"""DomainGuard: an address is trusted for recovery only while its domain is in the same hands.

These four functions are what a site's own doors need. Models are ready only after Django's start,
so each imports what it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

    from domainguard.gate import GateAnswer
    from domainguard.models import Intent, OutboxMail

__all__ = ["capability_token", "may_reset", "redeem_capability", "send_capability_mail"]


def may_reset(user_or_address: Any, request: HttpRequest | None = None) -> GateAnswer:
    """Say whether this user, or whoever has this address, may be sent a reset now.

    Read the answer's `admitted` and `reason`; see `services.ask.may_reset` for what it does.
    """
    from domainguard.services import ask

    return ask.may_reset(user_or_address, request)


def send_capability_mail(*, letter: str, address: str, **more: Any) -> Intent:
    """Post a mail that gives its reader power; see `services.post.send_capability_mail`."""
    from domainguard.services import post

    return post.send_capability_mail(letter=letter, address=address, **more)


def capability_token(mail: OutboxMail, about: str) -> str:
    """Give the token for the link in such a mail, while its letter is being written."""
    from domainguard.services import capability

    return capability.capability_token(mail, about)


def redeem_capability(token: str, about: str, write: Callable[[], object]) -> GateAnswer:
    """Do what the link was mailed for, if its address is still to be trusted with that.

    See `services.capability.redeem_capability`; the answer's `admitted` says whether it was done.
    """
    from domainguard.services import capability

    return capability.redeem_capability(token, about, write)
