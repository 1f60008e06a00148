"""What a site can tell about how somebody signed in, and about their saved codes: all optional."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.http import HttpRequest


class SecondFactor(NamedTuple):
    """A second factor given in this session: how long ago, and since when the account has it."""

    age: timedelta
    since: datetime


class RecoveryFacts:
    """Inherit it in your SITE_FACTS and answer what you can; each answer left out closes a way.

    Ages are of real time, as sessions and authenticator apps are; moments are UTC.
    """

    def second_factor_of(self, request: HttpRequest) -> SecondFactor | None:
        """Give the second factor that this session gave last, after the password."""
        return None

    def second_factor_since(self, account: str) -> datetime | None:
        """Give since when the account's oldest second factor in use has been there."""
        return None

    def second_factor_page(self, back: str) -> str:
        """Give the page on which a session gives it once more and is led back to a path."""
        return ""

    def recovered_at(self, request: HttpRequest) -> datetime | None:
        """Give when this session, or its password, was won without the old password.

        DomainGuard knows of every recovery through its own doors; this is for the site's others.
        """
        return None

    def saved_codes_since(self, account: str) -> datetime | None:
        """Give since when the account has had the saved codes of which some are unused."""
        return None

    def use_saved_code(self, account: str, code: str) -> bool:
        """Use up one saved code, inside the caller's transaction; say whether it was one."""
        return False


def recovery_facts(facts: object) -> RecoveryFacts:
    """Give a site's answers, or the safe ones of a site that has none."""
    return facts if isinstance(facts, RecoveryFacts) else RecoveryFacts()
