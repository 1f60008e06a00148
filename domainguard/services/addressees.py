"""Finds whom an intent is for: the people a form would find, or the one account a door named."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db import router

from domainguard.addressbooks.base import StoredAddress
from domainguard.addressbooks.keys import user_by_key
from domainguard.core.names import NameRefused, canonical_address
from domainguard.gate import Purpose
from domainguard.models import Intent
from domainguard.wiring import address_book


def purpose_of(intent: Intent) -> Purpose:
    """Say what an intent's mail is for; a form's is for a reset."""
    return Purpose(intent.payload.get("purpose", Purpose.RECOVER.value))


def addressees(intent: Intent) -> Iterable[StoredAddress]:
    """Give the stored addresses an intent may be answered at."""
    account = intent.payload.get("account")
    if account is not None:
        return _of_account(account, intent)
    found = list(address_book().find(intent.submitted))
    # A sealed mail was made for one person, and its library did not say for whom: the one who
    # proved the address, as others may have entered it too, or else the only one who has it.
    return _the_one_meant(found) if "sealed" in intent.payload else found


def _of_account(account: str, intent: Intent) -> list[StoredAddress]:
    wanted = _canonical(intent.submitted)
    kept = [
        stored
        for stored in address_book().addresses_of(account)
        if wanted is not None and _canonical(stored.text) == wanted
    ]
    if kept or purpose_of(intent) is not Purpose.CONFIRM or wanted is None:
        return kept
    # allauth's codes prove an address before it is stored; djoser's links, which are made at
    # hand-over and not sealed, prove the one in the user table before the account is active.
    if "sealed" in intent.payload or _canonical(_in_user_table(account)) == wanted:
        return [StoredAddress(account=account, text=intent.submitted, verified=False)]
    return []


def _in_user_table(account: str) -> str:
    model = get_user_model()
    users = model._default_manager.using(router.db_for_write(model))
    return getattr(user_by_key(users.all(), account), model.get_email_field_name(), None) or ""


def _the_one_meant(found: list[StoredAddress]) -> list[StoredAddress]:
    meant = [stored for stored in found if stored.verified] or found
    return meant if len(meant) == 1 else []


def _canonical(text: str) -> str | None:
    try:
        return canonical_address(text)
    except NameRefused:
        return None
