"""Tells an account's history of its tokens and roles, whoever gave or took them."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save

from registry_site.accounts import notices
from registry_site.accounts.events import note
from registry_site.accounts.models import AccountEvent, User

from .models import ApiToken, Role

_What = AccountEvent.What
_WORDS = {
    ApiToken: (_What.TOKEN_MADE, _What.TOKEN_REVOKED),
    Role: (_What.ROLE_GIVEN, _What.ROLE_TAKEN),
}


def listen() -> None:
    """Hear of tokens and roles that begin or end, on the site and in the admin."""
    for model in _WORDS:
        post_save.connect(_begun, sender=model, dispatch_uid=f"history.{model.__name__}")
        post_delete.connect(_ended, sender=model, dispatch_uid=f"history.{model.__name__}")


def _begun(instance: ApiToken | Role, *, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw:
        note(instance.user, _WORDS[type(instance)][0], _name(instance))
        _tell(instance, "token_made")


def _ended(instance: ApiToken | Role, origin: Any = None, **_: Any) -> None:
    # With an account goes its history too.
    if getattr(origin, "model", type(origin)) is not User:
        note(instance.user, _WORDS[type(instance)][1], _name(instance))
        _tell(instance, "token_revoked")


def _tell(instance: ApiToken | Role, what: str) -> None:
    # A role that was accepted is told by `invitations`: whoever starts a project knows of theirs.
    if isinstance(instance, ApiToken):
        notices.tell_of(str(instance.user_id), what)


def _name(instance: ApiToken | Role) -> str:
    return instance.name if isinstance(instance, ApiToken) else instance.project.name
