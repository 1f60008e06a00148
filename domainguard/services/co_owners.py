"""Tells people that somebody they own things with cannot be recovered: no domain, no state."""

from __future__ import annotations

from datetime import datetime

from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, DueNotice
from domainguard.services.early import put_down
from domainguard.services.letters import name_of as one_line_name
from domainguard.wiring import address_book, now, site_facts

_MOST = 200  # of one account; a site that names more means something else by it


def warn_of(account: str, *, since: datetime) -> None:
    """Put down an account's co-owners, if no address of it may win it back any more."""
    many = getattr(site_facts(), "co_owners", None)
    if many is None or not is_on_hold(account):
        return
    others = sorted({str(each) for each in many(account)} - {account})[:_MOST]
    whom = ((each, f"{account} {since.date()}") for each in others)
    put_down(DueNotice.Reason.CO_OWNER.value, whom, due_at=now())


def warn(notice: DueNotice) -> None:
    """Put down the co-owners of an account that is told of a hold."""
    if notice.reason == DueNotice.Reason.HOLD:
        warn_of(notice.account, since=notice.created_at)


def account_in(notice: DueNotice) -> str:
    """Give the account that a co-owner's notice is about."""
    return notice.about.rpartition(" ")[0]


def is_on_hold(account: str) -> bool:
    """Say whether an active account that had an address to be recovered by has none now."""
    if address_book().user(account) is None:
        return False
    mine = AddressStanding.objects.filter(
        book=address_book().name, account=account, verified_epoch__isnull=False, removed_at=None
    )
    keys = list(mine.values_list("pk", flat=True))
    return bool(keys) and not any(may_receive(key, Purpose.RECOVER).admitted for key in keys)


def name_of(account: str) -> str:
    """Give what a co-owner is called."""
    return one_line_name(address_book().user(account))
