"""Follows a newer public suffix list: who is answerable for a mail domain may have changed.

A row is compared with a newer list only. While old and new workers run side by side, the old ones
leave alone what the new ones have moved.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from domainguard import audit
from domainguard.core.fingerprint import SLACK
from domainguard.core.names import PSL_VERSION, DomainName, NameRefused
from domainguard.core.reasons import Hold
from domainguard.models import AddressStanding, DomainStatus, EpochBump, MailDomain, ReviewCase
from domainguard.models.domain_status import holds_of
from domainguard.models.locking import atomic
from domainguard.services import cases
from domainguard.services.trust_keys import domain_row
from domainguard.wiring import now, read_domain

_BATCH = 500
_REASON = (
    "The public suffix list moved a mail domain here. Its addresses that were not eligible before "
    "have to be proven anew, or stay refused where their domain had changed hands."
)


def follow() -> int:
    """Recompute the trust keys of all rows that an older list made; give how many moved.

    Nobody is de-verified. Stopping anywhere and calling again is safe.
    """
    moved = 0
    # What a rise of an epoch still has to tell its addresses comes first: it finds them by key.
    unfinished = EpochBump.objects.filter(domain=OuterRef("pk"), projected_at=None)
    outdated = DomainStatus.objects.filter(~Exists(unfinished), psl_version__lt=PSL_VERSION)
    while rows := list(outdated.order_by("pk").prefetch_related("mail_domains")[:_BATCH]):
        for row in rows:
            moved += sum(_follow_one(each, row) for each in row.mail_domains.all())
        DomainStatus.objects.filter(pk__in=[row.pk for row in rows]).update(psl_version=PSL_VERSION)
    return moved


def _follow_one(mail_domain: MailDomain, before: DomainStatus) -> bool:
    name = _read(mail_domain.name)
    if name is not None and name.trust_key == before.domain:
        _set_parent(before, name, now())
        return False
    with atomic():
        _move(mail_domain, before, name, now())
    return True


def _read(mail_domain: str) -> DomainName | None:
    try:
        return read_domain(mail_domain)
    except NameRefused:  # it is a suffix itself now: nobody's in particular
        return None


def _set_parent(row: DomainStatus, name: DomainName, at: datetime) -> None:
    parent = domain_row(name.parent, at) if name.parent else None
    if row.parent_id != (parent and parent.pk):
        DomainStatus.objects.filter(pk=row.pk).update(parent=parent, next_check_at=at)


def _move(
    mail_domain: MailDomain, before: DomainStatus, name: DomainName | None, at: datetime
) -> None:
    """Give a mail domain its new trust key, and each of its addresses what it had before."""
    after = _key(name, at) if name else before
    keys = DomainStatus.objects.select_for_update(no_key=True).order_by("pk")
    rows = {row.pk: row for row in keys.filter(pk__in=[before.pk, after.pk])}
    before, after = rows[before.pk], rows[after.pk]
    standings = AddressStanding.objects.filter(mail_domain=mail_domain)
    older = standings.filter(verified_epoch__lt=before.control_epoch)
    is_older = list(older.values_list("pk", flat=True))
    if is_older:
        _raise(after, before.control_epoch)
    current = standings.filter(verified_epoch=before.control_epoch)
    eligible = _untouched_by(_holds_over(mail_domain, before)) if name else Q(pk__in=[])
    # Nobody keeps trust that was on hold; those who lose theirs come first, as the two epochs may
    # be one number.
    lost = current.exclude(eligible).update(verified_epoch=None, proof_void_since=at)
    current.exclude(pk__in=is_older).update(verified_epoch=after.control_epoch)
    MailDomain.objects.filter(pk=mail_domain.pk).update(trust_key=after)
    _tell(mail_domain, before, after, at=at, unproven=lost, older=len(is_older))


def _key(name: DomainName, at: datetime) -> DomainStatus:
    row = domain_row(name.trust_key, at)
    _set_parent(row, name, at)
    DomainStatus.objects.filter(pk=row.pk).update(next_check_at=at)
    return row


def _raise(row: DomainStatus, epoch: int) -> None:
    """Raise an epoch to where the older ones that move in stay older; all others come along."""
    if epoch <= row.control_epoch:
        return
    own = AddressStanding.objects.filter(mail_domain__trust_key=row)
    own.filter(verified_epoch=row.control_epoch).update(verified_epoch=epoch)
    row.control_epoch = epoch
    row.save(update_fields=["control_epoch"])


def _holds_over(mail_domain: MailDomain, key: DomainStatus) -> list[Hold]:
    parent = key.parent.holds if key.parent else []
    dependencies = mail_domain.dependencies.values_list("holds", flat=True)
    kept = [mail_domain.holds, key.holds, parent, *dependencies]
    return [hold for each in kept for hold in holds_of(each)]


def _untouched_by(holds: list[Hold]) -> Q:
    """Select the standings that no hold touches: those proven after all of them began."""
    starts = [hold.t0 for hold in holds]
    known = [start for start in starts if start is not None]
    if len(known) < len(starts):
        return Q(pk__in=[])
    return Q(verified_at__gt=max(known) + SLACK) if known else Q(pk__isnull=False)


def _tell(
    mail_domain: MailDomain,
    before: DomainStatus,
    after: DomainStatus,
    *,
    at: datetime,
    **counts: int,
) -> None:
    detail: dict[str, Any] = {"before": before.domain, "after": after.domain, **counts}
    audit.record("mail_domain_moved", at=at, domain=mail_domain.name, **detail)
    if any(counts.values()):
        detail["mail_domain"] = mail_domain.name
        cases.open_case(ReviewCase.Kind.MOVED, after, reason=_REASON, at=at, **detail)
