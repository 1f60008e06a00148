"""DomainGuard: an address is trusted for recovery only while its domain is in the same hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

    from domainguard.gate import GateAnswer

__all__ = ["may_reset"]


def may_reset(user_or_address: Any, request: HttpRequest | None = None) -> GateAnswer:
    """Say whether this user, or whoever has this address, may be sent a reset now.

    Read the answer's `admitted` and `reason`; see `services.ask.may_reset` for what it does.
    """
    from domainguard.services import ask  # models are ready only after Django's start

    return ask.may_reset(user_or_address, request)
