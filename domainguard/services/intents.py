"""Works on what people asked for: finds the accounts, looks at their domains, and then decides."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from domainguard import audit
from domainguard.conf import settings
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import AddressStanding, Intent, OutboxMail
from domainguard.services import notify
from domainguard.services.addressees import addressees, purpose_of
from domainguard.services.enroll import standing_of
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.wiring import now

log = logging.getLogger("domainguard.intents")
LIVES = timedelta(hours=24)
_LEASE = timedelta(minutes=2)
_TRY_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_THEN = timedelta(hours=1)
_PER_HOUR = 3
_ENOUGH = "enough_for_this_hour"
_SIDE_BY_SIDE = 10


@dataclass(slots=True)
class Worked:
    """How many intents were settled, and how many wait for a better answer."""

    settled: int = 0
    waiting: int = 0


def store(
    *,
    door: str,
    text: str,
    client: str = "",
    payload: Mapping[str, Any] | None = None,
    lives: timedelta = LIVES,
) -> Intent:
    """Store one request: the same single INSERT for everybody, and nothing else."""
    at = now()
    return Intent.objects.create(
        door=door,
        submitted=text[:320],
        client=client[:64],
        payload=dict(payload or {}),
        created_at=at,
        next_try_at=at,
        expires_at=at + lives,
    )


def work(limit: int = 100) -> Worked:
    """Work on the intents that are due; two workers never hold one intent at once.

    One that breaks is tried again later, and delays no other.
    """
    done = Worked()
    for _ in range(limit):
        intent = _claim()
        if intent is None:
            break
        try:
            is_settled = _work_on(intent)
        except Exception:
            log.exception("Intent %s could not be worked on.", intent.pk)
            is_settled = _postpone(intent)
        done.settled += is_settled
        done.waiting += not is_settled
    return done


def _claim() -> Intent | None:
    """Lease the intent that waits longest; its `tries` fences off whoever outlives a lease."""
    at = now()
    free = Q(lease_until=None) | Q(lease_until__lt=at)
    due = Intent.objects.filter(free, next_try_at__lte=at).order_by("next_try_at", "pk")
    for intent in due[:_SIDE_BY_SIDE]:  # other workers may be faster with the first ones
        mine = Intent.objects.filter(free, pk=intent.pk, tries=intent.tries)
        if mine.update(lease_until=at + _LEASE, tries=intent.tries + 1):
            intent.tries += 1
            return intent
    return None


def _work_on(intent: Intent) -> bool:
    if now() >= intent.expires_at:
        return _settle(intent, "died")
    purpose, looked = purpose_of(intent), dict[int, Answer]()
    refused, outcome = [], Answer.REFUSE
    for standing in filter(None, map(standing_of, addressees(intent))):
        answer, reason = _judge(standing, purpose, looked)
        if answer is Answer.WAIT:
            return _postpone(intent)
        if answer is Answer.REFUSE:
            refused.append((standing, reason))
        elif _post(intent, standing, purpose):
            outcome = Answer.MAIL
        else:
            refused.append((standing, _ENOUGH))
    for standing, reason in refused:
        _refuse(standing, reason, purpose)
    return _settle(intent, outcome.value)


def _judge(
    standing: AddressStanding, purpose: Purpose, looked: dict[int, Answer]
) -> tuple[Answer, str]:
    """Decide one account of an intent by the table of the look at the moment of use.

    Accounts at one mail domain share one look.
    """
    place = standing.mail_domain_id
    if place not in looked:
        looked[place] = look_at_moment_of_use(standing)
    gate = may_receive(standing.pk, purpose)
    if not gate.admitted:
        return Answer.REFUSE, gate.reason
    return looked[place], Reason.HELD  # an adverse look that came too late to be kept


def _postpone(intent: Intent) -> bool:
    wait = _TRY_AGAIN[intent.tries - 1] if intent.tries <= len(_TRY_AGAIN) else _THEN
    _mine(intent).update(next_try_at=now() + wait, lease_until=None)
    return False


def _settle(intent: Intent, outcome: str) -> bool:
    _mine(intent).update(outcome=outcome, next_try_at=None, lease_until=None, payload={})
    return True


def _mine(intent: Intent) -> QuerySet[Intent]:
    return Intent.objects.filter(pk=intent.pk, tries=intent.tries)


def _post(intent: Intent, standing: AddressStanding, purpose: Purpose) -> bool:
    """Put the mail into the outbox, unless this address has had enough of them for this hour."""
    at = now()
    with transaction.atomic():
        # The lock makes the count true: two intents for one address are not worked on at once.
        AddressStanding.objects.select_for_update(no_key=True).get(pk=standing.pk)
        recent = OutboxMail.objects.filter(
            standing=standing, purpose=purpose.value, created_at__gt=at - timedelta(hours=1)
        )
        if recent.exclude(intent=intent).count() >= _PER_HOUR:
            return False
        OutboxMail.objects.get_or_create(
            intent=intent,
            account=standing.account,
            defaults={
                "standing": standing,
                "purpose": purpose.value,
                "letter": intent.door,
                "payload": intent.payload,
                "created_at": at,
                "next_try_at": at,
                "expires_at": intent.expires_at,
            },
        )
    return True


def _refuse(standing: AddressStanding, reason: str, purpose: Purpose) -> None:
    domain = standing.mail_domain.trust_key
    audit.record(
        "mail_refused",
        at=now(),
        domain=domain.domain,
        canonical=standing.canonical,
        account=standing.account,
        reason=str(reason),
        epoch=domain.control_epoch,
    )
    told = purpose is Purpose.RECOVER and settings().enforces
    if told and reason in (Reason.HELD, Reason.OLDER_EPOCH):
        key = f"refused:{now().date().isoformat()}"
        notify.tell_others(standing, letter="refused", key=key)
