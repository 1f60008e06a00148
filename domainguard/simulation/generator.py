"""A seeded generator of lives and outages: one seed always gives the same internet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from . import events, scripts
from . import life_classes as data
from .hosting import CUSTOMERS_CHOICE, PARKING, QUIET_PARKING, Hosting
from .life_classes import AS_IN_A_YEAR, TLD_CLASSES
from .lives import Life
from .outages import How, Outage, Where
from .windows import ICANN, Windows

_ADJECTIVES = "amber brisk calm dusty early faint green hazel ivory jolly keen lucid mild noble"
_NOUNS = "anchor birch cove delta ember fjord grove harbor inlet juniper kiln larch meadow nook"
_FIRST, _SECOND = _ADJECTIVES.split(), _NOUNS.split()
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SHORTEST, _LONGEST = 1.0, 72 * 3600.0  # seconds of an outage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    """What was drawn for one life before its script is written. At `at` its event begins."""

    rng: Random
    number: int
    name: str
    tld: str
    born: datetime
    at: datetime
    next_expiry: datetime
    hosting: Hosting
    windows: Windows

    @property
    def domain(self) -> str:
        return f"{self.name}.{self.tld}"

    def other_domain(self, word: str) -> str:
        return f"{self.name}-{word}.net"


def generate(
    seed: int,
    count: int,
    start: datetime,
    days: int,
    mix: Mapping[str, float] = AS_IN_A_YEAR,
    *,
    first: int = 0,
) -> Iterator[Life]:
    """Give lives in which what happens begins within these days; `mix` is shares by kind.

    What the shares leave over are healthy lives. A life depends on seed and number alone, so
    that more lives of a seed begin with the same ones; `first` leaves out those before it.
    """
    for number in range(first, count):
        rng = Random(f"life {seed} {number}")  # noqa: S311 - repeatable is the point
        draw = _draw(rng, number, start, days)
        yield _WRITERS[_pick(rng, mix)](draw)


def generate_outages(
    seed: int, count: int, start: datetime, days: int, resolvers: int = 3
) -> Iterator[Outage]:
    """Give outages that begin within these days: part, kind, length and share are drawn."""
    tlds = [tld for each in TLD_CLASSES for tld in each.tlds]
    kinds, weights = zip(*data.OUTAGES.items(), strict=True)
    for number in range(count):
        rng = Random(f"outage {seed} {number}")  # noqa: S311
        where, how = rng.choices(kinds, weights)[0]
        begins = start + timedelta(days=days) * rng.random()
        yield Outage(
            where=where,
            how=how,
            start=begins,
            end=begins + timedelta(seconds=_SHORTEST * (_LONGEST / _SHORTEST) ** rng.random()),
            tld=rng.choice(tlds) if how == How.BOGUS or rng.random() < 0.4 else "",
            resolver=rng.randrange(resolvers)
            if where == Where.RESOLVERS and rng.random() < 0.5
            else None,
            share=rng.choice((0.01, 0.1, 0.5, 1.0, 1.0)),
        )


def _draw(rng: Random, number: int, start: datetime, days: int) -> _Draw:
    (tld_class,) = rng.choices(TLD_CLASSES, [each.share for each in TLD_CLASSES])
    born = start - timedelta(days=rng.uniform(400, 4000))
    name = f"{rng.choice(_FIRST)}-{rng.choice(_SECOND)}-{_in_base_36(number)}"
    return _Draw(
        rng=rng,
        number=number,
        name=name,
        tld=rng.choice(tld_class.tlds),
        born=_to_the_second(born),
        at=_to_the_second(start + timedelta(days=days) * rng.random()),
        next_expiry=_to_the_second(start + timedelta(days=rng.uniform(1, 365))),
        hosting=rng.choice(CUSTOMERS_CHOICE),
        windows=tld_class.windows(rng),
    )


def _pick(rng: Random, mix: Mapping[str, float]) -> str:
    point = rng.random() * max(1.0, sum(mix.values()))
    for kind, share in mix.items():
        point -= share
        if point < 0:
            return kind
    return "healthy"


def _healthy(draw: _Draw) -> Life:
    return scripts.healthy(
        draw.domain, born=draw.born, expires=draw.next_expiry, hosting=draw.hosting, years=2
    )


def _auto_renewed(draw: _Draw) -> Life:
    return replace(_healthy(replace(draw, next_expiry=draw.at)), kind="auto_renewed")


def _renewed_in_grace(draw: _Draw) -> Life:
    # Most people pay soon after the site is gone. Where there is no grace at all, in its place
    # comes whatever stage the owner can still renew in; else the life is a healthy one.
    longest = draw.windows.grace + draw.windows.suspended
    if longest < 2:
        return _auto_renewed(draw)
    paid_after = min(draw.rng.expovariate(1 / 9), longest - 1)
    life = _lapse_at_event(draw)
    return scripts.renewed_at(life, _after(draw.at, paid_after), "renewed_in_grace")


def _restored(draw: _Draw) -> Life:
    if draw.windows.redemption < 2:
        return _renewed_in_grace(draw)
    deleted = draw.at + draw.windows.until_deleted
    restored = _after(deleted, draw.rng.uniform(0.1, draw.windows.redemption - 1))
    return scripts.renewed_at(_lapse_at_event(draw), restored, "restored_from_redemption")


def _lapsed(draw: _Draw) -> Life:
    return _lapse_at_event(draw)


def _taken(draw: _Draw) -> Life:
    released = draw.at + draw.windows.until_released
    return scripts.let_a_stranger_register(
        _lapse_at_event(draw), released + _waited(draw.rng), mail_after=_mail_after(draw.rng)
    )


def _sold(draw: _Draw) -> Life:
    return events.aftermarket_sale(
        draw.domain,
        born=draw.born,
        expires=draw.at,
        hosting=draw.hosting,
        sold_after=timedelta(days=draw.rng.randint(26, 44)),
        trace=draw.rng.random() < data.SALES_WITH_A_TRACE,
    )


def _transferred(draw: _Draw) -> Life:
    return events.transferred(
        draw.domain,
        born=draw.born,
        at=draw.at,
        expires=draw.next_expiry,
        hosting=draw.hosting,
        to=_another(draw),
        with_hosts=draw.rng.random() < 0.3,
    )


def _host_moved(draw: _Draw) -> Life:
    return events.host_moved(
        draw.domain,
        born=draw.born,
        at=draw.at,
        expires=draw.next_expiry,
        hosting=draw.hosting,
        to=_another(draw),
        mail_too=draw.rng.random() < 0.5,
    )


def _rollover(draw: _Draw) -> Life:
    return events.dnssec_rollover(
        draw.domain, born=draw.born, at=draw.at, expires=draw.next_expiry, hosting=draw.hosting
    )


def _suspended(draw: _Draw) -> Life:
    return events.suspended(
        draw.domain,
        born=draw.born,
        at=draw.at,
        expires=draw.next_expiry,
        hosting=draw.hosting,
        lasts=timedelta(days=draw.rng.uniform(0.5, 20)),
    )


def _mail_host_lapse(draw: _Draw) -> Life:
    waited = _waited(draw.rng)
    return events.mail_host_lapse(
        draw.domain,
        draw.other_domain("mail"),
        born=draw.born,
        at=draw.at + ICANN.until_released + waited,
        hosting=draw.hosting,
        mail_after=_mail_after(draw.rng),
        waited=waited,
    )


def _delegated_subdomain(draw: _Draw) -> Life:
    waited = _waited(draw.rng)
    return events.delegated_subdomain(
        f"dept.{draw.name}.edu",
        draw.other_domain("dns"),
        born=draw.born,
        at=draw.at + ICANN.until_released + waited,
        waited=waited,
    )


_WRITERS: Mapping[str, Callable[[_Draw], Life]] = {
    "healthy": _healthy,
    "auto_renewed": _auto_renewed,
    "renewed_in_grace": _renewed_in_grace,
    "restored_from_redemption": _restored,
    "lapsed": _lapsed,
    "registered_by_a_stranger": _taken,
    "aftermarket_sale": _sold,
    "transferred": _transferred,
    "host_moved": _host_moved,
    "dnssec_rollover": _rollover,
    "suspended": _suspended,
    "mail_host_lapse": _mail_host_lapse,
    "delegated_subdomain": _delegated_subdomain,
}


def _lapse_at_event(draw: _Draw) -> Life:
    return scripts.lapsed(
        draw.domain,
        born=draw.born,
        expires=draw.at,
        windows=draw.windows,
        hosting=draw.hosting,
        page=draw.rng.choice((PARKING, QUIET_PARKING)),
    )


def _waited(rng: Random) -> timedelta:
    """Draw how long a dropped name stays free."""
    point = rng.random()
    if point < data.CAUGHT_AT_ONCE:
        return timedelta(0)
    if point < data.CAUGHT_WITHIN_A_MINUTE:
        return timedelta(seconds=rng.uniform(1, 60))
    return timedelta(days=rng.expovariate(1 / data.MEAN_DAYS_UNTIL_CAUGHT))


def _mail_after(rng: Random) -> timedelta:
    at_once = rng.random() < data.MAIL_AT_ONCE
    return timedelta(0) if at_once else timedelta(hours=rng.uniform(1, 168))


def _another(draw: _Draw) -> Hosting:
    return draw.rng.choice([each for each in CUSTOMERS_CHOICE if each != draw.hosting])


def _after(moment: datetime, days: float) -> datetime:
    return _to_the_second(moment + timedelta(days=days))


def _to_the_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _in_base_36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
