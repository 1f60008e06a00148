"""Gives trust back at the end of a way: under the locks, once, and for contact only at first."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from domainguard import audit
from domainguard.core.reasons import Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.models import AddressStanding, Deverification, DomainStatus, WayBack
from domainguard.models.holds_over import spent_holds, unsettled_holds
from domainguard.models.locking import atomic, lock_standing
from domainguard.services import notify
from domainguard.services.trust_keys import locked_all
from domainguard.services.ways import rows
from domainguard.services.ways.rows import Refusal, WayRefused
from domainguard.wiring import address_book, now, policy


def lock(way: WayBack) -> None:
    """Hold off every change to what a way rests on, until the transaction ends."""
    standings = [way.standing] if way.helper is None else [way.standing, way.helper]
    locked_all({standing.mail_domain.trust_key_id for standing in standings})
    for standing in sorted(standings, key=lambda each: each.pk):
        lock_standing(standing.pk)


def fit(way: WayBack) -> DomainStatus:
    """Give the domain of a way that may end well now, under the locks; else raise WayRefused."""
    way = WayBack.objects.select_for_update(no_key=True).get(pk=way.pk)
    standing = AddressStanding.objects.get(pk=way.standing_id)
    domain = DomainStatus.objects.get(mail_domains=standing.mail_domain_id)
    if way.ended_at is not None or way.dies_at <= now():
        raise WayRefused(Refusal.OVER)
    as_begun = (standing.verified_epoch, domain.control_epoch) == (way.before, way.epoch)
    if not as_begun or standing.removed_at is not None:
        raise WayRefused(Refusal.OVER)
    if any(not _settles(way, hold) for hold in unsettled_holds(standing.pk, now())):
        raise WayRefused(Refusal.HELD)
    return domain


def give_back(way: WayBack, *, actor: str) -> None:
    """Raise an address to the present epoch, inside a transaction that holds the locks.

    It is for contact only until the probation is over. Raises WayRefused where the way is over,
    the domain in trouble, or the address by now somebody else's at this site.
    """
    domain, at = fit(way), now()
    standing = way.standing
    standing.refresh_from_db(fields=["recovery_from"])
    AddressStanding.objects.filter(pk=standing.pk).update(
        verified_epoch=way.epoch,
        verified_at=at,
        recovery_from=max(at + policy().probation, standing.recovery_from or at),
    )
    _flag(standing)
    _close_losses(standing, at)
    _end_holds(way, domain, at, actor)
    rows.end(way, WayBack.End.DONE, actor=actor)
    notify.tell(standing, letter=rows.LETTER, key=f"way:{way.pk}:{rows.HERE}", what=rows.HERE)


def withdraw(way: WayBack, *, actor: str) -> None:
    """Take back what a way gave, while it is for contact only; raises WayRefused after that."""
    with atomic():
        lock(way)
        mine = WayBack.objects.filter(pk=way.pk, end=WayBack.End.DONE)
        given = AddressStanding.objects.filter(
            pk=way.standing_id, verified_epoch=way.epoch, recovery_from__gt=now()
        )
        if not given.update(verified_epoch=way.before, verified_at=None):
            raise WayRefused(Refusal.OVER)
        mine.update(end=WayBack.End.WITHDRAWN, ended_at=now())
        address_book().set_verified(way.account, way.standing.address, False)
        lost = Deverification.objects.filter(standing=way.standing, epoch__lte=way.epoch)
        lost.filter(epoch__gt=way.before).update(restored_at=None)
        rows.record(way, "way_back_withdrawn", actor=actor)
        rows.tell(way, WayBack.End.WITHDRAWN.value)


def _flag(standing: AddressStanding) -> None:
    try:
        with atomic():
            address_book().set_verified(standing.account, standing.address, True)
    except IntegrityError as error:  # the site lets one account alone have an address proven
        raise WayRefused(Refusal.TAKEN) from error


def _close_losses(standing: AddressStanding, at: datetime) -> None:
    Deverification.objects.filter(standing=standing, restored_at=None).update(restored_at=at)


def _settles(way: WayBack, hold: Hold) -> bool:
    """Say whether a way is about a hold itself: the DNS shows that no hands have changed."""
    is_proof = way.kind == WayBack.Kind.DNS_PROOF
    return is_proof and hold.hold_class is HoldClass.CHANGE_OF_HANDS


def _end_holds(way: WayBack, domain: DomainStatus, at: datetime, actor: str) -> None:
    """End the holds whose epoch has risen, and those that the way settles for everybody."""
    spent = spent_holds(domain)
    over = [hold for hold in domain.active_holds if hold in spent or _settles(way, hold)]
    if not over:
        return
    kept = [hold for hold in domain.active_holds if hold not in over]
    domain.holds, domain.held = [hold_as_json(hold) for hold in kept], bool(kept)
    domain.save(update_fields=["holds", "held"])
    audit.record(
        "hold_ended",
        at=at,
        actor=actor,
        domain=domain.domain,
        epoch=domain.control_epoch,
        reasons=[hold.code.value for hold in over],
    )
