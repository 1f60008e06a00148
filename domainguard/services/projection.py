"""Carries epoch bumps out to the site: rows, flags and notices, each once and restartable."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from domainguard import audit
from domainguard.addressbooks.base import same_mailbox
from domainguard.conf import settings
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Automation,
    Deverification,
    DomainStatus,
    EpochBump,
)
from domainguard.models.locking import atomic
from domainguard.services import co_owners, notify, stakes
from domainguard.wiring import address_book, now

log = logging.getLogger("domainguard.projection")
BATCH = 500
_STEPS = 100


def carry_out() -> tuple[int, int]:
    """Carry out every bump and every restoration that is not; give both counts of addresses.

    Each step is one commit that says it is done, so stopping anywhere loses and repeats nothing.
    """
    deverified = sum(_project(bump) for bump in _open(projected_at=None))
    restored = sum(_restore(bump) for bump in _open(healed_at__isnull=False, restored_at=None))
    _do_to_all(_clear_flag, "flag_cleared_at")
    _do_to_all(_send_notice, "noticed_at")
    return deverified, restored


def _open(**conditions: object) -> QuerySet[EpochBump]:
    return EpochBump.objects.filter(**conditions).select_related("domain").order_by("at", "pk")


def _project(bump: EpochBump) -> int:
    count = 0
    while recorded := _record_batch(bump):
        count += recorded
    return count


def _losers(bump: EpochBump) -> QuerySet[AddressStanding]:
    return (
        AddressStanding.objects.filter(
            mail_domain__trust_key=bump.domain_id, verified_epoch=bump.epoch - 1
        )
        .exclude(deverifications__epoch=bump.epoch)
        .order_by("pk")
    )


def _record_batch(bump: EpochBump) -> int:
    """Record the next addresses that a bump took, in one commit; give how many, 0 at the end."""
    at = now()
    with atomic():
        if not Automation.may_act():
            return 0
        _hold_still(bump)
        batch = list(_losers(bump)[:BATCH])
        if not batch:
            EpochBump.objects.filter(pk=bump.pk).update(projected_at=at)
        taken = Deverification.objects.bulk_create(
            Deverification(
                standing=standing,
                bump=bump,
                epoch=bump.epoch,
                enforced=settings().enforces,
                created_at=at,
            )
            for standing in batch
        )
        audit.record_all(_event("address_deverified", standing, bump, at=at) for standing in batch)
    stakes.keep(taken)
    return len(batch)


def _hold_still(bump: EpochBump) -> DomainStatus:
    """Let one worker at a time carry out what concerns a domain, and its epoch stay as it is."""
    return DomainStatus.objects.select_for_update(no_key=True).get(pk=bump.domain_id)


def _restore(bump: EpochBump) -> int:
    """Give back what a lapse took, because the same registration has come back (RULES 7)."""
    count, is_more = 0, True
    while is_more:
        restored, is_more = _restore_batch(bump)
        count += restored
    return count


def _restore_batch(bump: EpochBump) -> tuple[int, bool]:
    """Give how many addresses are trusted again, and whether there may be more to give back."""
    at = now()
    with atomic():
        if not Automation.may_act():
            return 0, False
        batch = _to_give_back(bump)
        if not batch:
            EpochBump.objects.filter(pk=bump.pk).update(restored_at=at)
            return 0, False
        restored = AddressStanding.objects.filter(
            pk__in=[each.standing_id for each in batch], verified_epoch=bump.epoch - 1
        ).update(verified_epoch=bump.epoch)
        for each in batch:
            _give_back(each)
        Deverification.objects.filter(pk__in=[each.pk for each in batch]).update(restored_at=at)
        audit.record_all(_event("address_restored", each.standing, bump, at=at) for each in batch)
    return restored, True


def _to_give_back(bump: EpochBump) -> list[Deverification]:
    if _hold_still(bump).control_epoch != bump.epoch:
        return []  # it lapsed again since: the present bump has its own way back
    taken = Deverification.objects.filter(bump=bump, restored_at=None)
    return list(taken.select_related("standing").order_by("pk")[:BATCH])


def _give_back(lost: Deverification) -> None:
    if lost.flag_taken:
        address_book().set_verified(lost.standing.account, lost.standing.address, True)
    if lost.noticed_at is not None:
        notify.tell(lost.standing, letter="restored", key=f"restored:{lost.pk}")


def _clear_flag(lost: Deverification) -> None:
    # Whom the site did not call verified before must not be called so after a way back.
    account, address = lost.standing.account, lost.standing.address
    own = address_book().addresses_of(account)
    lost.flag_taken = any(each.verified and same_mailbox(each.text, address) for each in own)
    if lost.flag_taken:
        address_book().set_verified(account, address, False)


def _send_notice(lost: Deverification) -> None:
    if lost.standing.removed_at is None:
        key = f"deverified:{lost.pk}"
        notify.tell_others(lost.standing, letter="deverified", key=key, deverification=lost.pk)
        co_owners.warn_of(lost.standing.account, since=lost.created_at)


def _do_to_all(step: Callable[[Deverification], None], undone: str) -> None:
    """Take one step for each de-verification that still lacks it; its field says when it was."""
    after = 0
    while True:
        with atomic():
            batch = _next_lost(undone, after) if Automation.may_act() else []
            if not batch:
                return
            taken = [lost for lost in batch if _is_taken(step, lost)]
            for lost in taken:
                setattr(lost, undone, now())
            Deverification.objects.bulk_update(taken, [undone, "flag_taken"])
        after = batch[-1].pk


def _is_taken(step: Callable[[Deverification], None], lost: Deverification) -> bool:
    try:
        with atomic():
            step(lost)
    except Exception:  # the site may know one account too few; the others do not wait for it
        log.exception("De-verification %s could not be carried out.", lost.pk)
        return False
    return True


def _next_lost(undone: str, after: int) -> list[Deverification]:
    """Lock some de-verifications, those excepted whose trust came back meanwhile."""
    pending = Deverification.objects.filter(enforced=True, restored_at=None, **{undone: None})
    rows = list(pending.filter(pk__gt=after).order_by("pk").values("pk", "bump__domain")[:_STEPS])
    domains = DomainStatus.objects.filter(pk__in={row["bump__domain"] for row in rows})
    list(domains.select_for_update(no_key=True).order_by("pk"))  # domains first, as everywhere
    locked = pending.select_for_update(of=("self",)).select_related("standing").order_by("pk")
    return list(locked.filter(pk__in=[row["pk"] for row in rows]))


def _event(action: str, standing: AddressStanding, bump: EpochBump, *, at: datetime) -> AuditEvent:
    return audit.event(
        action,
        at=at,
        domain=bump.domain.domain,
        canonical=standing.canonical,
        account=standing.account,
        epoch=bump.epoch,
        cause=bump.cause,
    )
