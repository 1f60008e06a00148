"""Keeps what DNS says about a mail domain itself, apart from the registration above it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from domainguard import audit
from domainguard.core.early import LASTS
from domainguard.core.evidence import Evidence, Presence, SourceClass
from domainguard.core.names import MailDomain as MailDomainName
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.core.verdict import Verdict
from domainguard.models import DomainStatus, MailDomain
from domainguard.services.dependencies import (
    Hosts,
    is_whole,
    servers_at_registry,
    set_dependencies,
)
from domainguard.wiring import is_exempt, policy

MOST = 20
_LAME_FOR = timedelta(days=7)


def below(trust_keys: Iterable[int]) -> dict[int, list[MailDomainName]]:
    """Give the mail domains below trust keys whose turn it is: of each key the longest unseen."""
    turn = Window(
        RowNumber(),
        partition_by="trust_key_id",
        order_by=[F("last_look_at").asc(nulls_first=True), F("pk").asc()],
    )
    rows = MailDomain.objects.filter(trust_key__in=trust_keys).exclude(name=F("trust_key__domain"))
    found: dict[int, list[MailDomainName]] = {}
    chosen = rows.annotate(turn=turn).filter(turn__lte=MOST).order_by("turn")
    for trust_key, name in chosen.values_list("trust_key_id", "name"):
        found.setdefault(trust_key, []).append(MailDomainName(name))
    return found


def keep_apexes(looked: Iterable[tuple[DomainStatus, Verdict]]) -> None:
    """Take over which trust keys take no mail, where a look was healthy."""
    said = {
        row.domain: Code.NULL_MX in verdict.remarks
        for row, verdict in looked
        if verdict.conclusive and not verdict.adverse
    }
    for null_mx in (True, False):
        names = [name for name, says in said.items() if says is null_mx]
        wrong = MailDomain.objects.filter(name__in=names, null_mx=not null_mx)
        wrong.filter(trust_key__domain=F("name")).update(null_mx=null_mx)


def keep(
    row: DomainStatus,
    below: Iterable[Evidence],
    verdict: Verdict,
    evidence: Iterable[Evidence],
    *,
    at: datetime,
) -> None:
    """Take over what one look, with this evidence of a trust key, showed `below` it."""
    if not (below := list(below)):
        return
    names = {each.domain: each for each in below}
    in_dns = sorted(verdict.observed.ns or (row.fingerprint or {}).get("ns") or ())
    above = _Above((*servers_at_registry(evidence), *in_dns), is_whole(row, verdict))
    for mail_domain in row.mail_domains.filter(name__in=names):
        mail_domain.last_look_at = at
        _keep_one(mail_domain, names[mail_domain.name], above, at)
        mail_domain.save()


@dataclass(frozen=True, slots=True)
class _Above:
    """The name servers of a trust key, and whether nobody was silent who could name more."""

    servers: tuple[str, ...]
    is_whole: bool


def _keep_one(mail_domain: MailDomain, evidence: Evidence, above: _Above, at: datetime) -> None:
    seen, key = evidence.delegation, mail_domain.trust_key
    if is_exempt(key.domain, key.exempt_by_staff):
        return
    if evidence.lame:
        _wait_for_a_week(mail_domain, at)
    if not evidence.speaks or seen is None:
        return
    if seen.presence is Presence.NXDOMAIN:
        _hold(mail_domain, Code.UNDELEGATED, at)
        return
    mail_domain.null_mx = seen.null_mx
    _clear(mail_domain, at)
    # Whoever answers for the domain above answers for its mail domains too.
    hosts = (*above.servers, *sorted(seen.ns), *sorted(seen.mx))
    set_dependencies([Hosts(mail_domain, hosts, is_whole=above.is_whole)], at=at)


def _wait_for_a_week(mail_domain: MailDomain, at: datetime) -> None:
    # Many a delegation is lame for a while; whoever registers a dead server's domain answers next.
    mail_domain.absent_since = mail_domain.absent_since or at
    if at - mail_domain.absent_since > _LAME_FOR:
        _hold(mail_domain, Code.LAME, at)


def _hold(mail_domain: MailDomain, code: Code, at: datetime) -> None:
    mail_domain.clean_since = None
    mail_domain.absent_since = mail_domain.absent_since or at
    if not mail_domain.holds:
        hold = Hold(HoldClass.UNDELEGATED, code, at, frozenset({SourceClass.DNS}))
        mail_domain.holds = [hold_as_json(hold)]
        mail_domain.warn_at = at + LASTS
        audit.record("mail_domain_hold", at=at, domain=mail_domain.name)


def _clear(mail_domain: MailDomain, at: datetime) -> None:
    if not mail_domain.holds:
        mail_domain.absent_since = None
        return
    mail_domain.clean_since = mail_domain.clean_since or at
    if at - mail_domain.clean_since >= policy().apart:
        mail_domain.holds, mail_domain.absent_since, mail_domain.clean_since = [], None, None
        mail_domain.warn_at = None
        audit.record("mail_domain_release", at=at, domain=mail_domain.name)
