"""Forgets what is over: the addresses people typed after a day, requests and mail after a month.

What was decided stays in the audit trail, where an address is a keyed hash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from domainguard.models import DueNotice, Intent, OutboxMail
from domainguard.wiring import now

_A_DAY = timedelta(hours=24)  # nothing asked for lives longer
_A_MONTH = timedelta(days=30)
_TOLD = timedelta(days=400)  # so that a yearly matter comes up once a year
_AT_ONCE = 500
_ROUNDS = 100
_UNDER_WAY = (OutboxMail.Status.PENDING, OutboxMail.Status.SENDING)


def forget() -> int:
    """Forget what is old enough, at most 50,000 rows of a kind; give how many rows it was.

    What still waits is kept, however old: a worker has yet to say what becomes of it.
    """
    acts = (_blank_typed_addresses, _delete_mails, _delete_intents, _delete_told)
    return sum(act() for act in acts)


def _blank_typed_addresses() -> int:
    old = Intent.objects.filter(created_at__lte=now() - _A_DAY, next_try_at=None, submitted__gt="")
    return _in_batches(old, lambda batch: batch.update(submitted=""))


def _delete_mails() -> int:
    old = OutboxMail.objects.filter(created_at__lte=now() - _A_MONTH)
    return _in_batches(old.exclude(status__in=_UNDER_WAY), _delete)


def _delete_intents() -> int:
    mails = OutboxMail.objects.filter(intent=OuterRef("pk"))
    old = Intent.objects.filter(created_at__lte=now() - _A_MONTH, next_try_at=None)
    return _in_batches(old.exclude(Exists(mails)), _delete)


def _delete_told() -> int:
    old = DueNotice.objects.filter(created_at__lte=now() - _TOLD, due_at=None)
    return _in_batches(old, _delete)


def _delete(batch: QuerySet[Any]) -> int:
    return batch.delete()[0]


def _in_batches(old: QuerySet[Any], act: Callable[[QuerySet[Any]], int]) -> int:
    """Act on the oldest first, in short statements, so that nobody waits long for a lock."""
    done = 0
    for _ in range(_ROUNDS):
        keys = list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
        # The condition is asked again: what a worker took up meanwhile is left to it.
        gone = act(old.filter(pk__in=keys))
        done += gone
        if not gone or len(keys) < _AT_ONCE:
            break
    return done
