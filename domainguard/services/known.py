"""Gathers what was known of domains before a look, for many at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Min
from django.db.models.functions import Coalesce

from domainguard.core.names import RegistrableDomain
from domainguard.core.verdict import Known
from domainguard.core.windows import visible_for
from domainguard.models import AddressStanding, DomainStatus, MailDependency
from domainguard.wiring import is_exempt, registry_sources_for


def known_of(row: DomainStatus) -> Known:
    """Give what was known of one domain, saved or not."""
    return known_of_all([row])[row.domain]


def known_of_all(rows: Iterable[DomainStatus]) -> dict[str, Known]:
    """Give what was known of domains, their oldest trust included, in at most two queries."""
    rows = list(rows)
    trusted = _trusted_since(rows)
    return {row.domain: _known(row, trusted.get(row.pk)) for row in rows}


def has_registry(row: DomainStatus) -> bool:
    """Say whether a registry source covers a row today; tables and bootstrap files change."""
    return row.parent_id is None and bool(registry_sources_for(RegistrableDomain(row.domain)))


def _known(row: DomainStatus, trusted_since: datetime | None) -> Known:
    record = row.record()
    is_saved = not row._state.adding  # else a name that somebody asked about, and no row
    return Known(
        has_registry=has_registry(row),
        visible_for=visible_for(row.domain),
        state=record.state,
        fingerprint=record.fingerprint,
        baseline_at=record.baseline_at,
        trusted_since=(trusted_since or record.baseline_at) if is_saved else None,
        lapse_seen_at=record.lapse_seen_at,
        troubled_at=record.troubled_at,
        registry_clean_at=record.registry_clean_at,
    )


def _trusted_since(rows: list[DomainStatus]) -> dict[int, datetime]:
    """Give the oldest proof or dependency of each row that has any.

    An address whose proof the site cannot date is trusted since we first saw it. A mailbox
    provider, behind which half the accounts may be, is changed by people alone: nothing rests on
    the date.
    """
    keys = [row.pk for row in rows if row.pk and not is_exempt(row.domain, row.exempt_by_staff)]
    if not keys:
        return {}
    proven = AddressStanding.objects.filter(
        mail_domain__trust_key__in=keys,
        verified_epoch=F("mail_domain__trust_key__control_epoch"),
        removed_at=None,
    ).values_list("mail_domain__trust_key")
    depended = MailDependency.objects.filter(domain__in=keys).values_list("domain")
    oldest: dict[int, datetime] = {}
    moments = [
        *proven.annotate(since=Min(Coalesce("verified_at", "first_seen_at"))),
        *depended.annotate(since=Min("first_seen_at")),
    ]
    for key, since in moments:
        oldest[key] = min(since, oldest.get(key, since))
    return oldest
