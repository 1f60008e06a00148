"""Carries epoch bumps out to the site: rows, flags and notices, each once and restartable."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
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
from domainguard.services import notify
from domainguard.wiring import address_book, now

BATCH = 500


def carry_out() -> tuple[int, int]:
    """Carry out every bump and every restoration that is not; give both counts of addresses.

    Each step is one commit that says it is done, so stopping anywhere loses and repeats nothing.
    """
    deverified = sum(_project(bump) for bump in _open(projected_at=None))
    restored = sum(_restore(bump) for bump in _open(healed_at__isnull=False, restored_at=None))
    _clear_flags()
    _send_notices()
    return deverified, restored


def _open(**conditions: object) -> QuerySet[EpochBump]:
    return EpochBump.objects.filter(**conditions).select_related("domain").order_by("at", "pk")


def _project(bump: EpochBump) -> int:
    count = 0
    while not Automation.is_paused():
        recorded = _record_batch(bump)
        if not recorded:
            EpochBump.objects.filter(pk=bump.pk).update(projected_at=now())
            break
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
    """Record the next addresses that a bump took, in one commit; give how many."""
    at = now()
    with transaction.atomic():
        _hold_still(bump)
        batch = list(_losers(bump)[:BATCH])
        Deverification.objects.bulk_create(
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
    return len(batch)


def _hold_still(bump: EpochBump) -> DomainStatus:
    """Let one worker at a time carry out what concerns a domain, and its epoch stay as it is."""
    return DomainStatus.objects.select_for_update(no_key=True).get(pk=bump.domain_id)


def _restore(bump: EpochBump) -> int:
    """Give back what a lapse took, because the same registration has come back (RULES 7)."""
    count = 0
    while not Automation.is_paused():
        restored, is_last = _restore_batch(bump)
        count += restored
        if is_last:
            EpochBump.objects.filter(pk=bump.pk).update(restored_at=now())
            break
    return count


def _restore_batch(bump: EpochBump) -> tuple[int, bool]:
    """Give how many addresses are trusted again, and whether nothing is left to give back."""
    at = now()
    with transaction.atomic():
        if _hold_still(bump).control_epoch != bump.epoch:
            return 0, True  # it lapsed again since: the present bump has its own way back
        taken = Deverification.objects.filter(bump=bump, restored_at=None)
        batch = list(taken.select_related("standing").order_by("pk")[:BATCH])
        restored = AddressStanding.objects.filter(
            pk__in=[each.standing_id for each in batch], verified_epoch=bump.epoch - 1
        ).update(verified_epoch=bump.epoch)
        for each in batch:
            _give_back(each)
        Deverification.objects.filter(pk__in=[each.pk for each in batch]).update(restored_at=at)
        audit.record_all(_event("address_restored", each.standing, bump, at=at) for each in batch)
    return restored, not batch


def _give_back(lost: Deverification) -> None:
    if lost.flag_taken:
        address_book().set_verified(lost.standing.account, lost.standing.address, True)
    if lost.noticed_at is not None:
        notify.tell(lost.standing, letter="restored", key=f"restored:{lost.pk}")


def _clear_flags() -> None:
    for pk in _pending(flag_cleared_at=None):
        if Automation.is_paused():
            return
        _clear_flag(pk)


def _clear_flag(pk: int) -> None:
    with transaction.atomic():
        lost = _still_lost(pk, flag_cleared_at=None)
        if lost is None:
            return
        taken = _is_flagged(lost.standing)
        if taken:
            address_book().set_verified(lost.standing.account, lost.standing.address, False)
        lost.flag_taken, lost.flag_cleared_at = taken, now()
        lost.save(update_fields=["flag_taken", "flag_cleared_at"])


def _is_flagged(standing: AddressStanding) -> bool:
    # Whom the site did not call verified before must not be called so after a way back.
    own = address_book().addresses_of(standing.account)
    return any(each.verified and same_mailbox(each.text, standing.address) for each in own)


def _send_notices() -> None:
    for pk in _pending(noticed_at=None):
        if Automation.is_paused():
            return
        with transaction.atomic():
            lost = _still_lost(pk, noticed_at=None)
            if lost is None:
                continue
            if lost.standing.removed_at is None:
                notify.tell_others(lost.standing, letter="deverified", key=f"deverified:{pk}")
            lost.noticed_at = now()
            lost.save(update_fields=["noticed_at"])


def _pending(**undone: None) -> list[int]:
    pending = Deverification.objects.filter(enforced=True, restored_at=None, **undone)
    return list(pending.order_by("pk").values_list("pk", flat=True))


def _still_lost(pk: int, **undone: None) -> Deverification | None:
    """Lock one de-verification, unless another worker was faster or trust came back meanwhile."""
    domain = DomainStatus.objects.select_for_update(no_key=True, of=("self",))
    list(domain.filter(bumps__deverifications=pk))  # domains first, as everywhere
    rows = Deverification.objects.select_for_update(of=("self",)).select_related("standing")
    return rows.filter(pk=pk, restored_at=None, **undone).first()


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
