"""The look at the moment of use: sweeps warn people, this is what safety rests on."""

from __future__ import annotations

from enum import StrEnum

from domainguard.models import AddressStanding
from domainguard.services import check
from domainguard.wiring import is_exempt, is_trusted, now, policy


class Answer(StrEnum):
    """What a fresh look allows: the mail, no mail, or no decision yet."""

    MAIL = "mail"
    REFUSE = "refuse"
    WAIT = "wait"


def look_at_moment_of_use(standing: AddressStanding, *, seconds: float = 10.0) -> Answer:
    """Take a fresh look at an address's domain unless there is one; say what it allows."""
    row = standing.mail_domain.trust_key
    row.refresh_from_db()
    if is_trusted(row.domain) or is_exempt(row.domain) or check.is_fresh(row):
        return Answer.MAIL
    looked = check.look_now(row.domain, purpose=check.RESET, seconds=seconds)
    if looked.verdict is None or looked.verdict.adverse:
        return Answer.REFUSE
    if looked.verdict.conclusive:
        return Answer.MAIL
    # Nobody answered: a young conclusive answer with nothing adverse since is good enough.
    at = looked.row.last_conclusive_at
    is_young = at is not None and now() - at <= policy().young_answer
    return Answer.MAIL if is_young and not looked.row.held else Answer.WAIT
