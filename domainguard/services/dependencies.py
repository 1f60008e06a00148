"""Follows where mail goes: the domains of MX and name server hosts guard an address too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Count, F

from domainguard.core.evidence import Evidence, SourceClass
from domainguard.core.names import NameRefused, trust_key_of_host
from domainguard.core.verdict import Verdict
from domainguard.models import DomainStatus, MailDependency, MailDomain
from domainguard.services.trust_keys import domain_rows
from domainguard.wiring import policy

MOST = 20


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts that a mail domain's mail runs over.

    `delegation_known` says that the registry itself named the name servers among them; `is_whole`
    that nobody was silent who could have named more.
    """

    mail_domain: MailDomain
    names: tuple[str, ...]
    delegation_known: bool = False
    is_whole: bool = True


def link(
    looked: Iterable[tuple[DomainStatus, Verdict, Iterable[Evidence]]], *, at: datetime
) -> None:
    """Renew the dependencies of the mail domains at trust keys after healthy looks.

    Depth is two: the hosts of the domain itself, and the name servers of those hosts' domains.
    Where the registry names the name servers, its word counts beside the DNS: whoever has a name
    server's domain answers in the DNS what they like, but cannot change the registry's list.
    """
    healthy = {
        row.domain: (verdict, servers_at_registry(evidence), is_whole(row, verdict))
        for row, verdict, evidence in looked
        if verdict.conclusive and not verdict.adverse
    }
    apexes = MailDomain.objects.filter(name__in=healthy, trust_key__domain=F("name"))
    found = []
    for mail_domain in apexes.select_related("trust_key").order_by("pk"):
        verdict, registry, whole = healthy[mail_domain.name]
        seen = (*sorted(verdict.observed.ns or ()), *sorted(verdict.observed.mx or ()))
        found.append(Hosts(mail_domain, (*registry, *seen), bool(registry), whole))
    set_dependencies(found, at=at)
    _rest_on_their_servers({name: verdict for name, (verdict, *_) in healthy.items()}, at)


def _rest_on_their_servers(healthy: dict[str, Verdict], at: datetime) -> None:
    """Let mail that runs over these domains rest on the domains of their name servers as well.

    A host's domain has its first look after the mail domain that named it, which has its own next
    full look a week later: too long for whoever waits for the second step to fall free.
    """
    direct = MailDependency.objects.filter(direct=True)
    hosts = direct.filter(domain__domain__in=healthy).order_by("domain__domain")
    for host in hosts.values_list("domain__domain", flat=True).distinct():
        over_it = direct.filter(domain__domain=host).values("mail_domain")
        for key in _keys(sorted(healthy[host].observed.ns or ()), host):
            present = MailDependency.objects.filter(domain__domain=key).values("mail_domain")
            lacking = MailDomain.objects.filter(pk__in=over_it).exclude(pk__in=present)
            counted = lacking.exclude(trust_key__domain=key).annotate(n=Count("maildependency"))
            pks = counted.filter(n__lt=MOST).order_by("pk").values_list("pk", flat=True)
            _depend({pk: {key: False} for pk in pks}, defaultdict(dict), at)


def set_dependencies(found: Sequence[Hosts], *, at: datetime) -> None:
    """Let mail domains depend on the domains of exactly these hosts, and on theirs.

    Where the hosts are not the whole of them nothing is let go.
    """
    wanted = _wanted(found)
    links: dict[int, dict[str, MailDependency]] = {each.mail_domain.pk: {} for each in found}
    kept = MailDependency.objects.filter(mail_domain__in=links).select_related("domain")
    for each in kept:
        links[each.mail_domain_id][each.domain.domain] = each
    _depend(wanted, links, at)
    for hosts in (each for each in found if each.is_whole):
        present = links[hosts.mail_domain.pk]
        for domain in present.keys() - wanted[hosts.mail_domain.pk].keys():
            _let_go(present[domain], at, delegation_known=hosts.delegation_known)


def _wanted(found: Sequence[Hosts]) -> dict[int, dict[str, bool]]:
    """Give the domains that each mail domain depends on, and whether directly."""
    first = {
        each.mail_domain.pk: dict.fromkeys(
            islice(_keys(each.names, each.mail_domain.trust_key.domain), MOST), True
        )
        for each in found
    }
    behind = _hosts_behind({domain for direct in first.values() for domain in direct})
    for each in found:
        direct = first[each.mail_domain.pk]
        hosts = [host for domain in sorted(direct) for host in behind.get(domain, ())]
        for domain in _keys(hosts, each.mail_domain.trust_key.domain):
            if len(direct) < MOST:
                direct.setdefault(domain, False)
    return first


def _depend(
    wanted: Mapping[int, Mapping[str, bool]],
    links: Mapping[int, dict[str, MailDependency]],
    at: datetime,
) -> None:
    fresh = [
        (mail_domain, domain, direct)
        for mail_domain, domains in wanted.items()
        for domain, direct in domains.items()
        if domain not in links[mail_domain]
    ]
    rows = domain_rows({domain for _, domain, _ in fresh}, at)
    MailDependency.objects.bulk_create(
        [
            MailDependency(
                mail_domain_id=mail_domain, domain=rows[domain], direct=direct, first_seen_at=at
            )
            for mail_domain, domain, direct in fresh
        ],
        ignore_conflicts=True,  # another look of the same mail domain may have linked it
    )
    for mail_domain, present in links.items():
        for domain, link_ in present.items():
            direct = wanted[mail_domain].get(domain, link_.direct)
            if direct != link_.direct:
                MailDependency.objects.filter(pk=link_.pk).update(direct=direct)


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


def servers_at_registry(evidence: Iterable[Evidence]) -> list[str]:
    """Give the name servers that the registry names, in the order of the alphabet."""
    named = {
        host
        for each in evidence
        if each.speaks and each.source_class is SourceClass.REGISTRY and each.registration
        for host in each.registration.nameservers
    }
    return sorted(named)


def is_whole(row: DomainStatus, verdict: Verdict) -> bool:
    """Say whether a look heard all who name hosts: the DNS, and the registry if there is one."""
    return SourceClass.REGISTRY in verdict.clean or not row.has_registry


def _hosts_behind(domains: Iterable[str]) -> dict[str, list[str]]:
    rows = DomainStatus.objects.filter(domain__in=domains, observed__isnull=False)
    return {
        domain: (observed or {}).get("ns") or []
        for domain, observed in rows.values_list("domain", "observed")
    }


def _keys(hosts: Iterable[str], own: str) -> Iterator[str]:
    keys = dict.fromkeys(_key(host) for host in hosts)
    return (key for key in keys if key not in ("", own))


def _key(host: str) -> str:
    try:
        return trust_key_of_host(host)
    except NameRefused:
        return ""
