"""Makes and locks the rows of trust keys and of the mail domains below them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domainguard.core.names import PSL_VERSION, DomainName, RegistrableDomain
from domainguard.models import DomainStatus, MailDomain
from domainguard.wiring import is_trusted, registry_sources_for


def locked(trust_key: int) -> DomainStatus:
    """Lock a domain's row until the transaction ends; others may still point to it."""
    return DomainStatus.objects.select_for_update(no_key=True).get(pk=trust_key)


def locked_all(trust_keys: Iterable[int]) -> list[DomainStatus]:
    """Lock the rows of domains in the order of their keys, which is the order of all locks."""
    rows = DomainStatus.objects.select_for_update(no_key=True).filter(pk__in=list(trust_keys))
    return list(rows.order_by("pk"))


def mail_domain_row(name: DomainName, at: datetime) -> MailDomain:
    """Give the row of a mail domain, making it and its trust key when they are new."""
    return mail_domain_rows([name], at)[name.mail_domain]


def mail_domain_rows(names: Iterable[DomainName], at: datetime) -> dict[str, MailDomain]:
    """Give the rows of mail domains, made with their trust keys where they are new."""
    wanted = {name.mail_domain: name for name in names}
    rows = _mail_domains(wanted)
    new = {word: wanted[word] for word in sorted(wanted.keys() - rows.keys())}
    if not new:
        return rows
    parents = domain_rows((name.parent for name in new.values() if name.parent), at)
    keys = domain_rows((name.trust_key for name in new.values() if not name.parent), at)
    for name in new.values():
        if name.parent:
            keys[name.trust_key] = domain_row(name.trust_key, at, parent=parents[name.parent])
    MailDomain.objects.bulk_create(
        [MailDomain(name=word, trust_key=keys[name.trust_key]) for word, name in new.items()],
        ignore_conflicts=True,
    )
    return rows | _mail_domains(new)


def _mail_domains(names: Iterable[str]) -> dict[str, MailDomain]:
    rows = MailDomain.objects.select_related("trust_key").filter(name__in=list(names))
    return {row.name: row for row in rows}


def domain_row(domain: str, at: datetime, *, parent: DomainStatus | None = None) -> DomainStatus:
    """Give the row of a trust key, due for its first look when it is new."""
    return domain_rows([domain], at, parent=parent)[domain]


def domain_rows(
    domains: Iterable[str], at: datetime, *, parent: DomainStatus | None = None
) -> dict[str, DomainStatus]:
    """Give the rows of trust keys, made where they are new and due for their first look.

    New ones are made in the order of their names, so that two who make the same do not deadlock.
    """
    wanted = sorted(set(domains))
    rows = DomainStatus.objects.filter(domain__in=wanted).in_bulk(field_name="domain")
    new = [_new_domain(domain, at, parent) for domain in wanted if domain not in rows]
    if new:
        DomainStatus.objects.bulk_create(new, ignore_conflicts=True)
        made = DomainStatus.objects.filter(domain__in=[row.domain for row in new])
        rows |= made.in_bulk(field_name="domain")
    return rows


def _new_domain(domain: str, at: datetime, parent: DomainStatus | None) -> DomainStatus:
    # Below a private suffix the registry sees only the operator, so DNS alone speaks.
    observed = parent is None and bool(registry_sources_for(RegistrableDomain(domain)))
    return DomainStatus(
        domain=domain,
        parent=parent,
        psl_version=PSL_VERSION,
        has_registry=observed and not is_trusted(domain),
        next_check_at=at,
        created_at=at,
    )
