"""The address book of a site on django-allauth: many addresses an account, each with a flag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db import router

from .base import StoredAddress, same_mailbox, spelled
from .keys import user_by_key, users_by_keys


class AllauthAddressBook:
    """Reads `EmailAddress`. An address that stands only in the user table was never proven."""

    name = "allauth"

    def find(self, text: str) -> Iterable[StoredAddress]:
        """Find active users' addresses, typed in any script; they are stored in lower case."""
        return map(_stored, _rows().filter(email__in=spelled(text), user__is_active=True))

    def addresses_of(self, account: str) -> Iterable[StoredAddress]:
        """Give every address of an account, the primary one first."""
        return map(_stored, _rows().filter(user_id=account).order_by("-primary", "pk"))

    def scan(self, after: str, limit: int) -> Iterator[StoredAddress]:
        """Give addresses in the order in which they were added."""
        rows = _rows().order_by("pk")
        if after:
            rows = rows.filter(pk__gt=after)
        return map(_stored, rows[:limit])

    def cursor_of(self, address: StoredAddress) -> str:
        """Give the row's primary key."""
        return address.cursor

    def is_verified(self, account: str, text: str) -> bool:
        """Say whether the account is active and has this address, verified."""
        rows = _rows().filter(user_id=account, user__is_active=True, verified=True)
        return bool(_keys(rows, text))

    def set_verified(self, account: str, text: str, verified: bool) -> None:
        """Set allauth's flag."""
        rows = _rows().filter(user_id=account)
        rows.filter(pk__in=_keys(rows, text)).update(verified=verified)

    def user(self, account: str) -> Any:
        """Give the active user."""
        return user_by_key(_active_users(), account)

    def users(self, accounts: Iterable[str]) -> dict[str, Any]:
        """Give the active users of many accounts, in one query."""
        return users_by_keys(_active_users(), accounts)


def _active_users() -> Any:
    return get_user_model()._default_manager.filter(is_active=True)


def _rows() -> Any:
    return EmailAddress.objects.using(router.db_for_write(EmailAddress))


def _keys(rows: Any, text: str) -> list[Any]:
    """Give the keys of the rows that hold this address; an account has few."""
    return [pk for pk, stored in rows.values_list("pk", "email") if same_mailbox(stored, text)]


def _stored(row: Any) -> StoredAddress:
    return StoredAddress(
        account=str(row.user_id),
        text=row.email,
        verified=row.verified,
        primary=row.primary,
        cursor=str(row.pk),
    )
