"""Follows where mail goes: the domains of MX and name server hosts guard an address too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from domainguard.core.names import NameRefused, trust_key_of_host
from domainguard.core.verdict import Verdict
from domainguard.models import DomainStatus, MailDependency, MailDomain
from domainguard.services.enroll import domain_row

MOST = 20


def link(row: DomainStatus, verdict: Verdict, at: datetime) -> None:
    """Renew the dependencies of the mail domains at a trust key after a healthy look.

    Depth is two: the hosts of the domain itself, and the name servers of those hosts' domains.
    """
    if verdict.adverse or not verdict.conclusive:
        return
    hosts = [*sorted(verdict.observed.mx or ()), *sorted(verdict.observed.ns or ())]
    for mail_domain in row.mail_domains.filter(name=row.domain):
        set_dependencies(mail_domain, hosts, at)


def set_dependencies(mail_domain: MailDomain, hosts: Iterable[str], at: datetime) -> None:
    """Let a mail domain depend on the domains of exactly these hosts, and on theirs."""
    own = mail_domain.trust_key.domain
    wanted = list(islice(_unique(_closure(hosts, own)), MOST))
    kept = dict(mail_domain.maildependency_set.values_list("domain__domain", "pk"))
    for domain in wanted:
        if domain not in kept:
            MailDependency.objects.get_or_create(
                mail_domain=mail_domain,
                domain=domain_row(domain, at),
                defaults={"first_seen_at": at},
            )
    gone = [pk for domain, pk in kept.items() if domain not in wanted]
    if gone:
        MailDependency.objects.filter(pk__in=gone).delete()


def _closure(hosts: Iterable[str], own: str) -> Iterator[str]:
    first = list(_unique(key for host in hosts if (key := _key(host)) not in (None, own)))
    yield from first
    rows = DomainStatus.objects.filter(domain__in=first, observed__isnull=False)
    for observed in rows.order_by("domain").values_list("observed", flat=True):
        for host in (observed or {}).get("ns") or ():
            if (key := _key(host)) not in (None, own):
                yield key


def _key(host: str) -> str:
    try:
        return trust_key_of_host(host)
    except NameRefused:
        return ""


def _unique(names: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(name for name in names if name))
