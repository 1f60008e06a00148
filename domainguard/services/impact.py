"""Weighs what hangs on domains: the accounts behind them, and the domains that depend on them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from django.db.models import Count, Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from domainguard.addressbooks.base import AccountFacts
from domainguard.core.schedule import weight
from domainguard.models import AddressStanding, DomainStatus, MailDependency
from domainguard.models.bulk import update_many
from domainguard.models.locking import atomic
from domainguard.wiring import is_exempt, site_facts

log = logging.getLogger("domainguard.impact")
_ACCOUNTS = 50  # of each domain the oldest; what hangs on these is enough to rank it
_MOST = 2**31 - 1


def renew(rows: Sequence[DomainStatus]) -> None:
    """Write anew what hangs on each row, and how many addresses; it decides nothing.

    A domain is hot when the right to publish hangs on it, or on a domain whose mail runs over it.
    A mailbox provider is hot unweighed: half the accounts may be behind it.
    """
    behind = _accounts_behind(
        row.pk for row in rows if not is_exempt(row.domain, row.exempt_by_staff)
    )
    facts = facts_of({account for accounts in behind.values() for account in accounts})
    carries = _carriers([row.pk for row in rows])
    counted = _addresses_at(row.pk for row in rows)
    for row in rows:
        weights = (weight(*facts[account]) for account in behind.get(row.pk, ()))
        row.impact = min(sum(weights), _MOST)
        row.hot = (
            bool(row.impact) or row.pk in carries or is_exempt(row.domain, row.exempt_by_staff)
        )
        row.addresses = counted.get(row.pk, 0)
    update_many(rows, ["impact", "hot", "addresses"])


def facts_of(accounts: Iterable[str]) -> dict[str, AccountFacts]:
    """Ask the site what each account is worth; where its own code breaks, each counts as one."""
    wanted = sorted(accounts)
    try:
        with atomic():
            return _facts_from_site(wanted)
    except Exception:  # the site's code must not stop the looks
        log.exception("The site could not say what its accounts are worth.")
        return dict.fromkeys(wanted, AccountFacts(1, False, False))


def _facts_from_site(accounts: list[str]) -> dict[str, AccountFacts]:
    site = site_facts()
    many = getattr(site, "facts_of", None)
    if many is not None:
        found = many(accounts)
        return {account: found.get(account, AccountFacts(0, False, False)) for account in accounts}
    return {
        account: AccountFacts(
            site.impact(account), site.sole_owner(account), site.has_second_factor(account)
        )
        for account in accounts
    }


def _accounts_behind(domains: Iterable[int]) -> dict[int, list[str]]:
    turn = Window(
        RowNumber(), partition_by="mail_domain__trust_key_id", order_by=["first_seen_at", "pk"]
    )
    rows = AddressStanding.objects.filter(
        mail_domain__trust_key__in=list(domains), removed_at=None
    ).annotate(turn=turn, key=F("mail_domain__trust_key_id"))
    found: dict[int, list[str]] = {}
    for key, account in rows.filter(turn__lte=_ACCOUNTS).values_list("key", "account"):
        found.setdefault(key, []).append(account)
    return found


def _addresses_at(domains: Iterable[int]) -> dict[int, int]:
    present = AddressStanding.objects.filter(
        mail_domain__trust_key__in=list(domains), removed_at=None
    )
    counted = present.order_by().values("mail_domain__trust_key").annotate(count=Count("pk"))
    return dict(counted.values_list("mail_domain__trust_key", "count"))


def _carriers(domains: list[int]) -> set[int]:
    hot = MailDependency.objects.filter(domain=OuterRef("pk"), mail_domain__trust_key__hot=True)
    return set(
        DomainStatus.objects.filter(Exists(hot), pk__in=domains).values_list("pk", flat=True)
    )
