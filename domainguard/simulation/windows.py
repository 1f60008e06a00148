"""How a lapse goes on after expiry: the windows of a domain registry, and the turns they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import stages
from .hosting import PARKING, Hosting
from .lives import Facts, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How many days each stage after expiry lasts; zero leaves the stage out.

    In `grace` the name is registered and in the DNS, from day `parked_after` on at the
    registrar's page (None: never parked). In `suspended` it is on hold and can be renewed. After
    `redemption` and `pending_delete` anyone can register it.
    """

    grace: int = 40
    parked_after: int | None = 5
    suspended: int = 0
    redemption: int = 30
    pending_delete: int = 5
    auto_renews: bool = True

    @property
    def until_deleted(self) -> timedelta:
        """The time from expiry until the registry deletes the name."""
        return timedelta(days=self.grace + self.suspended)

    @property
    def until_released(self) -> timedelta:
        """The time from expiry until anyone can register the name."""
        return self.until_deleted + timedelta(days=self.redemption + self.pending_delete)


ICANN = Windows()
NO_REDEMPTION = Windows(
    grace=10, parked_after=None, redemption=0, pending_delete=0, auto_renews=False
)


def lapse(
    facts: Facts,
    expires: datetime,
    windows: Windows = ICANN,
    page: Hosting = PARKING,
    *,
    catch_all: bool = True,
) -> list[Turn]:
    """Give the turns of a name that nobody renews, from its expiry to its release."""
    turns = list(_in_grace(facts, expires, windows, page, catch_all))
    last = turns[-1].facts if turns else facts
    turns += _after_grace(last, expires, windows)
    return [*turns, Turn(expires + windows.until_released, stages.released())]


def _in_grace(
    facts: Facts, expires: datetime, windows: Windows, page: Hosting, catch_all: bool
) -> Iterator[Turn]:
    if windows.auto_renews and windows.grace:
        facts = stages.registry_renewed(facts, expires)
        yield Turn(expires, facts)
    if windows.parked_after is not None and windows.parked_after < windows.grace:
        parked_at = expires + timedelta(days=windows.parked_after)
        yield Turn(parked_at, stages.parked(facts, page, catch_all=catch_all))


def _after_grace(facts: Facts, expires: datetime, windows: Windows) -> Iterator[Turn]:
    if windows.suspended:
        facts = stages.held(facts)
        yield Turn(expires + timedelta(days=windows.grace), facts)
    deleted = expires + windows.until_deleted
    if windows.redemption:
        facts = stages.in_redemption(facts, expires)
        yield Turn(deleted, facts)
    if windows.pending_delete:
        begins = deleted + timedelta(days=windows.redemption)
        yield Turn(begins, stages.in_pending_delete(facts))
