"""How much is too much within an hour: mails to an address, to an account, requests of a client.

Only workers count. Whoever asks sees the same answer, and costs the same INSERT, at any limit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q

from domainguard.gate import Purpose
from domainguard.models import AddressStanding, Intent, OutboxMail
from domainguard.wiring import now

PER_ADDRESS = 3
PER_ACCOUNT = 6
PER_CLIENT = 30
_WINDOW = timedelta(hours=1)


def has_had_enough(standing: AddressStanding, purpose: Purpose, intent: Intent) -> bool:
    """Say whether an address, or its whole account, had its mails of this purpose for this hour.

    An address that had none gets one whatever went to the others: a flood at an address that its
    owner cannot read any more must not close the way back through those that they can.
    """
    recent = OutboxMail.objects.filter(
        account=standing.account,
        standing__book=standing.book,
        purpose=purpose.value,
        created_at__gt=now() - _WINDOW,
    ).exclude(intent=intent)
    went = recent.aggregate(all=Count("pk"), here=Count("pk", filter=Q(standing=standing)))
    everywhere, here = int(went["all"]), int(went["here"])
    return here >= PER_ADDRESS or (here > 0 and everywhere >= PER_ACCOUNT)


def too_much_until(intent: Intent) -> datetime | None:
    """Give until when whatever an intent's client asks is too much; None while it may ask.

    What was already too much counts too, so a flood ends an hour after its last request.
    """
    if not intent.client:
        return None
    before = Intent.objects.filter(
        client=intent.client, pk__lt=intent.pk, created_at__gt=intent.created_at - _WINDOW
    ).order_by("-pk")
    times = list(before.values_list("created_at", flat=True)[PER_CLIENT - 1 : PER_CLIENT])
    return times[0] + _WINDOW if times else None
