"""Finds whom to tell early: a row for each account behind a domain that runs out or is on hold.

`say` then tells them. A domain comes up when its `warn_at` has come, which each look sets anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from domainguard.conf import settings
from domainguard.core.early import (
    LOOK_FIRST,
    Trouble,
    Warning,
    is_word_young,
    next_warning_at,
    warning_of,
)
from domainguard.models import AddressStanding, Automation, DomainStatus, DueNotice, MailDomain
from domainguard.models.locking import atomic
from domainguard.wiring import is_exempt, now

_Row = TypeVar("_Row", DomainStatus, MailDomain)
_DOMAINS = 100  # come up in one sweep; the next goes on with the rest
_PAGE = 1_000


def find() -> int:
    """Put down whom to tell about the domains that have come up; give how many domains those were.

    Stopping anywhere and calling again is safe: each account is put down once for an occasion.
    Nothing is while automation is paused, nor in `observe`, where nobody is told anything.
    """
    done = 0
    for row in _due(DomainStatus.objects.all()):
        if not may_tell():
            return done
        done += _take_up(row)
    for below in _due(MailDomain.objects.all()):
        if not may_tell():
            return done
        done += _take_up_below(below)
    return done


def may_tell() -> bool:
    """Say whether people may be told things of our own accord now."""
    return settings().enforces and not Automation.is_paused()


def put_down(reason: str, whom: Iterable[tuple[str, str]], *, due_at: datetime) -> None:
    """Put down accounts, each with its occasion; who is down for it already stays as they are."""
    DueNotice.objects.bulk_create(
        [
            DueNotice(account=account, reason=reason, about=about, created_at=now(), due_at=due_at)
            for account, about in sorted(set(whom))
        ],
        ignore_conflicts=True,
    )


def _due(rows: QuerySet[_Row]) -> list[_Row]:
    return list(rows.filter(warn_at__lte=now()).order_by("warn_at")[:_DOMAINS])


def _take_up(row: DomainStatus) -> bool:
    at, record = now(), row.record(exempt=is_exempt(row.domain, row.exempt_by_staff))
    warning = warning_of(record, now=at)
    rows = DomainStatus.objects.filter(pk=row.pk)
    if warning is not None and warning.about != row.warned_of:
        if warning.trouble is Trouble.EXPIRY and not is_word_young(record, now=at):
            # It may have been renewed since: a look comes first, and brings the domain up again.
            rows.update(next_check_at=at, warn_at=at + LOOK_FIRST)
            return False
        _put_down_all(_behind(row, warning), warning, f"{row.pk}:{warning.about}")
        row.warned_of = warning.about
    due = next_warning_at(record, now=at, told=row.warned_of)
    rows.filter(warn_at=row.warn_at).update(warned_of=row.warned_of, warn_at=due)
    return True


def _take_up_below(row: MailDomain) -> bool:
    if row.holds:
        since = min(hold.since for hold in row.active_holds)
        warning = Warning(Trouble.HOLD, since.date())
        standings = AddressStanding.objects.filter(mail_domain=row)
        _put_down_all([standings], warning, f"below {row.pk}:{warning.about}")
    MailDomain.objects.filter(pk=row.pk, warn_at=row.warn_at).update(warn_at=None)
    return True


def _behind(row: DomainStatus, warning: Warning) -> Iterator[QuerySet[AddressStanding]]:
    """Give the addresses that a domain's trouble is about; a hold reaches those it carries too."""
    standings = AddressStanding.objects.all()
    yield standings.filter(mail_domain__trust_key=row)
    if warning.trouble is Trouble.HOLD:
        yield standings.filter(mail_domain__trust_key__parent=row)
        yield standings.filter(mail_domain__maildependency__domain=row)


def _put_down_all(
    behind: Iterable[QuerySet[AddressStanding]], warning: Warning, about: str
) -> None:
    for standings in behind:
        for accounts in _pages(standings.filter(removed_at=None, verified_epoch__isnull=False)):
            with atomic():
                whom = ((account, about) for account in accounts)
                put_down(warning.trouble.value, whom, due_at=now())


def _pages(standings: QuerySet[AddressStanding]) -> Iterator[list[str]]:
    after = 0
    while True:
        page = standings.filter(pk__gt=after).order_by("pk").values_list("pk", "account")[:_PAGE]
        if not (rows := list(page)):
            return
        yield [account for _, account in rows]
        after = rows[-1][0]
