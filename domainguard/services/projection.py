"""Carries epoch bumps out to the site: rows, flags and notices, each once and restartable."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from domainguard import audit
from domainguard.conf import settings
from domainguard.models import AddressStanding, AuditEvent, Automation, Deverification, EpochBump
from domainguard.services import notify
from domainguard.wiring import address_book, now

BATCH = 500


def carry_out() -> tuple[int, int]:
    """Carry out every bump and every restoration that is not; give both counts of addresses."""
    deverified = sum(_project(bump) for bump in _open(projected_at=None))
    restored = sum(_restore(bump) for bump in _open(healed_at__isnull=False, restored_at=None))
    _clear_flags()
    _send_notices()
    return deverified, restored


def _open(**conditions: object) -> QuerySet[EpochBump]:
    return EpochBump.objects.filter(**conditions).select_related("domain").order_by("at", "pk")


def _project(bump: EpochBump) -> int:
    count = 0
    while batch := list(_losers(bump)[:BATCH]):
        if Automation.is_paused():
            return count
        _record_batch(bump, batch)
        count += len(batch)
    EpochBump.objects.filter(pk=bump.pk).update(projected_at=now())
    return count


def _losers(bump: EpochBump) -> QuerySet[AddressStanding]:
    return (
        AddressStanding.objects.filter(
            mail_domain__trust_key=bump.domain_id, verified_epoch=bump.epoch - 1
        )
        .exclude(deverifications__epoch=bump.epoch)
        .order_by("pk")
    )


def _record_batch(bump: EpochBump, batch: list[AddressStanding]) -> None:
    at = now()
    with transaction.atomic():
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


def _restore(bump: EpochBump) -> int:
    """Give back what a lapse took, because the same registration has come back (RULES 7)."""
    count = 0
    taken = Deverification.objects.filter(bump=bump, restored_at=None).select_related("standing")
    while batch := list(taken.order_by("pk")[:BATCH]):
        if Automation.is_paused():
            return count
        count += _restore_batch(bump, batch)
    EpochBump.objects.filter(pk=bump.pk).update(restored_at=now())
    return count


def _restore_batch(bump: EpochBump, batch: list[Deverification]) -> int:
    at = now()
    with transaction.atomic():
        standings = [each.standing_id for each in batch]
        restored = AddressStanding.objects.filter(
            pk__in=standings, verified_epoch=bump.epoch - 1
        ).update(verified_epoch=bump.epoch)
        for each in batch:
            _give_back(each)
        Deverification.objects.filter(pk__in=[each.pk for each in batch]).update(restored_at=at)
        audit.record_all(_event("address_restored", each.standing, bump, at=at) for each in batch)
    return restored


def _give_back(lost: Deverification) -> None:
    if lost.flag_cleared_at is None:
        return
    address_book().set_verified(lost.standing.account, lost.standing.address, True)
    notify.tell(lost.standing, letter="restored", key=f"restored:{lost.pk}")


def _clear_flags() -> None:
    pending = Deverification.objects.filter(
        enforced=True, flag_cleared_at=None, restored_at=None
    ).select_related("standing")
    for lost in pending.iterator():
        if Automation.is_paused():
            return
        address_book().set_verified(lost.standing.account, lost.standing.address, False)
        Deverification.objects.filter(pk=lost.pk).update(flag_cleared_at=now())


def _send_notices() -> None:
    pending = Deverification.objects.filter(
        enforced=True, noticed_at=None, restored_at=None
    ).select_related("standing", "bump")
    for lost in pending.iterator():
        if Automation.is_paused():
            return
        notify.tell_others(lost.standing, letter="deverified", key=f"deverified:{lost.pk}")
        Deverification.objects.filter(pk=lost.pk).update(noticed_at=now())


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
