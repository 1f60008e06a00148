"""The look at the moment of use: sweeps warn people, this is what safety rests on."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.db.models import Q

from domainguard.core.evidence import Outcome, SourceClass
from domainguard.models import AddressStanding, DomainStatus, MailDomain
from domainguard.services import check
from domainguard.sources.base import Deadline
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

    So for the domains its mail runs over that no sweep has seen for a day. MAIL leaves the word to
    the gate, which knows by now what was seen.
    """
    deadline = Deadline.after(seconds)
    mail_domain = MailDomain.objects.select_related("trust_key").get(pk=standing.mail_domain_id)
    row = mail_domain.trust_key
    if is_trusted(mail_domain.name) or is_exempt(row.domain, row.exempt_by_staff):
        return Answer.MAIL
    answer = Answer.MAIL if _is_fresh(mail_domain) else _look(row, mail_domain.name, deadline)
    return _look_at_hosts(mail_domain, deadline) if answer is Answer.MAIL else answer


def _look_at_hosts(mail_domain: MailDomain, deadline: Deadline) -> Answer:
    """Look at what mail rests on, where the sweeps are behind; one left unseen lets it wait."""
    since = now() - policy().young_answer
    seen = Q(last_conclusive_at__gte=since) | Q(triaged_at__gte=since)
    known = mail_domain.dependencies.filter(baseline_at__isnull=False, held=False)
    for row in known.exclude(seen).order_by("pk"):
        if is_trusted(row.domain) or is_exempt(row.domain, row.exempt_by_staff):
            continue
        answer = _look(row, row.domain, deadline)
        if answer is not Answer.MAIL:
            return answer
    return Answer.MAIL


def _look(row: DomainStatus, mail_domain: str, deadline: Deadline) -> Answer:
    if _was_silent_just_now(row):
        return _unanswered(row)
    looked = _look_alone(row, mail_domain, deadline.remaining()) if deadline.remaining() else None
    if looked is None:
        return Answer.WAIT
    row, verdict = looked.row, looked.verdict
    if verdict is not None and verdict.adverse:
        # A hold that began at a known time spares who verified after it; only the gate can tell.
        return Answer.MAIL if row.held else Answer.REFUSE
    if verdict is not None and verdict.conclusive:
        return Answer.MAIL
    return _unanswered(row)


def _look_alone(row: DomainStatus, mail_domain: str, seconds: float) -> check.Looked | None:
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
            row.domain, purpose=check.RESET, seconds=seconds, mail_domain=mail_domain
        )
    finally:
        mine.update(asked_until=None)


def _unanswered(row: DomainStatus) -> Answer:
    # Nobody who could know answered: a young conclusive answer with nothing against it since is
    # good enough. New hosts that no registry explains may be a buyer's.
    young = check.is_young(row.last_conclusive_at, policy().young_answer)
    good = young and not row.refuses(now()) and not _has_new_hosts(row)
    return Answer.MAIL if good else Answer.WAIT


def _has_new_hosts(row: DomainStatus) -> bool:
    """Say whether the last look saw other name servers or mail hosts than those we know."""
    of_dns = Q(source_class=SourceClass.DNS.value, outcome=Outcome.ANSWERED.value)
    looks = row.observations.filter(of_dns, at=row.last_look_at).values_list("evidence", flat=True)
    seen = [each["delegation"] for each in looks if each["domain"] == row.domain]
    known = row.fingerprint or {}
    return any(
        known.get(hosts) is not None and each[hosts] != known[hosts]
        for each in seen
        if each
        for hosts in ("ns", "mx")
    )


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
