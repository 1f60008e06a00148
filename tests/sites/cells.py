"""The matrix: a door, what becomes of an address, and when; what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from domainguard.models import AddressStanding, DomainStatus
from domainguard.services import intents, outbox
from domainguard.services.sweep import sweep
from domainguard.testing import Delivered, SmallInternet, scripts
from domainguard.wiring import now
from tests.sites.doors import Door
from tests.sites.people import People

DOMAIN = "mill-lane.org"
ADDRESS = f"ada@{DOMAIN}"
NOBODY = f"nobody@{DOMAIN}"


class When(Enum):
    """How far the request has come when the address becomes something else."""

    BEFORE = "before it is asked for"
    ISSUE = "before the mail is handed over"
    REDEEM = "before the mail is used"


@dataclass
class Site:
    """A site in its small internet, where ada has one address, proven and healthy."""

    net: SmallInternet
    people: People

    def __post_init__(self) -> None:
        for name in (DOMAIN, "other-lane.org"):
            self.net.add(scripts.healthy(name, born=self.at(days=-400)))
        self.ada = self.people.add("ada", ADDRESS)
        sweep()
        AddressStanding.objects.update(verified_at=self.at(days=-300))

    def at(self, **after: float) -> datetime:
        return self.net.clock.now() + timedelta(**after)

    def serve(self) -> list[Delivered]:
        """Do what workers do each second, and give the mail that has power."""
        intents.work()
        outbox.deliver()
        arrived: list[Delivered] = self.net.sink.messages
        return [each for each in arrived if "changed" not in str(each.message["subject"])]


def healthy(site: Site) -> None:
    """Leave the address as it is."""


def held(site: Site) -> None:
    _lapse(site)
    DomainStatus.objects.update(next_check_at=now())
    sweep()
    assert DomainStatus.objects.get(domain=DOMAIN).held


def deverified(site: Site) -> None:
    DomainStatus.objects.filter(domain=DOMAIN).update(control_epoch=2)


def never_verified(site: Site) -> None:
    site.people.unprove(ADDRESS)


def lapsed(site: Site) -> None:
    _lapse(site)
    _a_day_since_the_last_look(site)


def registered_anew(site: Site) -> None:
    stranger = scripts.registered_by_a_stranger(
        DOMAIN, born=site.at(days=-400), at=site.at(days=-2)
    )
    site.net.replace(stranger)
    _a_day_since_the_last_look(site)


def removed(site: Site) -> None:
    site.people.rename(ADDRESS, "")


def changed(site: Site) -> None:
    site.people.rename(ADDRESS, "ada@other-lane.org")


State = Callable[[Site], None]
ADVERSE: tuple[State, ...] = (
    held,
    deverified,
    never_verified,
    lapsed,
    registered_anew,
    removed,
    changed,
)


@dataclass(frozen=True)
class Outcome:
    """What came of one cell; `used` is the status of the last answer, 0 where no mail came."""

    asked_as_unknown: bool
    mailed: bool
    used: int
    worked: bool


def expected(door: type[Door], state: State, when: When) -> Outcome:
    if state is healthy:
        return Outcome(True, True, door.taken, True)
    if when is When.REDEEM:
        no_longer_there = state in (never_verified, removed, changed)
        refused = door.unproven if door.unproven and no_longer_there else door.refused
        return Outcome(True, True, refused, False)
    return Outcome(True, False, 0, False)


def play(site: Site, chosen: type[Door], state: State, when: When) -> Outcome:
    """Walk through one cell, with a stranger beside who asks for nobody's address."""
    door, stranger = chosen(), chosen()
    as_unknown = stranger.ask(NOBODY)
    if when is When.BEFORE:
        state(site)
    asked = door.ask(ADDRESS)
    if when is When.ISSUE:
        state(site)
    site.serve()
    mails = site.serve()
    if when is When.REDEEM:
        state(site)
    mine = [each for each in mails if each.rcpt_to == ADDRESS]
    used = door.use(mine[0]) if mine else 0
    site.ada.refresh_from_db()
    return Outcome(asked == as_unknown, bool(mails), used, door.worked(site.ada))


def _lapse(site: Site) -> None:
    site.net.replace(scripts.redemption(DOMAIN, born=site.at(days=-400), begins=site.at(days=-1)))


def _a_day_since_the_last_look(site: Site) -> None:
    DomainStatus.objects.update(last_conclusive_at=site.at(days=-1))
