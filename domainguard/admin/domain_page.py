"""The page of one domain: the answer, then and now, who said what, the schedule, all addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from domainguard.core.lifecycle import MEANING, State
from domainguard.models import (
    AddressStanding,
    DomainStatus,
    EpochBump,
    MailDependency,
    Observation,
)
from domainguard.services.stakes import people
from domainguard.wiring import is_exempt, is_trusted, now

from .act_history import history_of
from .reason_words import sentence_of

_LOOKS_SHOWN, _LOOKS_OPEN = 20, 4
ADDRESSES_SHOWN = 100
_SIGNS = {
    "handle": _("Handle at the registry"),
    "registered_at": _("Registered"),
    "registrar": _("Registrar"),
    "ns": _("Name servers"),
    "mx": _("Mail servers"),
    "ds": _("DNSSEC keys"),
    "soa": _("Zone's authority"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of the fingerprint, as it was and as it was last seen."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether both are known and not the same."""
        return bool(self.before and self.after and self.before != self.after)


def page_of(row: DomainStatus, *, after: int = 0) -> dict[str, Any]:
    """Give what the page of a domain shows; of its addresses the hundred behind a key."""
    bumps, looks = list(row.bumps.all()), _looks(row)
    return {
        "row": row,
        "refuses": row.refuses(now()),
        "title": row.domain,
        "subtitle": None,
        "meaning": MEANING[State(row.state)],
        "exempt": is_exempt(row.domain, row.exempt_by_staff),
        "trusted": is_trusted(row.domain),
        "dependencies": DomainStatus.objects.filter(
            maildependency__mail_domain__trust_key=row
        ).distinct(),
        "leaning": held_dependencies_of(row).exists(),
        "holds": [(hold, sentence_of(hold.code)) for hold in row.active_holds],
        "waivers": [(word.replace("_", " "), _moment(end)) for word, end in row.waivers.items()],
        "reasons": [(code, sentence_of(code)) for code in row.reasons],
        **_side_by_side(row, bumps),
        "looks": looks[:_LOOKS_OPEN],
        "older_looks": looks[_LOOKS_OPEN:],
        "bumps": bumps,
        "history": history_of(domain=row, deverification=None),
        **_addresses(row, after),
    }


def held_dependencies_of(row: DomainStatus | OuterRef) -> QuerySet[MailDependency]:
    """Give the domains on hold that carry mail or names of this one."""
    return MailDependency.objects.filter(mail_domain__trust_key=row, domain__held=True)


def _side_by_side(row: DomainStatus, bumps: list[EpochBump]) -> dict[str, Any]:
    """Compare with the registration whose owner was trusted: after a rise, the one before it."""
    last = next((each for each in bumps if each.restored_at is None), None)
    then, seen = (last.fingerprint_before if last else row.fingerprint) or {}, row.observed or {}
    signs = [
        Sign(str(said), _text(then.get(name)), _text(seen.get(name)))
        for name, said in _SIGNS.items()
    ]
    return {"fingerprint": signs, "taken": last.at if last else None}


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _looks(row: DomainStatus) -> list[tuple[Observation, list[Observation]]]:
    recent = Observation.objects.filter(domain=row)[: _LOOKS_SHOWN * 4]
    grouped = [list(group) for _look, group in groupby(recent, key=lambda each: each.look)]
    return [(group[0], group) for group in grouped[:_LOOKS_SHOWN]]


def _addresses(row: DomainStatus, after: int) -> dict[str, Any]:
    """Give one page of addresses; by key and not by number, since there may be half a million."""
    below = list(row.mail_domains.values_list("pk", flat=True))
    behind = AddressStanding.objects.filter(mail_domain__in=below, pk__gt=after).order_by("pk")
    found = list(behind.select_related("mail_domain")[: ADDRESSES_SHOWN + 1])
    shown = found[:ADDRESSES_SHOWN]
    named = people({each.account for each in shown})
    return {
        "standings": [(each, named.get(each.account)) for each in shown],
        "after": after,
        "next_after": shown[-1].pk if len(found) > ADDRESSES_SHOWN else None,
    }
