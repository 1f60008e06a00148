"""Follows where mail goes: the domains of MX and name server hosts guard an address too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from domainguard.core.evidence import Evidence, SourceClass
from domainguard.core.names import NameRefused, trust_key_of_host
from domainguard.core.verdict import Verdict
from domainguard.models import DomainStatus, MailDependency, MailDomain
from domainguard.services.enroll import domain_row
from domainguard.wiring import policy

MOST = 20


def link(row: DomainStatus, verdict: Verdict, evidence: Iterable[Evidence], at: datetime) -> None:
    """Renew the dependencies of the mail domains at a trust key after a healthy look.

    Depth is two: the hosts of the domain itself, and the name servers of those hosts' domains.
    Where the registry names the name servers, its word counts beside the DNS: whoever has a name
    server's domain answers in the DNS what they like, but cannot change the registry's list.
    """
    if verdict.adverse or not verdict.conclusive:
        return
    registry = sorted(_at_registry(evidence))
    hosts = [*registry, *sorted(verdict.observed.ns or ()), *sorted(verdict.observed.mx or ())]
    for mail_domain in row.mail_domains.filter(name=row.domain):
        set_dependencies(mail_domain, hosts, at, delegation_known=bool(registry))


def set_dependencies(
    mail_domain: MailDomain, hosts: Iterable[str], at: datetime, *, delegation_known: bool = False
) -> None:
    """Let a mail domain depend on the domains of exactly these hosts, and on theirs."""
    own = mail_domain.trust_key.domain
    first = list(islice(_keys(hosts, own), MOST))
    wanted = list(islice(dict.fromkeys([*first, *_keys(_hosts_behind(first), own)]), MOST))
    links = mail_domain.maildependency_set.select_related("domain")
    kept = {each.domain.domain: each for each in links}
    for domain in wanted:
        _depend(mail_domain, domain, kept.get(domain), at, direct=domain in first)
    for domain in kept.keys() - set(wanted):
        _let_go(kept[domain], at, delegation_known=delegation_known)


def _depend(
    mail_domain: MailDomain, domain: str, kept: MailDependency | None, at: datetime, *, direct: bool
) -> None:
    if kept is None:
        MailDependency.objects.get_or_create(
            mail_domain=mail_domain,
            domain=domain_row(domain, at),
            defaults={"first_seen_at": at, "direct": direct},
        )
    elif kept.direct != direct:
        MailDependency.objects.filter(pk=kept.pk).update(direct=direct)


def _let_go(kept: MailDependency, at: datetime, *, delegation_known: bool) -> None:
    """Drop a dependency only where nobody can have hidden it from us.

    Whoever took over a name server's domain points the name elsewhere at once. So what is on hold
    stays unless the registry's own list shows that the owner left it, and what is not must have
    been seen well within a day.
    """
    row = kept.domain
    if row.held:
        if kept.direct and delegation_known:
            kept.delete()
    elif row.last_conclusive_at and at - row.last_conclusive_at <= policy().young_answer:
        kept.delete()
    else:
        # Who holds the row's lock is looking at it now: nobody waits for another's look here.
        free = DomainStatus.objects.select_for_update(skip_locked=True, no_key=True)
        due = list(free.filter(pk=row.pk, next_check_at__gt=at).values_list("pk", flat=True))
        DomainStatus.objects.filter(pk__in=due).update(next_check_at=at)


def _at_registry(evidence: Iterable[Evidence]) -> set[str]:
    return {
        host
        for each in evidence
        if each.speaks and each.source_class is SourceClass.REGISTRY and each.registration
        for host in each.registration.nameservers
    }


def _hosts_behind(domains: list[str]) -> Iterator[str]:
    rows = DomainStatus.objects.filter(domain__in=domains, observed__isnull=False)
    for observed in rows.order_by("domain").values_list("observed", flat=True):
        yield from (observed or {}).get("ns") or ()


def _keys(hosts: Iterable[str], own: str) -> Iterator[str]:
    keys = dict.fromkeys(_key(host) for host in hosts)
    return (key for key in keys if key not in ("", own))


def _key(host: str) -> str:
    try:
        return trust_key_of_host(host)
    except NameRefused:
        return ""
