"""Links with power that are no password resets: invitations, undo links, login confirmations.

A token names the mail that brought it and what it is about. It works once, for 24 h at most, while
the mail's own address may have such a mail at the epoch of its hand-over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.signing import BadSignature, Signer
from django.db import router

from domainguard import audit
from domainguard.conf import settings
from domainguard.gate import GateAnswer, Purpose, Reason, may_receive
from domainguard.models import AddressStanding, OutboxMail
from domainguard.models.locking import atomic, lock_standing
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.wiring import now

_SECONDS = 5.0
_LONGEST = 80
_A_DAY = timedelta(hours=24)
_PURPOSES = (Purpose.RECOVER, Purpose.ACCEPT, Purpose.UNDO, Purpose.CONFIRM)
_HANDED_OVER = (OutboxMail.Status.SENDING, OutboxMail.Status.SENT, OutboxMail.Status.UNCERTAIN)
_REFUSED = GateAnswer(False, Reason.UNKNOWN)


def capability_token(mail: OutboxMail, about: str) -> str:
    """Give the token of a mail that is being written, for what the mail is about.

    `about` is the site's own word for the one thing that the link does, such as "invitation:7".
    """
    if mail.handed_over_at is None:
        raise ValueError("A token is minted when its mail is handed over, not before.")
    return _signer(about).sign(str(mail.pk))


def redeem_capability(
    token: str,
    about: str,
    write: Callable[[], object],
    *,
    first: Callable[[], object] = lambda: None,
) -> GateAnswer:
    """Look at the domain, then lock, ask, and write; the answer says whether it was written.

    Call it outside any transaction. Whatever `write` raises undoes all, and the token stays good.
    `first` takes the locks that `write` needs besides, since locks have an order. The answer's
    reason is for the site's own trail, not for who holds the link.
    """
    mail = _mail(token, about)
    answer = _REFUSED if mail is None else _ask(mail)
    if mail is None or not answer.admitted:
        return answer
    if look_at_moment_of_use(mail.standing, seconds=_SECONDS) is not Answer.MAIL:
        return GateAnswer(False, Reason.NOBODY_ANSWERED)
    with atomic():
        first()
        lock_standing(mail.standing_id)
        answer = _ask(mail)
        unused = OutboxMail.objects.filter(pk=mail.pk, used_at=None)
        if answer.admitted and not unused.update(used_at=now()):
            return _REFUSED
        if answer.admitted:
            write()
            _record(mail)
    return answer


def _mail(token: str, about: str) -> OutboxMail | None:
    """Find the mail that a token names, if it was handed over, is young and was not used."""
    try:
        key = _signer(about).unsign(token[:_LONGEST])
    except BadSignature:
        return None
    # Read where it is written: a replica may not know the mail that was handed over just now.
    mails = OutboxMail.objects.using(router.db_for_write(OutboxMail))
    mail = (
        mails.select_related("standing__mail_domain__trust_key")
        .filter(pk=key, status__in=_HANDED_OVER, purpose__in=_PURPOSES, used_at=None)
        .first()
    )
    return mail if mail is not None and _is_young(mail) else None


def _is_young(mail: OutboxMail) -> bool:
    lives = timedelta(minutes=settings().token_life_minutes)
    longest = min(lives, _A_DAY) if mail.purpose == Purpose.RECOVER else _A_DAY
    return mail.handed_over_at is not None and now() - mail.handed_over_at <= longest


def _ask(mail: OutboxMail) -> GateAnswer:
    answer = may_receive(mail.standing_id, Purpose(mail.purpose))
    if answer.admitted and answer.epoch != mail.epoch:
        return GateAnswer(False, Reason.OLDER_EPOCH, answer.epoch, answer.domain)
    return answer


def _record(mail: OutboxMail) -> None:
    standing: AddressStanding = mail.standing
    audit.record(
        "capability_used",
        at=now(),
        domain=standing.mail_domain.trust_key.domain,
        canonical=standing.canonical,
        account=mail.account,
        letter=mail.letter,
        epoch=mail.epoch,
    )


def _signer(about: str) -> Signer:
    return Signer(salt=f"domainguard.capability:{about}")
