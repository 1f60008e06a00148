"""Redeems what a capability mail brought: a look at the domain, then lock, ask, and write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import router
from django.db.models import Model, QuerySet

from domainguard import audit
from domainguard.addressbooks.keys import account_of
from domainguard.conf import settings
from domainguard.core.names import NameRefused
from domainguard.gate import Purpose, may_receive
from domainguard.integrations.tokens import read_claims, recovery_tokens
from domainguard.models import AddressStanding, DomainStatus, OutboxMail
from domainguard.models.locking import atomic, lock_standing
from domainguard.services import notify
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.wiring import address_book, now, read_address

_M = TypeVar("_M", bound=Model)
_SECONDS = 5.0
_PROOF_LIVES = timedelta(hours=24)
_HANDED_OVER = (OutboxMail.Status.SENDING, OutboxMail.Status.SENT, OutboxMail.Status.UNCERTAIN)


def look_for(user: Any, token: str | None) -> bool:
    """Look at the domain a token rests on; call it outside any transaction.

    Only a token that is good so far makes us ask the world: anybody else costs us nothing. False
    where nobody could tell now: the token stays good, and may be tried again.
    """
    claims = read_claims(token)
    if claims is None or not recovery_tokens.check_token(user, token):
        return True
    standing = _primary(AddressStanding).get(pk=claims.standing)
    return look_at_moment_of_use(standing, seconds=_SECONDS) is Answer.MAIL


def redeem_token(user: Any, token: str | None, write: Callable[[], object]) -> bool:
    """Write while nothing the gate's answer rests on can change; a token works once.

    The user is read again under the lock: what changed since the page was opened counts.
    """
    claims = read_claims(token)
    if claims is None or not recovery_tokens.check_token(user, token):
        return False
    told = notify.eligible_standings(account_of(user))
    with atomic():
        lock_standing(claims.standing)
        user.refresh_from_db(from_queryset=user._meta.model._base_manager.select_for_update())
        unused = OutboxMail.objects.filter(pk=claims.mail, used_at=None)
        if not recovery_tokens.check_token(user, token) or not unused.update(used_at=now()):
            return False
        write()
        _tell(told, claims.mail)
        standings = _primary(AddressStanding).select_related("mail_domain__trust_key")
        _record(standings.get(pk=claims.standing), claims.epoch)
    return True


def _record(standing: AddressStanding, epoch: int | None) -> None:
    audit.record(
        "recovery_completed",
        at=now(),
        domain=standing.mail_domain.trust_key.domain,
        canonical=standing.canonical,
        account=standing.account,
        epoch=epoch,
    )


def redeem_mail(
    account: str, address: str, purpose: Purpose, write: Callable[[], object]
) -> int | None:
    """Write if a code or link that a library checked came by a mail of ours that still counts.

    Gives that mail's id. It counts once, for this account and address, at the epoch at which it
    was handed over: a reset for TOKEN_LIFE_MINUTES, a proof of an address for 24 h.
    """
    standing = _standing(account, address)
    if standing is None:
        return None
    look_at_moment_of_use(standing, seconds=_SECONDS)
    with atomic():
        _lock(standing, purpose)
        answer = may_receive(standing.pk, purpose)
        unused = _primary(OutboxMail).filter(
            standing=standing,
            purpose=purpose.value,
            status__in=_HANDED_OVER,
            epoch=answer.epoch,
            used_at=None,
            handed_over_at__gte=now() - _life(purpose),
        )
        last = unused.order_by("-pk").values_list("pk", flat=True).first()
        if not answer.admitted or not unused.update(used_at=now()):
            return None
        write()
        if purpose is Purpose.RECOVER:
            _record(standing, answer.epoch)
    return last


def tell_of_change(account: str, mail_id: int) -> None:
    """Tell the account at every eligible address that its password was changed."""
    _tell(notify.eligible_standings(account), mail_id)


def _tell(standings: Iterable[AddressStanding], mail_id: int) -> None:
    for standing in standings:
        notify.tell(standing, letter="changed", key=f"changed:{mail_id}")


def _standing(account: str, address: str) -> AddressStanding | None:
    try:
        canonical = read_address(address).canonical
    except NameRefused:
        return None
    return (
        _primary(AddressStanding)
        .select_related("mail_domain__trust_key")
        .filter(book=address_book().name, account=account, canonical=canonical)
        .first()
    )


def _lock(standing: AddressStanding, purpose: Purpose) -> None:
    if purpose is Purpose.CONFIRM:
        # A proof takes the domain's row for itself; whoever shared it first would wait for ever
        # for another who does the same.
        DomainStatus.objects.select_for_update(no_key=True).get(
            pk=standing.mail_domain.trust_key_id
        )
    lock_standing(standing.pk)


def _primary(model: type[_M]) -> QuerySet[_M]:
    """Read where it is written: a replica may not know the mail that was handed over just now."""
    return model._default_manager.using(router.db_for_write(model))


def _life(purpose: Purpose) -> timedelta:
    if purpose is Purpose.CONFIRM:
        return _PROOF_LIVES
    return timedelta(minutes=settings().token_life_minutes)
