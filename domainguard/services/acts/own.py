"""Says whether somebody would decide about their own account, or a domain they have mail at."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from domainguard.models import ActTarget, AddressStanding
from domainguard.wiring import address_book

STAFF = "staff:"


def is_own_case(targets: Iterable[ActTarget], by: str) -> bool:
    """Say whether any target is the own account of `by`, or a domain that carries their mail."""
    targets, account = list(targets), by.removeprefix(STAFF)
    if any(each.account == account for each in targets):
        return True
    domains = {each.domain_id for each in targets if not each.account}
    mine = AddressStanding.objects.filter(book=address_book().name, account=account)
    return behind(domains, mine).exists()


def behind(
    domains: Iterable[int], standings: QuerySet[AddressStanding] | None = None
) -> QuerySet[AddressStanding]:
    """Give the present addresses that a hold on one of these domains refuses."""
    keys = list(domains)
    rows = AddressStanding.objects.all() if standings is None else standings
    return rows.filter(
        Q(mail_domain__trust_key__in=keys)
        | Q(mail_domain__trust_key__parent__in=keys)
        | Q(mail_domain__dependencies__in=keys),
        removed_at=None,
    ).distinct()
