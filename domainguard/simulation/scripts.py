"""Scripted lives with plain parameters: one function for each thing that happens to a domain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domainguard.core.epp import Status

from . import stages
from .hosting import CATCHER, EVERY_HOST_DOMAIN, HARBOUR, NORTHWIND, PARKING, Hosting
from .lives import Facts, Holder, Life, Turn
from .windows import ICANN, NO_REDEMPTION, Windows, lapse

LONG_AGO = timedelta(days=3000)
GRACE_OF_AUTO_RENEW = timedelta(days=45)


def healthy(
    domain: str,
    *,
    born: datetime,
    expires: datetime | None = None,
    hosting: Hosting = NORTHWIND,
    years: int | None = None,
) -> Life:
    """Live on, renewed on the day of expiry in each of so many years.

    Without `expires` the first expiry is a year after birth, and more years are needed to reach
    the present.
    """
    if years is None:
        years = 3 if expires else 12
    facts = stages.registration(domain, hosting, at=born, expires=expires)
    return Life(domain, (Turn(born, facts), *renewals(facts, years)))


def renewals(facts: Facts, years: int) -> list[Turn]:
    """Give the turns of on-time renewals: the registry's grace words come and go each year."""
    turns = []
    for _ in range(years):
        expires = _expiry_of(facts)
        facts = stages.paid(stages.registry_renewed(facts, expires))
        turns.append(Turn(expires, facts))
        facts = stages.settled(facts)
        turns.append(Turn(expires + GRACE_OF_AUTO_RENEW, facts))
    return turns


def renewed_in_grace(
    domain: str,
    *,
    born: datetime,
    expires: datetime,
    paid_after: timedelta = timedelta(days=12),
    windows: Windows = ICANN,
    hosting: Hosting = NORTHWIND,
) -> Life:
    """Forget to pay, be parked perhaps, pay within the grace period, and live on."""
    life = lapsed(domain, born=born, expires=expires, windows=windows, hosting=hosting)
    return renewed_at(life, expires + paid_after, kind="renewed_in_grace")


def restored_from_redemption(
    domain: str,
    *,
    born: datetime,
    expires: datetime,
    after: timedelta = timedelta(days=10),
    windows: Windows = ICANN,
    hosting: Hosting = NORTHWIND,
) -> Life:
    """Be deleted, and be rescued by the owner so long after the deletion (RFC 3915)."""
    life = lapsed(domain, born=born, expires=expires, windows=windows, hosting=hosting)
    restored = expires + windows.until_deleted + after
    return renewed_at(life, restored, kind="restored_from_redemption")


def renewed_at(life: Life, when: datetime, kind: str = "renewed") -> Life:
    """Let the owner pay at this moment, with everything as it was on the day before expiry.

    In redemption the registry shows `pending restore` for two days more (RFC 3915). ValueError
    where nothing is left to renew.
    """
    now, before = life.at(when), _last_in_owners_hands(life, when)
    if not now.registered or now.handle != before.handle:
        raise ValueError(f"{life.domain} cannot be renewed at {when}: the registration is gone")
    renewed = _renewed(now, before, when)
    if Status.REDEMPTION_PERIOD not in now.statuses:
        return life.going_on([Turn(when, renewed), *_settle(renewed, when)], kind)
    restoring = replace(
        renewed, statuses=frozenset({Status.PENDING_DELETE, Status.PENDING_RESTORE})
    )
    later = when + timedelta(days=2)
    return life.going_on([Turn(when, restoring), *_settle(renewed, later, at_once=True)], kind)


def _last_in_owners_hands(life: Life, when: datetime) -> Facts:
    good = [
        turn.facts
        for turn in life.turns
        if turn.at <= when and turn.facts.holder is Holder.OWNER and turn.facts.delegated
    ]
    return stages.settled(good[-1] if good else life.at(when))


def _renewed(now: Facts, before: Facts, when: datetime) -> Facts:
    """Take everything as it was before, with dates a year on and the word for it."""
    expires = now.registrar_expires_at or now.expires_at or when
    renewed = replace(before, expires_at=expires + stages.YEAR, renewed_at=when)
    renewed = replace(renewed, statuses=before.statuses | {Status.RENEW_PERIOD})
    return stages.paid(renewed)


def _settle(facts: Facts, when: datetime, *, at_once: bool = False) -> list[Turn]:
    pause = timedelta(0) if at_once else timedelta(days=5)
    calm = stages.settled(facts)
    return [Turn(when + pause, calm), *renewals(calm, 2)]


def lapsed(
    domain: str,
    *,
    born: datetime,
    expires: datetime,
    windows: Windows = ICANN,
    hosting: Hosting = NORTHWIND,
    page: Hosting = PARKING,
    kind: str = "lapsed",
) -> Life:
    """Expire, and go through every stage to release; nobody registers the name again."""
    life = healthy(domain, born=born, expires=expires, hosting=hosting, years=0)
    return let_lapse(life, expires, windows, page, kind=kind)


def let_lapse(
    life: Life,
    expires: datetime,
    windows: Windows = ICANN,
    page: Hosting = PARKING,
    *,
    kind: str = "lapsed",
) -> Life:
    """Let nobody pay from this day of expiry on, whatever the life was going to be."""
    facts = stages.settled(
        replace(life.at(expires), expires_at=expires, registrar_expires_at=expires)
    )
    return life.going_on(lapse(facts, expires, windows, page), kind)


def redemption(domain: str, *, born: datetime, begins: datetime, windows: Windows = ICANN) -> Life:
    """Lapse so that the redemption period begins at this moment."""
    expires = begins - windows.until_deleted
    return lapsed(domain, born=born, expires=expires, windows=windows, kind="redemption")


def pending_delete(
    domain: str, *, born: datetime, begins: datetime, windows: Windows = ICANN
) -> Life:
    """Lapse so that the last days before the release begin at this moment."""
    expires = begins - windows.until_deleted - timedelta(days=windows.redemption)
    return lapsed(domain, born=born, expires=expires, windows=windows, kind="pending_delete")


def released(domain: str, *, born: datetime, at: datetime, windows: Windows = ICANN) -> Life:
    """Lapse so that anyone can register the name from this moment on."""
    expires = at - windows.until_released
    return lapsed(domain, born=born, expires=expires, windows=windows, kind="released")


def registered_by_a_stranger(
    domain: str,
    *,
    born: datetime,
    at: datetime,
    waited: timedelta = timedelta(minutes=1),
    mail_after: timedelta = timedelta(0),
    windows: Windows = ICANN,
    hosting: Hosting = NORTHWIND,
) -> Life:
    """Lapse, be free for this long, and be registered at this moment by a stranger."""
    expires = at - waited - windows.until_released
    life = lapsed(domain, born=born, expires=expires, windows=windows, hosting=hosting)
    return let_a_stranger_register(life, at, mail_after=mail_after)


def let_a_stranger_register(
    life: Life,
    at: datetime,
    *,
    mail_after: timedelta = timedelta(0),
    hosting: Hosting = CATCHER,
    kind: str = "registered_by_a_stranger",
) -> Life:
    """Register a free name at this moment, and switch its mail on so much later.

    ValueError where the name is not free.
    """
    if life.at(at).registered:
        raise ValueError(f"{life.domain} is registered at {at}: a stranger cannot have it yet")
    fresh = stages.taken(life.domain, hosting, at=at, mail=not mail_after)
    turns = [Turn(at, fresh)]
    if mail_after:
        fresh = replace(fresh, mx=hosting.mx, mail=True)
        turns.append(Turn(at + mail_after, fresh))
    settled_at = max(at + timedelta(days=5), at + mail_after)
    turns.append(Turn(settled_at, stages.settled(fresh)))
    return life.going_on([*turns, *renewals(stages.settled(fresh), 1)], kind)


def without_redemption(
    domain: str, *, born: datetime, at: datetime, waited: timedelta = timedelta(minutes=1)
) -> Life:
    """Lapse at a registry that knows no redemption, and be a stranger's at this moment."""
    return replace(
        registered_by_a_stranger(domain, born=born, at=at, waited=waited, windows=NO_REDEMPTION),
        kind="without_redemption",
    )


def hosts(now: datetime) -> list[Life]:
    """Give the healthy lives of all domains that name servers and mail hosts stand in."""
    born, expires = now - LONG_AGO, now + timedelta(days=300)
    return [
        healthy(domain, born=born, expires=expires, hosting=HARBOUR, years=5)
        for domain in EVERY_HOST_DOMAIN
    ]


def _expiry_of(facts: Facts) -> datetime:
    if facts.expires_at is None:
        raise ValueError("a registration without a date of expiry cannot be renewed")
    return facts.expires_at
