"""Attackers: whoever owns a mailbox tries every door that its registry leaves to mail alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

OLD_LINK = timedelta(minutes=30)  # asked for so long before; queued, and delivered to the new owner
# They try as soon as the mailbox is theirs, and come back.
TRIES = tuple(timedelta(hours=hours) for hours in (0, 1, 24, 7 * 24, 30 * 24, 89 * 24))


class Door(StrEnum):
    """A way into an account for somebody who has nothing but the mailbox."""

    OLD_LINK = "old link"
    RESET_BY_ADDRESS = "reset by address"
    RESET_BY_NAME = "reset by name"
    REVERIFICATION = "re-verification"
    LOGIN_CODE = "login code"
    ROLE_INVITATION = "role invitation"
    SUPPORT = "support"


# Support is people: everywhere they are taken to see through it, which is best for who has no rule
# for them (Warehouse's list, 35). PyPI's and RubyGems' re-verification and invitations ask for a
# session, so a mailbox alone does not open them (Warehouse's list, "do not lose").
DOORS: Mapping[str, tuple[Door, ...]] = {
    "stock_django": (Door.OLD_LINK, Door.RESET_BY_ADDRESS),
    "pypi": (Door.RESET_BY_ADDRESS, Door.RESET_BY_NAME),
    "pypi_as_coded": (Door.RESET_BY_ADDRESS, Door.RESET_BY_NAME),
    "rubygems": (Door.RESET_BY_ADDRESS,),
    "rubygems_below_cap": (Door.RESET_BY_ADDRESS,),
    "domainguard": (
        Door.OLD_LINK,
        Door.RESET_BY_ADDRESS,
        Door.RESET_BY_NAME,
        Door.REVERIFICATION,
        Door.LOGIN_CODE,
        Door.ROLE_INVITATION,
    ),
}


def tries(mine_since: datetime, until: datetime) -> list[datetime]:
    """Give the moments of an attacker's tries."""
    return [mine_since + later for later in TRIES if mine_since + later < until]
