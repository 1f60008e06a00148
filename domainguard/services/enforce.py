"""Raises epochs where the core asks for it, and carries each rise out, once per address."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from domainguard import audit
from domainguard.core.breaker import Traffic, Wish, groups_of, rule
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.fingerprint import SLACK
from domainguard.core.policy import Corroboration, bumped, corroborate
from domainguard.core.reasons import SENTENCES, heaviest
from domainguard.core.record import look_as_json
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Automation,
    DomainStatus,
    EpochBump,
    Observation,
    ReviewCase,
)
from domainguard.models.locking import atomic
from domainguard.services import cases, impact, projection
from domainguard.wiring import is_exempt, now, policy

log = logging.getLogger("domainguard.enforce")
_OF_AGE = timedelta(days=90)
_OF_LATE = timedelta(days=14)  # a registry with a long queue is heard by then
_AT_ONCE = 50  # domains decided in one commit, for which the kill switch waits


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
    is_more = _candidates().exists()
    answered = _answered_for() if is_more else {}
    while is_more:
        is_more, stopped = _decide(done, answered)
        for row, wish, group in stopped:
            done.stopped += _stop(row, wish, group)
    done.deverified, done.restored = projection.carry_out()
    return done


_Stopped = list[tuple[DomainStatus, Wish, str]]


def _decide(done: Enforced, answered: dict[str, int]) -> tuple[bool, _Stopped]:
    """Bump some of what is corroborated; say whether more may be, and what the breaker stops.

    One decider at a time, or two would each use up the breaker's whole budget; the kill switch is
    a write to the same row, so nothing is bumped once it is pulled, and it waits for some domains
    only. What was bumped counts in the next ruling, which so comes out the same.
    """
    with atomic():
        at = now()
        switch, _ = Automation.objects.select_for_update().get_or_create(
            pk=1, defaults={"since": at, "by": audit.AUTOMATION}
        )
        if switch.paused:
            return False, []
        wanted = {row.domain: (row, why) for row, why in _corroborated()}
        ruling = rule(_wishes(wanted), _traffic(wanted, answered))
        for wish in ruling.passed[:_AT_ONCE]:  # in the order of their keys, as all locks
            done.bumped += _bump(wanted[wish.domain][0], counts=wish.counts)
    stopped = [(wanted[wish.domain][0], wish, group) for wish, group in ruling.stopped]
    return len(ruling.passed) > _AT_ONCE, stopped


def _candidates() -> QuerySet[DomainStatus]:
    return DomainStatus.objects.filter(wants_bump=True, under_review=False).order_by("pk")


def _corroborated() -> Iterable[tuple[DomainStatus, Corroboration]]:
    for row in _candidates():
        try:
            why = corroborate(
                row.record(exempt=is_exempt(row.domain, row.exempt_by_staff)), policy()
            )
        except (KeyError, ValueError):  # written by another release: no other domain waits for it
            log.exception("The adverse looks of a domain could not be read (row %s).", row.pk)
            continue
        if why is not None:
            yield row, why


def _wishes(wanted: dict[str, tuple[DomainStatus, Corroboration]]) -> list[Wish]:
    count = _that_count([row for row, _ in wanted.values()])
    return [
        Wish(domain, row.tld, _source(why), counts=row.pk in count)
        for domain, (row, why) in wanted.items()
    ]


def _source(why: Corroboration) -> str:
    return min(signal.source for signal in why.signals if signal.source_class == "registry")


def _that_count(rows: list[DomainStatus]) -> set[int]:
    """Give the rows that use up the breaker's budget: with an account of age, or that owns much.

    Accounts made up for the purpose are young and own nothing.
    """
    aged = AddressStanding.objects.filter(
        mail_domain__trust_key__in=[row.pk for row in rows],
        first_seen_at__lte=now() - _OF_AGE,
    )
    of_age = set(aged.values_list("mail_domain__trust_key", flat=True).distinct())
    young = [row for row in rows if row.pk not in of_age]
    impact.renew(young)
    return of_age | {row.pk for row in young if row.impact}


def _answered_for() -> dict[str, int]:
    """Count the domains that each registry source said something about of late, by group."""
    words = [outcome.value for outcome in Outcome if outcome.speaks]
    heard = Observation.objects.filter(
        at__gt=now() - _OF_LATE, source_class=SourceClass.REGISTRY.value, outcome__in=words
    )
    counted = heard.order_by().values("source").annotate(n=Count("domain", distinct=True))
    return {f"source:{each['source']}": each["n"] for each in counted}


def _traffic(
    wanted: dict[str, tuple[DomainStatus, Corroboration]], answered: dict[str, int]
) -> Traffic:
    domains = Counter({**answered, "sweep": DomainStatus.objects.count()})
    for tld in {row.tld for row, _ in wanted.values()}:
        domains[f"tld:{tld}"] = DomainStatus.objects.filter(domain__endswith=f".{tld}").count()
    return Traffic(domains, _past())


def _past() -> Counter[str]:
    """Count by group what was bumped or stopped in the last 24 h; what a person ended does not.

    What a limit stopped counts too: else the last twenty of a thousand would pass when the others
    have been stopped, and a limit that has tripped would let the next ones through.
    """
    since, past = now() - timedelta(hours=24), Counter[str]()
    bumps = EpochBump.objects.filter(at__gt=since).select_related("domain")
    cases_ = ReviewCase.objects.filter(
        kind=ReviewCase.Kind.BREAKER, opened_at__gt=since, closed_at=None
    ).select_related("domain")
    done = [(bump.domain, bump.evidence) for bump in bumps]
    for domain, detail in [*done, *((case.domain, case.detail) for case in cases_)]:
        if detail.get("counts", True) and detail.get("source"):
            past.update(groups_of(Wish(domain.domain, domain.tld, detail["source"])))
    return past


def _stop(row: DomainStatus, wish: Wish, group: str) -> bool:
    reason = f"Automation wanted to raise more epochs than the limit of {group} allows."
    at, detail = now(), {"group": group, "source": wish.source, "counts": wish.counts}
    with atomic():
        cases.take_over(row)
        is_new = cases.open_case(ReviewCase.Kind.BREAKER, row, reason=reason, at=at, **detail)
        if is_new and not _has_tripped(group, at):
            log.error("The breaker tripped. %s Those domains stay on hold and wait.", reason)
            audit.record("breaker_tripped", at=at, group=group)
    return is_new


def _has_tripped(group: str, at: datetime) -> bool:
    """Say whether there was an alert about a group in the last 24 h."""
    recent = AuditEvent.objects.filter(action="breaker_tripped", at__gt=at - timedelta(hours=24))
    return recent.filter(detail__group=group).exists()


def raise_approved(row: DomainStatus) -> bool:
    """Raise an epoch that two people let pass the breaker; say whether the evidence still asks it.

    It uses up nobody's budget: the next ruling is about what automation wants.
    """
    return _bump(row, counts=False)


def _bump(row: DomainStatus, *, counts: bool) -> bool:
    """Raise one domain's epoch in one commit; addresses verified after the change come along."""
    with atomic():
        row = DomainStatus.objects.select_for_update(no_key=True).get(pk=row.pk)
        record = row.record(exempt=is_exempt(row.domain, row.exempt_by_staff))
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
