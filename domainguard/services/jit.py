"""The look at the moment of use: sweeps warn people, this is what safety rests on."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.db.models import Q

from domainguard.models import AddressStanding, DomainStatus, MailDomain
from domainguard.services import check
from domainguard.wiring import is_exempt, is_trusted, now, policy

_LEFT_ALONE = timedelta(seconds=55)  # less than any wait for a second try
_SLACK = timedelta(seconds=5)  # to write down what was seen


class Answer(StrEnum):
    """What a fresh look allows: the mail, no mail, or no decision yet."""

    MAIL = "mail"
    REFUSE = "refuse"
    WAIT = "wait"


def look_at_moment_of_use(standing: AddressStanding, *, seconds: float = 10.0) -> Answer:
    """Take a fresh look at an address's domain unless there is one; say what it allows.

    MAIL leaves the word to the gate, which knows by now what was seen.
    """
    mail_domain = MailDomain.objects.select_related("trust_key").get(pk=standing.mail_domain_id)
    row = mail_domain.trust_key
    if (
        is_trusted(mail_domain.name)
        or is_exempt(row.domain, row.exempt_by_staff)
        or _is_fresh(mail_domain)
    ):
        return Answer.MAIL
    if _was_silent_just_now(row):
        return _unanswered(row)
    looked = _look_alone(row, mail_domain, seconds)
    if looked is None:
        return Answer.WAIT
    row, verdict = looked.row, looked.verdict
    if verdict is not None and verdict.adverse:
        # A hold that began at a known time spares who verified after it; only the gate can tell.
        return Answer.MAIL if row.held else Answer.REFUSE
    if verdict is not None and verdict.conclusive:
        return Answer.MAIL
    return _unanswered(row)


def _look_alone(row: DomainStatus, mail_domain: MailDomain, seconds: float) -> check.Looked | None:
    """Look, unless somebody is asking for another request: one look a domain is in flight.

    A look that was cut off stands in nobody's way for longer than it could have taken.
    """
    at = now()
    mine = DomainStatus.objects.filter(pk=row.pk)
    free = mine.filter(Q(asked_until=None) | Q(asked_until__lt=at))
    if not free.update(asked_until=at + timedelta(seconds=seconds) + _SLACK):
        return None
    try:
        return check.look_now(
            row.domain, purpose=check.RESET, seconds=seconds, mail_domain=mail_domain.name
        )
    finally:
        mine.update(asked_until=None)


def _unanswered(row: DomainStatus) -> Answer:
    # Nobody answered: a young conclusive answer with nothing adverse since is good enough.
    young = check.is_young(row.last_conclusive_at, policy().young_answer)
    at = now()
    is_held = any(not hold.is_waived(at) for hold in row.active_holds)
    return Answer.MAIL if young and not is_held else Answer.WAIT


def _was_silent_just_now(row: DomainStatus) -> bool:
    # Many requests may wait for one domain; asking for each would burn what a registry grants us.
    return row.silent > 0 and check.is_young(row.last_look_at, _LEFT_ALONE)


def _is_fresh(mail_domain: MailDomain) -> bool:
    row = mail_domain.trust_key
    if mail_domain.name != row.domain and not check.is_young(
        mail_domain.last_look_at, policy().fresh_for
    ):
        return False
    return check.is_fresh(row)
