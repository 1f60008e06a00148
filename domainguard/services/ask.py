"""Answers the plain question of a site's own doors: may this account be recovered by mail now?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from domainguard import audit
from domainguard.addressbooks.base import StoredAddress
from domainguard.addressbooks.keys import account_of
from domainguard.core.names import NameRefused
from domainguard.gate import GateAnswer, Purpose, Reason, may_confirm_new, may_receive
from domainguard.models import AddressStanding
from domainguard.services.enroll import standing_of
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.wiring import address_book, now, read_address

_SECONDS = 5.0
_DISTRUSTED = (Reason.HELD, Reason.OLDER_EPOCH, Reason.NO_MAIL)
_UNKNOWN = GateAnswer(False, Reason.UNKNOWN)


def may_reset(user_or_address: Any, request: HttpRequest | None = None) -> GateAnswer:
    """Look at the domain if the last look is old, then ask the gate; every refusal is audited.

    A user is judged by the address in EMAIL_FIELD, which is the one a site would mail. Text is
    judged by every account that proved it, since anybody may enter it: one refusal refuses. Takes
    5 s at most, and writes what was seen, so the answer's time says something to whoever waits for
    it: ask from a worker, or post by `send_capability_mail`. The request only names its path in
    the audit trail.
    """
    answers = [_judge(stored) for stored in _stored(user_or_address)]
    answer = next((each for each in answers if not each.admitted), None)
    if answer is None:
        return answers[0] if answers else _UNKNOWN
    audit.record(
        "reset_refused",
        at=now(),
        domain=answer.domain,
        reason=answer.reason.value,
        path=request.path if request is not None else "",
    )
    return answer


def may_use_token(user: Any) -> bool:
    """Say whether a token of unknown origin may open this account.

    Nobody knows to which of the addresses it went, so none may be on hold or of an older epoch,
    and one must be good for recovery.
    """
    answers = [_judge(stored) for stored in address_book().addresses_of(account_of(user))]
    lost = (Reason.HELD, Reason.OLDER_EPOCH, Reason.NOBODY_ANSWERED)
    return any(each.admitted for each in answers) and not any(
        each.reason in lost for each in answers
    )


def _stored(user_or_address: Any) -> list[StoredAddress]:
    book = address_book()
    if isinstance(user_or_address, str):
        found = list(book.find(user_or_address))
        return [stored for stored in found if stored.verified] or found
    text = getattr(user_or_address, user_or_address.get_email_field_name(), None)
    own = book.addresses_of(account_of(user_or_address))
    return [stored for stored in own if text and stored.text.lower() == text.lower()]


def _judge(stored: StoredAddress) -> GateAnswer:
    standing = standing_of(stored)
    if standing is None:
        return _UNKNOWN
    looked = look_at_moment_of_use(standing, seconds=_SECONDS)
    answer = may_receive(standing.pk, Purpose.RECOVER)
    if answer.admitted and looked is not Answer.MAIL:
        return GateAnswer(False, Reason.NOBODY_ANSWERED, answer.epoch, answer.domain)
    return answer


def may_be_told(text: str) -> bool:
    """Say whether nothing speaks against a mail without power there, whoever has the address.

    Not even an explanation goes to an address on hold or of an older epoch: a stranger may read it.
    """
    try:
        address = read_address(text)
    except NameRefused:
        return False
    kept = AddressStanding.objects.filter(
        book=address_book().name, canonical=address.canonical, removed_at=None
    )
    known = list(kept.values_list("pk", flat=True))
    if not known:
        return may_confirm_new(address.mail_domain).admitted
    return all(may_receive(pk, Purpose.CONFIRM).reason not in _DISTRUSTED for pk in known)
