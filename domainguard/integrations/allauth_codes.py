"""Reads from allauth's session which address a code came by, when it is about to open something."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def code_of_reset(request: HttpRequest | None, user: Any) -> str | None:
    """Give the address whose mailed code is resetting this user's password; None for no such reset.

    The headless route writes before it marks the code as confirmed, and has nobody signed in.
    """
    from allauth.account.internal.flows import password_reset_by_code as flow
    from allauth.account.internal.userkit import user_id_to_str

    if request is None:
        return None
    state = request.session.get(flow.PASSWORD_RESET_VERIFICATION_SESSION_KEY) or {}
    if state.get("user_id") != user_id_to_str(user):
        return None
    if request.user.is_authenticated and not state.get("code_confirmed"):
        return None
    return state.get("email")


def code_of_login(request: HttpRequest, user: Any) -> str | None:
    """Give the address whose mailed code signs this user in; None when something else does."""
    from allauth.account.internal.flows.login import get_authentication_records

    # A second factor asked for afterwards leaves the code what it was: the way in.
    steps = [each for each in get_authentication_records(request, user) if each["method"] != "mfa"]
    if not steps or steps[-1]["method"] != "code":
        return None
    email: str | None = steps[-1].get("email")
    return email
