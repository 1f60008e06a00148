"""What domainguard asks a site about its accounts and their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domainguard.core.names import NameRefused, canonical_address, spellings


@dataclass(frozen=True, slots=True)
class StoredAddress:
    """An address as the site stores it, with the account it belongs to (its primary key as text).

    `verified_at` is when the site saw it proven; None where the site does not know. `cursor` is
    the book's own mark, from which `scan` can go on.
    """

    account: str
    text: str
    verified: bool
    verified_at: datetime | None = None
    primary: bool = False
    cursor: str = ""


def same_mailbox(stored: str, text: str) -> bool:
    """Say whether two texts, in whatever script and case, are one address."""
    try:
        return canonical_address(stored) == canonical_address(text)
    except NameRefused:
        return False


def spelled(text: str) -> frozenset[str]:
    """Give the lower-case spellings under which a site may have stored what somebody typed."""
    try:
        return spellings(text)
    except NameRefused:
        return frozenset({text.lower()})


class AddressBook(Protocol):
    """The site's tables behind one small door. Every method reads the primary database.

    `text` may be any spelling of an address: a site may keep U-labels where mail gets A-labels.
    A book may also have `users(accounts) -> dict[str, user]`, for many accounts at once.
    """

    name: str

    def find(self, text: str) -> Iterable[StoredAddress]:
        """Find the accounts that the site's reset form would find for this text."""

    def addresses_of(self, account: str) -> Iterable[StoredAddress]:
        """Give every address of an account."""

    def scan(self, after: str, limit: int) -> Iterator[StoredAddress]:
        """Give up to `limit` addresses that come after a cursor; see `cursor_of`."""

    def cursor_of(self, address: StoredAddress) -> str:
        """Give the cursor that continues a scan behind this address."""

    def is_verified(self, account: str, text: str) -> bool:
        """Say whether the site still has this address for this active account, and verified."""

    def set_verified(self, account: str, text: str, verified: bool) -> None:
        """Set the site's own flag; a site without one does nothing."""

    def user(self, account: str) -> Any:
        """Give the user object; None when the account is gone or not active."""


class AccountFacts(NamedTuple):
    """What hangs on one account."""

    impact: int
    sole_owner: bool
    has_second_factor: bool


class Stakes(NamedTuple):
    """What staff see hangs on one account: its projects, and how often these are downloaded."""

    projects: int
    downloads: int | None = None


class SiteFacts(Protocol):
    """What a site can tell about the worth of an account. Every method has a safe default.

    A large site also has `facts_of(accounts) -> dict[str, AccountFacts]`, which answers for many
    accounts at once; without it a sweep asks for each account. With `stakes_of(accounts) ->
    dict[str, Stakes]` the list of de-verified accounts shows projects and downloads, and with
    `history_since(account, moment) -> [(time, words)]` the page of one what happened since. With
    `co_owners(account) -> Iterable[str]` those who own things together with an account, owners of
    its organisations too, are told when it cannot be recovered by mail. With `language(account) ->
    str` mail is written in a language of the account's own.
    """

    def impact(self, account: str) -> int:
        """Say how much hangs on the account, such as the number of its projects."""

    def sole_owner(self, account: str) -> bool:
        """Say whether the account owns something alone."""

    def has_second_factor(self, account: str) -> bool:
        """Say whether the account signs in with a second factor."""

    def releases_since(self, account: str, moment: datetime) -> Iterable[str]:
        """Name the releases the account has published since."""

    def contain(self, account: str) -> Mapping[str, int | None] | None:
        """End sessions, tokens and invitations of the account; give how many, by kind.

        None for a kind whose number nobody counts, or for a site that counts nothing.
        """


class NoFacts:
    """A site that tells nothing: every account counts the same."""

    def impact(self, account: str) -> int:
        """Count every account as one."""
        return 1

    def sole_owner(self, account: str) -> bool:
        """Claim nothing."""
        return False

    def has_second_factor(self, account: str) -> bool:
        """Claim nothing."""
        return False

    def releases_since(self, account: str, moment: datetime) -> Iterable[str]:
        """Know of none."""
        return ()

    def contain(self, account: str) -> None:
        """Have nothing to end."""
