"""Gathers what a run left in the database and at the mail server, for the oracle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domainguard.audit import address_hash
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Deverification,
    EpochBump,
    MailDependency,
    Observation,
    OutboxMail,
)
from domainguard.simulation.run_log import (
    Answered,
    Enrolled,
    Event,
    Mailed,
    Raised,
    RunLog,
    Seen,
    Swept,
)
from domainguard.testing import Delivered
from domainguard.wiring import exempt_providers

_POWERLESS = frozenset({"deverified", "restored", "refused", "changed"})


def gather(
    *,
    delivered: Iterable[Delivered] = (),
    sweeps: Iterable[Swept] = (),
    answered: Iterable[Answered] = (),
    said: Iterable[str] = (),
    secrets: Iterable[str] = (),
) -> RunLog:
    """Read the whole run."""
    return RunLog(
        events=tuple(_events()),
        enrolled=tuple(_enrolled()),
        seen=tuple(_seen()),
        raised=tuple(_raised()),
        deverified=tuple(
            (address_hash(each.standing.canonical), each.epoch)
            for each in Deverification.objects.select_related("standing")
        ),
        mailed=tuple(_mailed(delivered)),
        sweeps=tuple(sweeps),
        answered=tuple(answered),
        exempt=exempt_providers(),
        said=tuple(said),
        secrets=frozenset(secrets),
    )


def _events() -> Iterable[Event]:
    powerless = OutboxMail.objects.filter(purpose="notice").values_list("letter", flat=True)
    notices = _POWERLESS | set(powerless)
    for row in AuditEvent.objects.order_by("pk"):
        detail = dict(row.detail)
        if row.action.startswith("mail_") and detail.get("letter") in notices:
            detail["purpose"] = "notice"
        yield Event(row.at, row.action, row.actor, row.domain, row.address_hash, detail)


def _enrolled() -> Iterable[Enrolled]:
    over: dict[int, set[str]] = {}
    for mail_domain, domain in MailDependency.objects.values_list("mail_domain", "domain__domain"):
        over.setdefault(mail_domain, set()).add(domain)
    for standing in AddressStanding.objects.select_related("mail_domain__trust_key"):
        key = standing.mail_domain.trust_key
        before = EpochBump.objects.filter(domain=key, at__lt=standing.first_seen_at).count()
        yield Enrolled(
            address_hash(standing.canonical),
            key.domain,
            standing.mail_domain.name,
            frozenset(over.get(standing.mail_domain_id, ())),
            1 + before,
        )


def _seen() -> Iterable[Seen]:
    for row in Observation.objects.select_related("domain").order_by("pk"):
        said = row.evidence
        if said["domain"] != row.domain.domain:
            continue  # of a mail domain below it
        yield Seen(
            row.at,
            row.domain.domain,
            row.source_class,
            row.outcome,
            frozenset((said["registration"] or {}).get("statuses", ())),
            (said["delegation"] or {}).get("presence", ""),
        )


def _raised() -> Iterable[Raised]:
    for bump in EpochBump.objects.select_related("domain").order_by("pk"):
        looks = tuple(
            (
                datetime.fromisoformat(look["at"]),
                tuple((s["code"], s["source_class"], s["source"]) for s in look["signals"]),
            )
            for look in bump.evidence["looks"]
        )
        yield Raised(bump.domain.domain, bump.epoch, bump.cause, looks)


def _mailed(delivered: Iterable[Delivered]) -> Iterable[Mailed]:
    for each in delivered:
        power = "/reset/" in each.text or "/invit" in each.text
        yield Mailed(each.at, address_hash(each.rcpt_to), power, each.holder.value)
