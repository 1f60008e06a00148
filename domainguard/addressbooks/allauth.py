"""The address book of a site on django-allauth: many addresses an account, each with a flag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model

from domainguard.core.names import NameRefused, parse_address

from .base import StoredAddress


class AllauthAddressBook:
    """Reads `EmailAddress`. An address that stands only in the user table was never proven."""

    name = "allauth"

    def find(self, text: str) -> Iterable[StoredAddress]:
        """Find active users' addresses, typed in any script; they are stored in lower case."""
        return map(_stored, _rows().filter(email__in=_spellings(text), user__is_active=True))

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
        return str(_rows().values_list("pk", flat=True).get(**_key(address.account, address.text)))

    def is_verified(self, account: str, text: str) -> bool:
        """Say whether the account is active and has exactly this address, verified."""
        rows = _rows().filter(verified=True, user__is_active=True, **_key(account, text))
        return bool(rows.exists())

    def set_verified(self, account: str, text: str, verified: bool) -> None:
        """Set allauth's flag."""
        _rows().filter(**_key(account, text)).update(verified=verified)

    def user(self, account: str) -> Any:
        """Give the active user."""
        return get_user_model()._default_manager.filter(pk=account, is_active=True).first()


def _rows() -> Any:
    return EmailAddress.objects.all()


def _spellings(text: str) -> set[str]:
    try:
        return {text.lower(), parse_address(text).canonical}
    except NameRefused:
        return {text.lower()}


def _key(account: str, text: str) -> dict[str, str]:
    return {"user_id": account, "email": text}


def _stored(row: Any) -> StoredAddress:
    return StoredAddress(
        account=str(row.user_id), text=row.email, verified=row.verified, primary=row.primary
    )
