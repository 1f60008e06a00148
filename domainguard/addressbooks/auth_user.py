"""The address book of a site that keeps one address in its user table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.db import router
from django.db.models import Q

from .base import StoredAddress, same_mailbox, spelled
from .keys import account_of, key_of, user_by_key, users_by_keys


class AuthUserAddressBook:
    """Reads the user model's EMAIL_FIELD. Such a site has no flag: an address it has counts."""

    name = "auth_user"

    def find(self, text: str) -> Iterable[StoredAddress]:
        """Find active users with a usable password, as Django's own form does, in any script."""
        alike = Q()
        for spelling in spelled(text):
            alike |= Q(**{f"{self._field}__iexact": spelling})
        for user in self._users().filter(alike, is_active=True):
            # A database may find letters alike that are not (CVE-2019-19844).
            if user.has_usable_password() and same_mailbox(self._text(user), text):
                yield self._stored(user)

    def addresses_of(self, account: str) -> Iterable[StoredAddress]:
        """Give the one address of an account."""
        user = self.user(account)
        return [self._stored(user)] if user is not None and self._text(user) else []

    def scan(self, after: str, limit: int) -> Iterator[StoredAddress]:
        """Give addresses in the order of the users' primary keys."""
        users = self._users().exclude(**{self._field: ""}).order_by("pk")
        if after:
            users = users.filter(pk__gt=key_of(after))
        for user in users[:limit]:
            yield self._stored(user)

    def cursor_of(self, address: StoredAddress) -> str:
        """Give the account, which is the primary key."""
        return address.cursor

    def is_verified(self, account: str, text: str) -> bool:
        """Say whether the account is active and still has this address."""
        user = self.user(account)
        return user is not None and same_mailbox(self._text(user), text)

    def set_verified(self, account: str, text: str, verified: bool) -> None:
        """Do nothing: there is no flag."""

    def user(self, account: str) -> Any:
        """Give the active user."""
        return user_by_key(self._users().filter(is_active=True), account)

    def users(self, accounts: Iterable[str]) -> dict[str, Any]:
        """Give the active users of many accounts, in one query."""
        return users_by_keys(self._users().filter(is_active=True), accounts)

    @property
    def _field(self) -> str:
        return str(get_user_model().get_email_field_name())

    def _users(self) -> Any:
        model = get_user_model()
        return model._default_manager.using(router.db_for_write(model))

    def _text(self, user: Any) -> str:
        return getattr(user, self._field) or ""

    def _stored(self, user: Any) -> StoredAddress:
        return StoredAddress(
            account=account_of(user),
            text=self._text(user),
            verified=user.is_active,
            primary=True,
            cursor=account_of(user),
        )
