"""Looks at domains: asks every source, weighs what they say, and keeps what follows from it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce

from domainguard import audit
from domainguard.core.evidence import Evidence
from domainguard.core.names import MailDomain as MailDomainName
from domainguard.core.names import RegistrableDomain
from domainguard.core.policy import corroborate, settle
from domainguard.core.record import Act, Cause, Record
from domainguard.core.schedule import next_check_at
from domainguard.core.verdict import Known, Verdict, conclude
from domainguard.core.windows import visible_for
from domainguard.models import AddressStanding, DomainStatus, EpochBump, Observation
from domainguard.services import cases, dependencies, mail_domains
from domainguard.sources.base import Deadline
from domainguard.sources.manners import Errand
from domainguard.wiring import (
    dns,
    is_exempt,
    is_trusted,
    now,
    policy,
    registry_sources_for,
    vendor_sources,
)

SWEEP = "sweep"
RESET = "reset"
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sources said in one look, and about which mail domains below the trust key."""

    domain: str
    at: datetime
    evidence: tuple[Evidence, ...]
    below: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """The row after a look, its verdict, and what changed; no verdict when nothing was written."""

    row: DomainStatus
    verdict: Verdict | None
    acts: tuple[Act, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def look_now(
    domain: str,
    *,
    purpose: str,
    seconds: float = 10.0,
    dry_run: bool = False,
    mail_domain: str = "",
) -> Looked:
    """Look at a domain with every source within so many seconds, and keep what follows.

    Below it the named mail domain is looked at, else those whose turn it is. A dry run asks and
    concludes, and writes nothing. Raises DomainStatus.DoesNotExist.
    """
    row = DomainStatus.objects.get(domain=domain)
    if is_trusted(domain):
        return Looked(row, None)
    if dry_run:
        return look_without_writing(row, purpose=purpose, seconds=seconds)
    if mail_domain:
        below = [MailDomainName(mail_domain)] if mail_domain != domain else []
    else:
        below = mail_domains.below([row.pk]).get(row.pk, [])
    return keep(ask(row, below=below, seconds=seconds, errand=Errand.PERSON), purpose=purpose)


def look_without_writing(row: DomainStatus, *, purpose: str, seconds: float = 10.0) -> Looked:
    """Look at a domain, saved or not, and say what would follow from it; nothing is written."""
    asked = ask(row, seconds=seconds, errand=Errand.PERSON)
    verdict = _conclude(row, asked, purpose)
    return Looked(row, verdict, settle(_record(row), verdict, policy()).acts, asked.evidence)


def is_fresh(row: DomainStatus) -> bool:
    """Say whether the last conclusive look is young enough to rest a mail or a password on it."""
    return is_young(row.last_conclusive_at, policy().fresh_for)


def is_young(at: datetime | None, age: timedelta) -> bool:
    """Say whether a moment is no older than this; what a wrong clock dated ahead is not young."""
    return at is not None and timedelta(0) <= now() - at <= age


def ask(
    row: DomainStatus,
    *,
    below: Sequence[MailDomainName] = (),
    seconds: float = 10.0,
    errand: Errand = Errand.SWEEP,
) -> Asked:
    """Ask every source about a domain, the cheapest first. Network only: no query, no write."""
    domain, at, deadline = RegistrableDomain(row.domain), now(), Deadline.after(seconds)
    evidence = [dns().look(domain, now=at, deadline=deadline)]
    if row.parent_id is None:  # below a private suffix the registry sees only the operator
        sources = (*registry_sources_for(domain, errand), *vendor_sources())
        evidence += [source.look(domain, now=at, deadline=deadline) for source in sources]
    seen = [dns().look_mail_domain(name, now=at, deadline=deadline) for name in below]
    return Asked(row.domain, at, tuple(evidence), tuple(seen))


def keep(asked: Asked, *, purpose: str, lease: int | None = None) -> Looked:
    """Weigh what was said against the row as it is now, and write what follows, in one commit.

    With a lease number, an answer that comes after the lease was lost changes nothing. An older
    look than the last one is kept as evidence and changes nothing else.
    """
    with transaction.atomic():
        row = DomainStatus.objects.select_for_update(no_key=True).get(domain=asked.domain)
        if lease is not None and row.lease_number != lease:
            return Looked(row, None)
        verdict = _conclude(row, asked, purpose)
        _observe(row, asked, purpose)
        if lease is not None:
            row.lease_until = None
        if row.last_look_at and asked.at < row.last_look_at:
            row.save(update_fields=["lease_until"])
            return Looked(row, verdict, (), asked.evidence)
        settled = settle(_record(row), verdict, policy())
        after = _schedule(settled.record, row, asked.at)
        _write(row, after, verdict)
        dependencies.link(row, verdict, asked.evidence, asked.at)
        mail_domains.keep(row, asked.below, verdict, at=asked.at)
        _tell(row, verdict, settled.acts)
        cases.open_where_needed(row, after, verdict, at=asked.at)
    return Looked(row, verdict, settled.acts, asked.evidence)


def _record(row: DomainStatus) -> Record:
    return row.record(exempt=is_exempt(row.domain))


def _conclude(row: DomainStatus, asked: Asked, purpose: str) -> Verdict:
    numbers = policy()
    oldest = numbers.reset_registry_age if purpose == RESET else numbers.sweep_registry_age
    known = known_of(row)
    return conclude(asked.evidence, known, now=asked.at, registry_max_age=oldest)


def known_of(row: DomainStatus) -> Known:
    """Give what was known of a domain before a look, its oldest trust included."""
    record = row.record()
    return Known(
        has_registry=has_registry(row),
        visible_for=visible_for(row.domain),
        state=record.state,
        fingerprint=record.fingerprint,
        baseline_at=record.baseline_at,
        trusted_since=_trusted_since(row),
        lapse_seen_at=record.lapse_seen_at,
        troubled_at=record.troubled_at,
        registry_clean_at=record.registry_clean_at,
    )


def has_registry(row: DomainStatus) -> bool:
    """Say whether a registry source covers a row today; tables and bootstrap files change."""
    return row.parent_id is None and bool(registry_sources_for(RegistrableDomain(row.domain)))


def _trusted_since(row: DomainStatus) -> datetime | None:
    # An address whose proof the site cannot date is trusted since we first saw it.
    if row._state.adding:  # a name that somebody asked about, and no row
        return None
    standings = AddressStanding.objects.filter(
        mail_domain__trust_key=row, verified_epoch=row.control_epoch, removed_at=None
    )
    proven = standings.aggregate(since=Min(Coalesce("verified_at", "first_seen_at")))["since"]
    depended = row.maildependency_set.aggregate(since=Min("first_seen_at"))["since"]
    moments: list[datetime] = [moment for moment in (proven, depended) if moment]
    return min(moments, default=row.baseline_at)


def _schedule(record: Record, row: DomainStatus, at: datetime) -> Record:
    row.next_check_at = next_check_at(record, now=at, policy=policy(), spread=spread(row.domain))
    return record


def spread(domain: str) -> float:
    """Give a number in [0, 1) that is steady for a domain and differs between domains."""
    # Steady for a domain, different between domains: looks spread over the day and stay there.
    return uuid.uuid5(uuid.NAMESPACE_DNS, domain).int % 1000 / 1000


def _write(row: DomainStatus, record: Record, verdict: Verdict) -> None:
    row.keep(record)
    row.has_registry = has_registry(row)
    row.wants_bump = corroborate(_record(row), policy()) is not None
    row.failures = 0
    if verdict.conclusive:
        row.sentence = verdict.sentence
        row.reasons = [code.value for code in verdict.reasons]
    row.save()


def _observe(row: DomainStatus, asked: Asked, purpose: str) -> None:
    look = uuid.uuid4()
    Observation.objects.bulk_create(
        Observation.of(each, domain=row, look=look, purpose=purpose)
        for each in (*asked.evidence, *asked.below)
    )


def _tell(row: DomainStatus, verdict: Verdict, acts: tuple[Act, ...]) -> None:
    for act in acts:
        audit.record(
            f"domain_{act.value}",
            at=verdict.at,
            domain=row.domain,
            epoch=row.control_epoch,
            reasons=[code.value for code in verdict.reasons],
            sentence=verdict.sentence,
        )
    if Act.RELEASE in acts:
        # The same registration came back: what a lapse took at the present epoch is given back.
        EpochBump.objects.filter(
            domain=row, epoch=row.control_epoch, cause=Cause.LAPSE.value, healed_at=None
        ).update(healed_at=verdict.at)


def postpone(row_id: int, *, lease: int, after: timedelta) -> None:
    """Give a leased row back unseen, due again after a while."""
    DomainStatus.objects.filter(pk=row_id, lease_number=lease).update(
        lease_until=None, next_check_at=now() + after
    )


__all__ = ["RESET", "STAFF", "SWEEP", "Asked", "Looked", "ask", "is_fresh", "keep", "look_now"]
