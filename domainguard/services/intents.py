"""Works on what people asked for: finds the accounts, looks at their domains, and then decides."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from domainguard import audit
from domainguard.conf import settings
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import AddressStanding, Intent, OutboxMail
from domainguard.models.again import again
from domainguard.models.locking import atomic
from domainguard.services import limits, notify
from domainguard.services.addressees import addressees, purpose_of
from domainguard.services.enroll import standing_of
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.wiring import now

log = logging.getLogger("domainguard.intents")
LIVES = timedelta(hours=24)
_LEASE = timedelta(minutes=2)
_TRY_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_THEN = timedelta(hours=1)
_LIMITED = "limited"
_SIDE_BY_SIDE = 10


@dataclass(slots=True)
class Worked:
    """How many intents were settled, and how many wait for a better answer."""

    settled: int = 0
    waiting: int = 0


@again
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
    due = _free().filter(next_try_at__lte=at).order_by("next_try_at", "pk")
    for intent in due[:_SIDE_BY_SIDE]:  # other workers may be faster with the first ones
        mine = _free().filter(pk=intent.pk, tries=intent.tries)
        if mine.update(lease_until=at + _LEASE, tries=intent.tries + 1):
            intent.tries += 1
            return intent
    return None


def _free() -> QuerySet[Intent]:
    """Give the intents that wait and that no worker holds."""
    lease = Q(lease_until=None) | Q(lease_until__lt=now())
    return Intent.objects.filter(lease, next_try_at__isnull=False)


def _work_on(intent: Intent) -> bool:
    if _is_of_a_flood(intent):
        return _settle(intent, _LIMITED)
    _speak_for_the_same(intent)
    if now() >= intent.expires_at:
        return _settle(intent, "died")
    purpose, looked = purpose_of(intent), dict[int, Answer]()
    refused, outcome = [], Answer.REFUSE.value
    for standing in filter(None, map(standing_of, addressees(intent))):
        if limits.has_had_enough(standing, purpose, intent):
            outcome = _LIMITED  # and no look: a flood must not use up what registries grant us
            continue
        answer, reason = _judge(standing, purpose, looked)
        if answer is Answer.WAIT:
            return _postpone(intent)
        if answer is Answer.REFUSE:
            refused.append((standing, reason))
        else:
            outcome = Answer.MAIL.value if _post(intent, standing, purpose) else _LIMITED
    for standing, reason in refused:
        _refuse(standing, reason, purpose)
    return _settle(intent, outcome)


def _is_of_a_flood(intent: Intent) -> bool:
    """Say whether a client asks too much, and settle at once what else it asks too much."""
    until = limits.too_much_until(intent)
    if until is None:
        return False
    too_much = _free().filter(client=intent.client, pk__gt=intent.pk, created_at__lt=until)
    too_much.update(**_settled(_LIMITED))
    return True


def _speak_for_the_same(intent: Intent) -> None:
    """Let one intent answer for all who asked for the very same by now; it lives as they would."""
    same = (
        _free()
        .filter(submitted=intent.submitted, door=intent.door, payload=intent.payload)
        .exclude(pk=intent.pk)
    )
    last = same.aggregate(dies=Max("expires_at"))["dies"]
    if last is None:
        return
    intent.expires_at = max(last, intent.expires_at)
    if _mine(intent).update(expires_at=intent.expires_at):
        same.update(**_settled("answered_as_one"))


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
    _mine(intent).update(**_settled(outcome))
    return True


def _settled(outcome: str) -> dict[str, Any]:
    return {"outcome": outcome, "next_try_at": None, "lease_until": None, "payload": {}}


def _mine(intent: Intent) -> QuerySet[Intent]:
    return Intent.objects.filter(pk=intent.pk, tries=intent.tries)


def _post(intent: Intent, standing: AddressStanding, purpose: Purpose) -> bool:
    """Put the mail into the outbox, unless there were enough of them meanwhile."""
    at = now()
    with atomic():
        # The locks make the count true: two intents for one account do not pass here at once.
        locked = AddressStanding.objects.select_for_update(no_key=True).order_by("pk")
        list(locked.filter(book=standing.book, account=standing.account))
        if limits.has_had_enough(standing, purpose, intent):
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
