"""Asks, a week after an account's addresses changed, whether it hangs on one domain alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from domainguard.models import DueNotice
from domainguard.services.early import put_down
from domainguard.wiring import is_exempt, is_trusted, now

_REASON = DueNotice.Reason.ONE_DOMAIN.value
_SETTLES = timedelta(days=7)  # who has just signed up may be about to add another


def consider(proven: Iterable[tuple[str, str]]) -> None:
    """Put down accounts that proved an address on these trust keys; a mailbox provider's is none.

    An account that is down already stays as it is: it is told once.
    """
    accounts = {account for account, key in proven if not (is_exempt(key) or is_trusted(key))}
    put_down(_REASON, ((each, "") for each in accounts), due_at=now() + _SETTLES)


def reconsider(account: str) -> None:
    """Ask once more about an account that had another domain and gave it up."""
    consider([(account, "")])
    untold = DueNotice.objects.filter(account=account, reason=_REASON, told_at=None)
    untold.update(due_at=now() + _SETTLES)
