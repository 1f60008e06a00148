"""Keeps what DNS says about a mail domain itself, apart from the registration above it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domainguard.core.evidence import Evidence, Presence, SourceClass
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.core.verdict import Verdict
from domainguard.models import DomainStatus, MailDomain
from domainguard.services.dependencies import set_dependencies
from domainguard.wiring import is_exempt, policy


def keep(row: DomainStatus, below: Iterable[Evidence], verdict: Verdict, *, at: datetime) -> None:
    """Take over what one look showed of the mail domains at this trust key."""
    apex = row.mail_domains.filter(name=row.domain)
    if verdict.conclusive and not verdict.adverse:
        apex.update(null_mx=Code.NULL_MX in verdict.remarks)
    names = {evidence.domain: evidence for evidence in below}
    for mail_domain in row.mail_domains.filter(name__in=names):
        _keep_one(mail_domain, names[mail_domain.name], at)


def _keep_one(mail_domain: MailDomain, evidence: Evidence, at: datetime) -> None:
    seen = evidence.delegation
    if not evidence.speaks or seen is None or is_exempt(mail_domain.trust_key.domain):
        return
    mail_domain.last_look_at = at
    if seen.presence is Presence.NXDOMAIN:
        _hold(mail_domain, at)
    else:
        mail_domain.null_mx = seen.null_mx
        _clear(mail_domain, at)
        set_dependencies(mail_domain, sorted(seen.mx | seen.ns), at)
    mail_domain.save()


def _hold(mail_domain: MailDomain, at: datetime) -> None:
    mail_domain.clean_since = None
    if not mail_domain.holds:
        mail_domain.absent_since = at
        hold = Hold(HoldClass.UNDELEGATED, Code.UNDELEGATED, at, frozenset({SourceClass.DNS}))
        mail_domain.holds = [hold_as_json(hold)]


def _clear(mail_domain: MailDomain, at: datetime) -> None:
    if not mail_domain.holds:
        return
    mail_domain.clean_since = mail_domain.clean_since or at
    if at - mail_domain.clean_since >= policy().apart:
        mail_domain.holds, mail_domain.absent_since, mail_domain.clean_since = [], None, None
