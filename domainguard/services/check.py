"""Looks at domains: asks every source, weighs what they say, and keeps what follows from it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domainguard import audit
from domainguard.core.early import next_warning_at
from domainguard.core.evidence import Evidence
from domainguard.core.names import MailDomain as MailDomainName
from domainguard.core.names import RegistrableDomain
from domainguard.core.policy import corroborate, settle
from domainguard.core.record import Act, Cause, Record
from domainguard.core.schedule import next_check_at
from domainguard.core.verdict import Known, Verdict, conclude
from domainguard.models import DomainStatus, EpochBump, Observation
from domainguard.models.again import again
from domainguard.models.bulk import update_many
from domainguard.models.locking import atomic
from domainguard.services import cases, dependencies, mail_domains
from domainguard.services.known import has_registry, known_of, known_of_all
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
    verdict = _conclude(asked, known_of(row), purpose)
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
    registry: tuple[Evidence, ...] | None = None,
) -> Asked:
    """Ask every source about a domain, the cheapest first. Network only: no query, no write.

    `registry` is what the registry sources said if they were asked just now.
    """
    domain, at, deadline = RegistrableDomain(row.domain), now(), Deadline.after(seconds)
    evidence = [dns().look(domain, now=at, deadline=deadline)]
    if registry is None:
        registry = ask_registry(row, errand=errand, seconds=deadline.remaining())
    if row.parent_id is None:
        registry += tuple(
            source.look(domain, now=at, deadline=deadline) for source in vendor_sources()
        )
    seen = [dns().look_mail_domain(name, now=at, deadline=deadline) for name in below]
    return Asked(row.domain, at, (*evidence, *registry), tuple(seen))


def ask_registry(
    row: DomainStatus, *, errand: Errand = Errand.SWEEP, seconds: float = 10.0
) -> tuple[Evidence, ...]:
    """Ask the registry sources alone; below a private suffix they see only the operator."""
    if row.parent_id is not None:
        return ()
    domain, at, deadline = RegistrableDomain(row.domain), now(), Deadline.after(seconds)
    sources = registry_sources_for(domain, errand)
    return tuple(source.look(domain, now=at, deadline=deadline) for source in sources)


def keep(asked: Asked, *, purpose: str, lease: int | None = None) -> Looked:
    """Weigh what was said against the row as it is now, and write what follows, in one commit.

    With a lease number, an answer that comes after the lease was lost changes nothing. An older
    look than the last one is kept as evidence and changes nothing else. Raises
    DomainStatus.DoesNotExist.
    """
    (looked,) = keep_all([(asked, lease)], purpose=purpose)
    return looked


@again
def keep_all(answers: Sequence[tuple[Asked, int | None]], *, purpose: str) -> list[Looked]:
    """Keep many answers, each with its lease, in one commit of few statements: all or none."""
    with atomic():
        rows = _locked([asked.domain for asked, _ in answers])
        known = known_of_all(rows.values())
        looks = [
            _look(rows[asked.domain], asked, known[asked.domain], purpose=purpose, lease=lease)
            for asked, lease in answers
        ]
        _write([look for look in looks if look is not None], purpose)
    return [
        look.looked if look else Looked(rows[asked.domain], None)
        for look, (asked, _) in zip(looks, answers, strict=True)
    ]


def _locked(domains: list[str]) -> dict[str, DomainStatus]:
    """Lock the rows in the order of their keys, as everywhere."""
    locked = DomainStatus.objects.select_for_update(no_key=True).order_by("pk")
    rows = {row.domain: row for row in locked.filter(domain__in=domains)}
    for missing in set(domains) - rows.keys():
        raise DomainStatus.DoesNotExist(f"There is no domain {missing}.")
    return rows


@dataclass(frozen=True, slots=True)
class _Look:
    """A look as it is to be written; without a record it came too late to change anything."""

    asked: Asked
    looked: Looked
    verdict: Verdict
    after: Record | None


def _look(
    row: DomainStatus, asked: Asked, known: Known, *, purpose: str, lease: int | None
) -> _Look | None:
    """Let the row take over what a look comes to; None for one whose lease was lost."""
    if lease is not None and row.lease_number != lease:
        return None
    verdict = _conclude(asked, known, purpose)
    if lease is not None:
        row.lease_until = None
    if row.last_look_at and asked.at < row.last_look_at:
        return _Look(asked, Looked(row, verdict, (), asked.evidence), verdict, None)
    settled = settle(_record(row), verdict, policy())
    _take_over(row, settled.record, verdict)
    row.next_check_at = next_check_at(
        settled.record, now=asked.at, policy=policy(), spread=spread(row.domain)
    )
    looked = Looked(row, verdict, settled.acts, asked.evidence)
    return _Look(asked, looked, verdict, settled.record)


def _take_over(row: DomainStatus, record: Record, verdict: Verdict) -> None:
    row.keep(record)
    row.has_registry = has_registry(row)
    row.wants_bump = corroborate(_record(row), policy()) is not None
    row.failures = 0
    row.warn_at = next_warning_at(_record(row), now=verdict.at, told=row.warned_of)
    if verdict.conclusive:
        row.sentence = verdict.sentence
        row.reasons = [code.value for code in verdict.reasons]


def _write(looks: Sequence[_Look], purpose: str) -> None:
    Observation.objects.bulk_create(row for look in looks for row in _observations(look, purpose))
    late = [look.looked.row for look in looks if look.after is None]
    update_many(late, ["lease_until"])
    fresh = [(look, look.looked.row, look.after) for look in looks if look.after is not None]
    update_many([row for _, row, _ in fresh], DomainStatus.WRITTEN_BY_LOOKS)
    if not fresh:
        return
    at = max(look.asked.at for look, _, _ in fresh)
    dependencies.link([(row, look.verdict, look.asked.evidence) for look, row, _ in fresh], at=at)
    mail_domains.keep_apexes((row, look.verdict) for look, row, _ in fresh)
    for look, row, after in fresh:
        asked = look.asked
        mail_domains.keep(row, asked.below, look.verdict, asked.evidence, at=asked.at)
        _tell(row, look.verdict, look.looked.acts)
        cases.open_where_needed(row, after, look.verdict, at=look.asked.at)


def _observations(look: _Look, purpose: str) -> list[Observation]:
    ties, row = uuid.uuid4(), look.looked.row
    return [
        Observation.of(each, domain=row, look=ties, purpose=purpose)
        for each in (*look.asked.evidence, *look.asked.below)
    ]


def _record(row: DomainStatus) -> Record:
    return row.record(exempt=is_exempt(row.domain, row.exempt_by_staff))


def _conclude(asked: Asked, known: Known, purpose: str) -> Verdict:
    numbers = policy()
    oldest = numbers.reset_registry_age if purpose == RESET else numbers.sweep_registry_age
    return conclude(asked.evidence, known, now=asked.at, registry_max_age=oldest)


def spread(domain: str) -> float:
    """Give a number in [0, 1) that is steady for a domain and differs between domains."""
    # Steady for a domain, different between domains: looks spread over the day and stay there.
    return uuid.uuid5(uuid.NAMESPACE_DNS, domain).int % 1000 / 1000


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


__all__ = [
    "RESET",
    "STAFF",
    "SWEEP",
    "Asked",
    "Looked",
    "ask",
    "is_fresh",
    "keep",
    "keep_all",
    "look_now",
]
