"""The mail domains of the demo and what becomes of them, in days before and after today.

Every name is made up, except those of the big mailbox providers; no address on them is real.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from zlib import crc32

from domainguard.simulation.hosting import CUSTOMERS_CHOICE
from domainguard.simulation.windows import Windows
from domainguard.testing import Life, events, scripts

STAGE = "wrenfields-press.com"  # whose owner the time page tells of
RENEWED = "kestrelyard.com"  # and whose owner renews in time
Day = Callable[[float], datetime]
LifeMaker = Callable[[str, Day], Life]


@dataclass(frozen=True, slots=True)
class Place:
    """A mail domain, how many people have an address there, and the script of its life.

    `asks` are the days on which somebody asks for a reset at its first address.
    """

    domain: str
    people: int
    life: LifeMaker
    asks: tuple[float, ...] = ()


def _number(domain: str) -> int:
    return crc32(domain.encode())


def _born(domain: str, day: Day) -> datetime:
    return day(-1400 - _number(domain) % 1500)


def _fine(domain: str, day: Day) -> Life:
    hosting = CUSTOMERS_CHOICE[_number(domain) % len(CUSTOMERS_CHOICE)]
    # Around its expiry a domain is asked about at length each day; a few such are enough.
    expires = day(40 + _number(domain) // 7 % 300)
    return scripts.healthy(domain, born=_born(domain, day), expires=expires, hosting=hosting)


def _by(script: Callable[..., Life], **days: float) -> LifeMaker:
    def make(domain: str, day: Day) -> Life:
        moments = {name: day(number) for name, number in days.items()}
        return script(domain, born=_born(domain, day), **moments)

    return make


def _below(operator: str) -> LifeMaker:
    """Be a name that the operator of a private suffix hands out."""

    def make(domain: str, day: Day) -> Life:
        return replace(_fine(domain, day), companions=(_fine(operator, day),))

    return make


_slowly = partial(scripts.registered_by_a_stranger, mail_after=timedelta(days=3))
_never_parked = partial(scripts.redemption, windows=Windows(parked_after=None))
_quickly_back = partial(scripts.restored_from_redemption, after=timedelta(days=6))
_moving_house = partial(events.transferred, with_hosts=True)
_relayed = partial(events.mail_host_lapse, mail_domain="relaypost-mail.net")
_handed_down = partial(events.delegated_subdomain, name_server_domain="wainfleet-labs.net")

PROVIDERS = (
    Place("gmail.com", 22, _fine, asks=(-44, -2)),
    Place("proton.me", 8, _fine, asks=(-15,)),
    Place("fastmail.com", 4, _fine),
    Place("posteo.de", 3, _fine),
)
HEALTHY = (
    Place("petrel-observatory.org", 8, _fine, asks=(-97, -31)),
    Place("quillmere.dev", 6, _fine, asks=(-63,)),
    Place("brenner-specht.de", 5, _fine, asks=(-20,)),
    Place("opencartograph.org", 6, _fine),
    Place("rio-turvo-dados.com.br", 4, _fine),
    Place("kvarnby-kod.se", 4, _fine),
    Place("atelier-corbeau.fr", 4, _fine, asks=(-8,)),
    Place("sundari-labs.in", 4, _fine),
    Place("mbali-works.co.za", 3, _fine),
    Place("hinoki-kobo.jp", 3, _fine),
    Place("officina-ponza.it", 3, _fine),
    Place("fjordlys-verksted.no", 3, _fine),
    Place("harrow-lantern.co.uk", 3, _fine),
    Place("taller-cigarra.es", 2, _fine),
    Place("weaverbird.eu.org", 2, _below("eu.org")),
)
EVENTFUL = (
    Place("copperfern.dev", 4, _by(scripts.registered_by_a_stranger, at=-11.3), asks=(-10, -4)),
    Place("velvet-anvil.com", 3, _by(_slowly, at=-6.2), asks=(-101, -2)),
    Place(RENEWED, 5, _by(_never_parked, begins=-9.4), asks=(-64, -8)),
    Place("saltglass-tools.org", 3, _by(scripts.redemption, begins=-0.1)),
    Place("mossgate-lab.net", 2, _by(scripts.pending_delete, begins=-2.3)),
    Place("ninth-harbour.com", 3, _by(scripts.released, at=-3.2)),
    Place("drukkerij-zilver.be", 1, _by(scripts.without_redemption, at=-5.3), asks=(-5,)),
    Place("brambletype.org", 2, _by(scripts.lapsed, expires=-20.2)),
    Place("lindqvist-data.com", 4, _by(scripts.renewed_in_grace, expires=-70.3), asks=(-50,)),
    Place("tallgrass-data.net", 6, _by(scripts.healthy, expires=-40.4)),
    Place("thistledown-play.org", 3, _by(_quickly_back, expires=-70.2), asks=(-28, -18)),
    Place("redwillow-code.net", 2, _by(events.aftermarket_sale, expires=-41.3), asks=(-5,)),
    Place("paperlantern-bot.com", 2, _by(events.suspended, at=-3.3)),
    Place("glasswing-tools.com", 2, _by(events.suspended, at=-70.2)),
    Place("nordwacht.net", 3, _by(_moving_house, at=-50.3)),
    Place("tidewrack.net", 2, _by(events.host_moved, at=-30.3), asks=(-29,)),
    Place("aldermoor.org", 2, _by(events.dnssec_rollover, at=-15.2)),
    Place("kyma-ergastiri.gr", 2, _by(events.host_moved, at=-8.2)),
    Place("oakhollow-clinic.org", 3, _by(_relayed, at=-7.2), asks=(-6,)),
    Place("geodesy.wainfleet.edu", 2, _by(_handed_down, at=-5.2)),
    Place(STAGE, 1, _by(scripts.healthy, expires=-12.4)),
)
EVERY_PLACE = (*PROVIDERS, *HEALTHY, *EVENTFUL)


def days_from(today: datetime) -> Day:
    """Give a function that turns a number of days after today into a moment."""
    return lambda number: today + timedelta(days=number)
