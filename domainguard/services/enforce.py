"""Raises epochs where the core asks for it, and carries each rise out, once per address."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from domainguard import audit
from domainguard.core.breaker import Traffic, Wish, groups_of, rule
from domainguard.core.fingerprint import SLACK
from domainguard.core.policy import Corroboration, bumped, corroborate
from domainguard.core.reasons import SENTENCES, heaviest
from domainguard.core.record import look_as_json
from domainguard.models import (
    AddressStanding,
    Automation,
    DomainStatus,
    EpochBump,
    ReviewCase,
)
from domainguard.services import cases, projection
from domainguard.wiring import is_exempt, now, policy, site_facts

log = logging.getLogger("domainguard.enforce")
_OF_AGE = timedelta(days=90)


@dataclass(slots=True)
class Enforced:
    """How many domains were bumped or stopped, and addresses de-verified or restored."""

    bumped: int = 0
    stopped: int = 0
    deverified: int = 0
    restored: int = 0


def enforce() -> Enforced:
    """Bump what is corroborated and within the breaker's limits, then carry everything out.

    Nothing happens while automation is paused. Stopping anywhere and calling again is safe.
    """
    done = Enforced()
    if Automation.is_paused():
        return done
    if _candidates().exists():
        _decide(done)
    done.deverified, done.restored = projection.carry_out()
    return done


def _decide(done: Enforced) -> None:
    """Stop or bump, domain by domain, what is corroborated.

    One decider at a time, or two would each use up the breaker's whole budget; the kill switch is
    a write to the same row, so nothing is decided once it is pulled.
    """
    with transaction.atomic():
        at = now()
        switch, _ = Automation.objects.select_for_update().get_or_create(
            pk=1, defaults={"since": at, "by": audit.AUTOMATION}
        )
        if switch.paused:
            return
        wanted = {row.domain: (row, why) for row, why in _corroborated()}
        wishes = [_wish(row, why) for row, why in wanted.values()]
        stopped = {wish.domain: group for wish, group in rule(wishes, _traffic(wanted)).stopped}
        for wish in wishes:  # in the order of their keys, which is the order of all locks
            row, _ = wanted[wish.domain]
            if wish.domain in stopped:
                done.stopped += _stop(row, stopped[wish.domain])
            else:
                done.bumped += _bump(row, counts=wish.counts)


def _candidates() -> QuerySet[DomainStatus]:
    return DomainStatus.objects.filter(wants_bump=True, under_review=False).order_by("pk")


def _corroborated() -> Iterable[tuple[DomainStatus, Corroboration]]:
    for row in _candidates():
        try:
            why = corroborate(row.record(exempt=is_exempt(row.domain)), policy())
        except (KeyError, ValueError):  # written by another release: no other domain waits for it
            log.exception("The adverse looks of a domain could not be read (row %s).", row.pk)
            continue
        if why is not None:
            yield row, why


def _wish(row: DomainStatus, why: Corroboration) -> Wish:
    return Wish(row.domain, row.tld, _source(why), counts=_has_accounts_that_count(row))


def _source(why: Corroboration) -> str:
    return min(signal.source for signal in why.signals if signal.source_class == "registry")


def _has_accounts_that_count(row: DomainStatus) -> bool:
    # Accounts made up for the purpose are young and own nothing: they use up no budget.
    standings = AddressStanding.objects.filter(mail_domain__trust_key=row)
    if standings.filter(first_seen_at__lte=now() - _OF_AGE).exists():
        return True
    accounts = standings.values_list("account", flat=True)[:50]
    try:
        with transaction.atomic():
            return any(site_facts().impact(account) > 0 for account in accounts)
    except Exception:  # the site's own code; where it cannot say, the budget is used
        log.exception("The site could not say what hangs on a domain (row %s).", row.pk)
        return True


def _traffic(wanted: dict[str, tuple[DomainStatus, Corroboration]]) -> Traffic:
    domains: Counter[str] = Counter(sweep=DomainStatus.objects.count())
    observed = DomainStatus.objects.filter(has_registry=True).count()
    for tld in {row.tld for row, _ in wanted.values()}:
        domains[f"tld:{tld}"] = DomainStatus.objects.filter(domain__endswith=f".{tld}").count()
    for source in {_source(why) for _, why in wanted.values()}:
        domains[f"source:{source}"] = observed
    recent = EpochBump.objects.filter(at__gt=now() - timedelta(hours=24)).select_related("domain")
    past: Counter[str] = Counter()
    for bump in recent:
        if bump.evidence.get("counts", True):
            wish = Wish(bump.domain.domain, bump.domain.tld, bump.evidence["source"])
            past.update(groups_of(wish))
    return Traffic(domains, past)


def _stop(row: DomainStatus, group: str) -> bool:
    reason = f"Automation wanted to raise more epochs than the limit of {group} allows."
    with transaction.atomic():
        cases.take_over(row)
        return cases.open_case(ReviewCase.Kind.BREAKER, row, reason=reason, at=now(), group=group)


def _bump(row: DomainStatus, *, counts: bool) -> bool:
    """Raise one domain's epoch in one commit; addresses verified after the change come along."""
    with transaction.atomic():
        row = DomainStatus.objects.select_for_update(no_key=True).get(pk=row.pk)
        record = row.record(exempt=is_exempt(row.domain))
        why = corroborate(record, policy())
        if why is None:
            return False
        bump = _write_bump(row, why, counts=counts)
        row.keep(bumped(record, why))
        row.wants_bump = corroborate(row.record(), policy()) is not None
        row.save()
        if why.t0 is not None:
            _carry_along(row, why.t0)
        audit.record(
            "epoch_raised",
            at=bump.at,
            domain=row.domain,
            epoch=bump.epoch,
            cause=bump.cause,
            sentence=bump.sentence,
        )
    return True


def _write_bump(row: DomainStatus, why: Corroboration, *, counts: bool) -> EpochBump:
    looks = [look_as_json(look) for look in why.looks]
    return EpochBump.objects.create(
        domain=row,
        epoch=row.control_epoch + 1,
        cause=why.cause.value,
        sentence=SENTENCES[heaviest(why.signals).code],
        evidence={"source": _source(why), "looks": looks, "counts": counts},
        fingerprint_before=row.fingerprint,
        t0=why.t0,
        at=now(),
    )


def _carry_along(row: DomainStatus, t0: datetime) -> None:
    AddressStanding.objects.filter(
        Q(mail_domain__trust_key=row)
        & Q(verified_epoch=row.control_epoch - 1, verified_at__gt=t0 + SLACK)
    ).update(verified_epoch=F("verified_epoch") + 1)
