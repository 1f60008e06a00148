"""The way out after a clock that was ahead: what it dated in the future counts no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from domainguard import audit
from domainguard.core.policy import corroborate
from domainguard.core.record import Episode, Record
from domainguard.models import (
    AddressStanding,
    DomainStatus,
    Intent,
    MailDomain,
    Observation,
    OutboxMail,
    SweepRun,
)
from domainguard.models.locking import atomic
from domainguard.services.clock import check_database_clock, newest_look
from domainguard.wiring import now, policy

_DAY = timedelta(hours=24)
_AT_ONCE = 500
_SEEN = ("last_look_at", "last_conclusive_at", "registry_clean_at", "clean_since", "triaged_at")
_BEGUN = ("baseline_at", "lapse_seen_at", "troubled_at", "state_since", "created_at")


def accept_clock(*, by: str, reason: str) -> int:
    """Let looks from the future be void, in one commit; give how many, 0 when there is none.

    A hold stays, from now on. A proof from the future counts as one of unknown time, and a link
    mailed then is over. What was decided meanwhile stands; the trail names it. Raises ClockIsWrong
    when PostgreSQL's clock says that ours is wrong now.
    """
    check_database_clock()
    at = now()
    with atomic():
        newest = newest_look()
        if newest is None or newest <= at:
            return 0
        void, _ = Observation.objects.filter(at__gt=at).delete()
        for keys in _batches(_dated_ahead(at)):
            for row in DomainStatus.objects.select_for_update(no_key=True).filter(pk__in=keys):
                _set_back(row, at)
        _set_back_the_rest(at)
        audit.record(
            "clock_accepted",
            at=at,
            actor=by,
            reason=reason,
            looks_void=void,
            until=newest.isoformat(),
        )
    return void


def _batches(keys: list[int]) -> list[list[int]]:
    return [keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)]


def _dated_ahead(at: datetime) -> list[int]:
    ahead = Q(lease_until__gt=at) | Q(asked_until__gt=at)
    for name in (*_SEEN, *_BEGUN):
        ahead |= Q(**{f"{name}__gt": at})
    return list(DomainStatus.objects.filter(ahead).order_by("pk").values_list("pk", flat=True))


def _set_back(row: DomainStatus, at: datetime) -> None:
    """Let a domain be due, with what was known of it before."""
    record = _without_the_future(row.record(), at)
    row.keep(record)
    row.wants_bump = corroborate(record, policy()) is not None
    for name in _SEEN:
        setattr(row, name, _unless_ahead(getattr(row, name), at, None))
    for name in _BEGUN:
        setattr(row, name, _unless_ahead(getattr(row, name), at, at))
    row.next_check_at, row.lease_until, row.asked_until = at, None, None
    row.lease_number += 1  # whoever looks at it now looked by the wrong clock
    row.save()


def _without_the_future(record: Record, at: datetime) -> Record:
    holds = tuple(replace(hold, since=min(hold.since, at)) for hold in record.holds)
    return replace(
        record,
        holds=holds,
        episodes=tuple(_as_of(each, at) for each in record.episodes if each.first.at <= at),
    )


def _as_of(episode: Episode, at: datetime) -> Episode:
    """Two looks corroborate only when both had a time that can be believed."""
    return episode if episode.last.at <= at else replace(episode, last=episode.first)


def _unless_ahead(kept: datetime | None, at: datetime, otherwise: datetime | None) -> Any:
    return otherwise if kept is not None and kept > at else kept


def _set_back_the_rest(at: datetime) -> None:
    rests_until = at + policy().probation
    for model, name, latest, becomes in (
        (MailDomain, "last_look_at", at, None),
        (MailDomain, "clean_since", at, None),
        (MailDomain, "absent_since", at, at),
        (AddressStanding, "verified_at", at, None),
        (AddressStanding, "proof_void_since", at, at),
        (AddressStanding, "first_seen_at", at, at),
        (AddressStanding, "removed_at", at, at),
        (AddressStanding, "recovery_from", rests_until, rests_until),
        (Intent, "created_at", at, at),
        (Intent, "next_try_at", at, at),
        (Intent, "lease_until", at, None),
        (Intent, "expires_at", at + _DAY, at + _DAY),
        (OutboxMail, "created_at", at, at),
        (OutboxMail, "next_try_at", at, at),
        (OutboxMail, "handed_over_at", at, at - _DAY),  # its link or code is over
        (OutboxMail, "expires_at", at + _DAY, at + _DAY),
        (SweepRun, "started_at", at, at),
    ):
        rows = model._default_manager.filter(**{f"{name}__gt": latest})
        rows.update(**{name: becomes})
