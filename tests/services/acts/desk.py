"""What the tests of acts share: colleagues, lost accounts, and orders as pages give them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from domainguard.models import ActTarget, Deverification, DomainStatus, ReviewCase, StaffAct
from domainguard.services.acts import propose
from domainguard.services.enforce import enforce
from tests.services.rows import Site

ANN, BEN = "staff:9001", "staff:9002"
_pages = count(1)


def lost(
    site: Site, name: str = "ada", domain: str = "mill-lane.org", *more: str
) -> Deverification:
    """Give an account whose domain lapsed; its other addresses are in order."""
    site.person(name, f"{name}@{domain}", *more)
    site.corroborate(domain)
    enforce()
    return Deverification.objects.get(standing__canonical=f"{name}@{domain}")


def lost_together(site: Site, number: int, domain: str = "mill-lane.org") -> list[Deverification]:
    """Give several accounts of one domain that lapsed."""
    for each in range(number):
        site.person(f"p{each}", f"p{each}@{domain}")
    site.corroborate(domain)
    enforce()
    return list(Deverification.objects.filter(bump__domain__domain=domain).order_by("pk"))


def renewed(site: Site, domain: str = "mill-lane.org") -> None:
    """Let the owner renew: no hold, and everything is seen as it was before the lapse."""
    row = DomainStatus.objects.get(domain=domain)
    row.holds, row.held, row.episodes, row.state = [], False, [], "active"
    row.observed, row.wants_bump = row.fingerprint, False
    row.last_conclusive_at = row.last_look_at = site.now()
    row.save()


def order(kind: str, rows: Iterable[Any], *, by: str = ANN, **said: Any) -> StaffAct:
    """Ask for an act as a confirmation page does."""
    keys = [row.pk for row in rows]
    key = said.pop("key", f"page-{next(_pages)}")
    reason = said.pop("reason", "The owner wrote from another address.")
    return propose.propose(propose.Order(kind, keys, by, reason, key, said))


def outcomes(act: StaffAct) -> list[str]:
    """Give what came of each target."""
    return [each.outcome for each in ActTarget.objects.filter(act=act)]


def stopped(site: Site, *domains: str) -> list[ReviewCase]:
    """Give cases of the breaker about lapsed domains, each with one account."""
    cases = []
    for number, domain in enumerate(domains):
        site.person(f"s{number}", f"s{number}@{domain}")
        row = site.corroborate(domain)
        row.under_review = True
        row.save()
        cases.append(
            ReviewCase.objects.create(
                kind=ReviewCase.Kind.BREAKER,
                domain=row,
                opened_at=site.now(),
                reason="Too many.",
                detail={"source": "rdap", "group": "tld:org"},
            )
        )
    return cases


def later(site: Site, **by: float) -> None:
    """Let time pass."""
    site.pass_time(timedelta(**by))
