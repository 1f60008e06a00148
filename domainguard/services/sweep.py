"""The sweep: enrols, looks at all that is due, enforces, and delivers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router, transaction
from django.db.models import F, Max, Q

from domainguard import audit
from domainguard.core.evidence import Evidence
from domainguard.core.fingerprint import is_unchanged
from domainguard.core.names import MailDomain as MailDomainName
from domainguard.core.names import RegistrableDomain
from domainguard.core.record import Act
from domainguard.core.schedule import Depth, depth, next_check_at
from domainguard.models import DomainStatus, ReviewCase
from domainguard.services import boundaries, check, enforce, enroll, mail_domains, outbox
from domainguard.sources.base import Deadline
from domainguard.wiring import (
    clock_is_virtual,
    dns,
    exempt_providers,
    is_exempt,
    is_trusted,
    now,
    policy,
)

log = logging.getLogger("domainguard.sweep")
BATCH = 200
_LEASE = timedelta(minutes=5)
_CLOCK_SLACK = timedelta(minutes=5)
_AT_ONCE = 16
_QUARANTINE_AFTER = 3


class ClockIsWrong(ImproperlyConfigured):
    """The clock stands behind what is stored: a sweep would conclude from wrong times."""


@dataclass(slots=True)
class Swept:
    """What a sweep did; counts of domains, except where a name says otherwise."""

    checked: int = 0
    conclusive: int = 0
    inconclusive: int = 0
    failed: int = 0
    held: int = 0
    released: int = 0
    deverified: int = 0
    restored: int = 0
    waiting_for_review: int = 0
    enrolled_addresses: int = 0
    mails_sent: int = 0
    unusable_sources: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the summary as JSON values."""
        return asdict(self)


def sweep(
    *, everything: bool = False, on_look: Callable[[DomainStatus, Swept], None] | None = None
) -> Swept:
    """Do all checks that are due, then enforce, then deliver.

    Raises ClockIsWrong, and ImproperlyConfigured when the list of mailbox providers is damaged.
    """
    exempt_providers()
    check_clock()
    boundaries.follow()
    done = Swept(enrolled_addresses=enroll.enroll_all())
    answered: dict[str, list[bool]] = {}
    for row, looked in _look_at_all(everything):
        _count(done, looked, answered)
        if on_look is not None:
            on_look(row, done)
    done.unusable_sources = sorted(
        name for name, spoke in answered.items() if len(spoke) > 1 and not any(spoke)
    )
    enforced = enforce.enforce()
    done.deverified, done.restored = enforced.deverified, enforced.restored
    done.waiting_for_review = ReviewCase.objects.filter(closed_at=None).count()
    done.mails_sent = outbox.deliver().sent
    return done


def check_clock() -> None:
    """Refuse to go on when the clock is more than 5 minutes behind, or beside the database's."""
    newest = DomainStatus.objects.aggregate(at=Max("last_look_at"))["at"]
    if newest and newest - now() > _CLOCK_SLACK:
        raise ClockIsWrong(
            f"The clock says {now():%Y-%m-%d %H:%M}, but a domain was looked at "
            f"{newest:%Y-%m-%d %H:%M}. Set the clock; nothing was done."
        )
    connection = connections[router.db_for_read(DomainStatus)]
    if connection.vendor != "postgresql" or clock_is_virtual():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (theirs,) = cursor.fetchone()
    if abs(theirs - now()) > _CLOCK_SLACK:
        raise ClockIsWrong(
            f"The clock says {now():%Y-%m-%d %H:%M}, the database {theirs:%Y-%m-%d %H:%M}."
        )


def _look_at_all(everything: bool) -> Iterator[tuple[DomainStatus, check.Looked | None]]:
    if everything:
        DomainStatus.objects.filter(next_check_at__gt=now()).update(next_check_at=now())
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="look") as pool:
        while rows := claim(BATCH):
            below = mail_domains.below([row.pk for row in rows])
            asked = pool.map(_ask, rows, [below.get(row.pk, []) for row in rows])
            for row, answer in zip(rows, asked, strict=True):
                yield row, _keep(row, answer)


def claim(limit: int) -> list[DomainStatus]:
    """Lease due rows to this caller: nobody else gets them until the lease runs out."""
    at = now()
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    rows = DomainStatus.objects.filter(free, next_check_at__lte=at).order_by("next_check_at")
    with transaction.atomic():
        connection = connections[router.db_for_write(DomainStatus)]
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        DomainStatus.objects.filter(free, pk__in=ids).update(
            lease_until=at + _LEASE, lease_number=F("lease_number") + 1
        )
        return list(DomainStatus.objects.filter(pk__in=ids).order_by("next_check_at", "pk"))


@dataclass(frozen=True, slots=True)
class _Triaged:
    """A triage that found everything as it was."""

    evidence: Evidence


_Answer = check.Asked | _Triaged | Exception | None


def _ask(row: DomainStatus, below: list[MailDomainName]) -> _Answer:
    """Ask the sources about one leased row, in a thread of its own: no query here."""
    if is_trusted(row.domain):
        return None
    try:
        record = row.record(exempt=is_exempt(row.domain))
        if depth(record, now=now(), policy=policy()) is Depth.TRIAGE and not below:
            seen = dns().triage(
                RegistrableDomain(row.domain), now=now(), deadline=Deadline.after(10)
            )
            if is_unchanged(record.fingerprint, seen):
                return _Triaged(seen)
        return check.ask(row, below=below)
    except Exception as broken:  # one domain's failure is no other domain's
        log.exception("The look at a domain broke (row %s).", row.pk)
        return broken


def _keep(row: DomainStatus, answer: _Answer) -> check.Looked | None:
    if answer is None or isinstance(answer, _Triaged):
        return _pass(row)
    try:
        if isinstance(answer, check.Asked):
            return check.keep(answer, purpose=check.SWEEP, lease=row.lease_number)
    except Exception:  # as above
        log.exception("The answers about a domain could not be kept (row %s).", row.pk)
    _set_aside(row)
    return None


def _pass(row: DomainStatus) -> check.Looked:
    spread = check.spread(row.domain)
    leased = DomainStatus.objects.filter(pk=row.pk, lease_number=row.lease_number)
    # Somebody may have looked deeper meanwhile, and then knows better when to look again.
    leased.filter(last_look_at=row.last_look_at).update(
        next_check_at=next_check_at(row.record(), now=now(), policy=policy(), spread=spread)
    )
    leased.update(lease_until=None)
    return check.Looked(row, None)


def _set_aside(row: DomainStatus) -> None:
    """Give back a domain whose look broke: due in an hour, after three times in a day."""
    failures = row.failures + 1
    poison = failures >= _QUARANTINE_AFTER
    DomainStatus.objects.filter(pk=row.pk, lease_number=row.lease_number).update(
        lease_until=None,
        failures=failures,
        next_check_at=now() + (timedelta(days=1) if poison else timedelta(hours=1)),
    )
    if poison:
        audit.record("domain_set_aside", at=now(), domain=row.domain, failures=failures)


def _count(done: Swept, looked: check.Looked | None, answered: dict[str, list[bool]]) -> None:
    done.checked += 1
    if looked is None:
        done.failed += 1
        return
    done.held += Act.HOLD in looked.acts
    done.released += Act.RELEASE in looked.acts
    for evidence in looked.evidence:
        answered.setdefault(evidence.source, []).append(evidence.speaks)
    if looked.verdict is None or looked.verdict.conclusive:
        done.conclusive += 1
    else:
        done.inconclusive += 1
