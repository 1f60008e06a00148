"""Opens review cases: questions that only a person may answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domainguard import audit
from domainguard.core.record import Record
from domainguard.core.schedule import needs_a_person
from domainguard.core.verdict import Verdict
from domainguard.models import DomainStatus, ReviewCase
from domainguard.wiring import is_exempt, policy


def open_where_needed(row: DomainStatus, record: Record, verdict: Verdict, *, at: datetime) -> None:
    """Open the case that this look calls for, if any."""
    if is_exempt(row.domain, row.exempt_by_staff) and verdict.adverse:
        open_case(ReviewCase.Kind.EXEMPT, row, reason=verdict.sentence, at=at)
    elif needs_a_person(record, now=at, policy=policy(), has_registry=row.has_registry):
        open_case(ReviewCase.Kind.UNOBSERVED, row, reason=verdict.sentence, at=at)
        take_over(row)


def open_case(
    kind: ReviewCase.Kind, row: DomainStatus, *, reason: str, at: datetime, **detail: Any
) -> bool:
    """Open a case unless one of its kind is open for the domain; say whether it is new."""
    _, is_new = ReviewCase.objects.get_or_create(
        kind=kind,
        domain=row,
        closed_at=None,
        defaults={"opened_at": at, "reason": reason, "detail": detail},
    )
    if is_new:
        audit.record("case_opened", at=at, domain=row.domain, kind=kind.value, reason=reason)
    return is_new


def take_over(row: DomainStatus) -> None:
    """Put a domain into the hands of people: automation neither bumps nor releases it."""
    row.under_review = True
    DomainStatus.objects.filter(pk=row.pk).update(under_review=True)
