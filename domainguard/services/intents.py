"""Works on what people asked for: finds the accounts, looks at their domains, and then decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from domainguard import audit
from domainguard.addressbooks.base import StoredAddress
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import AddressStanding, Intent, OutboxMail
from domainguard.services import notify
from domainguard.services.addressees import addressees, purpose_of
from domainguard.services.enroll import standing_of
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.wiring import now

LIVES = timedelta(hours=24)
_LEASE = timedelta(minutes=2)
_TRY_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_THEN = timedelta(hours=1)
_PER_HOUR = 3


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
    """Work on the intents that are due; two workers never hold one intent at once."""
    done = Worked()
    for intent in _claim(limit):
        if _work_on(intent):
            done.settled += 1
        else:
            done.waiting += 1
    return done


def _claim(limit: int) -> list[Intent]:
    at = now()
    free = Q(lease_until=None) | Q(lease_until__lt=at)
    due = Intent.objects.filter(free, next_try_at__lte=at).order_by("next_try_at")
    return [
        intent
        for intent in due[:limit]
        if Intent.objects.filter(free, pk=intent.pk, tries=intent.tries).update(
            lease_until=at + _LEASE, tries=intent.tries + 1
        )
    ]


def _work_on(intent: Intent) -> bool:
    if now() >= intent.expires_at:
        return _settle(intent, "died")
    answers = [_answer(intent, stored) for stored in addressees(intent)]
    if Answer.WAIT in answers:
        wait = _TRY_AGAIN[intent.tries] if intent.tries < len(_TRY_AGAIN) else _THEN
        Intent.objects.filter(pk=intent.pk).update(next_try_at=now() + wait, lease_until=None)
        return False
    return _settle(intent, max(answers, default=Answer.REFUSE, key=_weight).value)


def _weight(answer: Answer) -> int:
    return (Answer.REFUSE, Answer.WAIT, Answer.MAIL).index(answer)


def _settle(intent: Intent, outcome: str) -> bool:
    Intent.objects.filter(pk=intent.pk).update(
        outcome=outcome, next_try_at=None, lease_until=None, payload={}
    )
    return True


def _answer(intent: Intent, stored: StoredAddress) -> Answer:
    """Decide one account of an intent by the table of the look at the moment of use."""
    standing = standing_of(stored)
    if standing is None:
        return Answer.REFUSE
    purpose = purpose_of(intent)
    answer = look_at_moment_of_use(standing)
    verdict = may_receive(standing.pk, purpose)
    if answer is Answer.MAIL and verdict.admitted and not _has_had_enough(standing, purpose):
        return _post(intent, standing)
    if answer is Answer.WAIT and verdict.admitted:
        return Answer.WAIT
    _refuse(standing, verdict.reason, purpose)
    return Answer.REFUSE


def _has_had_enough(standing: AddressStanding, purpose: Purpose) -> bool:
    recent = OutboxMail.objects.filter(
        standing=standing,
        purpose=purpose.value,
        created_at__gt=now() - timedelta(hours=1),
    )
    return recent.count() >= _PER_HOUR


def _post(intent: Intent, standing: AddressStanding) -> Answer:
    at = now()
    OutboxMail.objects.get_or_create(
        intent=intent,
        account=standing.account,
        defaults={
            "standing": standing,
            "purpose": purpose_of(intent).value,
            "letter": intent.door,
            "payload": intent.payload,
            "created_at": at,
            "next_try_at": at,
            "expires_at": intent.expires_at,
        },
    )
    return Answer.MAIL


def _refuse(standing: AddressStanding, reason: Reason, purpose: Purpose) -> None:
    domain = standing.mail_domain.trust_key
    audit.record(
        "mail_refused",
        at=now(),
        domain=domain.domain,
        canonical=standing.canonical,
        account=standing.account,
        reason=reason.value,
        epoch=domain.control_epoch,
    )
    if purpose is Purpose.RECOVER and reason in (Reason.HELD, Reason.OLDER_EPOCH):
        key = f"refused:{now().date().isoformat()}"
        notify.tell_others(standing, letter="refused", key=key)
