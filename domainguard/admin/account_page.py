"""The page of one de-verified account: the answer, the evidence in time, and all that is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from domainguard import audit
from domainguard.core.lifecycle import MEANING, State
from domainguard.core.record import AdverseLook, Cause, look_from_json
from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, AuditEvent, Deverification, OutboxMail
from domainguard.services.stakes import people
from domainguard.services.steps import Step
from domainguard.wiring import site_facts

from .act_history import history_of
from .charts import spots
from .reason_words import RULINGS, sentence_of
from .step_words import LABELS, SENTENCES
from .trail_words import action_in_words

_SHOWN = 50
_OF_ACCOUNT = ("capability_used", "recovery_completed", "reset_refused", "address_proven")


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `kind` paints its dot: bad, good or plain."""

    at: datetime
    what: str
    detail: str = ""
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the moments of one minute stand in the picture, with their numbers in the list."""

    x: float
    label: str
    kind: str


def page_of(row: Any) -> dict[str, Any]:
    """Give what the page of a de-verified account shows, in some fifteen queries at most."""
    began = began_at(row)
    moments = sorted(_moments(row), key=lambda each: each.at)
    step = Step(row.step)
    return {
        "row": row,
        "title": row.account_name or row.standing.account,
        "subtitle": None,
        "step": {"label": LABELS[step], "sentence": SENTENCES[step], "name": step.value},
        "began": began,
        "moments": moments,
        "spots": _spots(moments),
        "addresses": [(each, *_ruling(each)) for each in _standings(row)],
        "mails": _mails(row, began),
        "events": _events(row, began),
        "assignee": _assignee(row),
        "releases": list(site_facts().releases_since(row.standing.account, began))[:_SHOWN],
        "history": history_of(deverification=row),
        **_neighbours(row),
    }


def began_at(row: Deverification) -> datetime:
    """Give when the trouble began: the change itself if it is dated, or the first adverse look."""
    moments: list[datetime] = [row.bump.at, *(look.at for look in _looks(row))]
    return min([*moments, row.bump.t0] if row.bump.t0 else moments)


def _looks(row: Deverification) -> list[AdverseLook]:
    return [look_from_json(kept) for kept in row.bump.evidence.get("looks", ())]


def _moments(row: Deverification) -> Iterator[Moment]:
    standing, bump, domain = row.standing, row.bump, row.bump.domain
    known = [
        (standing.first_seen_at, _("Address first seen here"), "", "plain"),
        (standing.verified_at, _("Address proven"), "", "good"),
        (bump.t0, _("Domain registered anew"), "", "bad"),
        (bump.at, _("Control epoch raised to %d") % bump.epoch, bump.sentence, "bad"),
        (row.created_at, _("Address no longer trusted"), "", "bad"),
        (row.flag_cleared_at, _("The site's own mark taken away"), "", "plain"),
        (row.noticed_at, _("Owner told, where another address was left"), "", "plain"),
        (row.last_sign_in_at, _("Last sign-in"), "", "plain"),
        (domain.last_look_at, _("Last look at the domain"), MEANING[State(domain.state)], "plain"),
        (bump.healed_at, _("The same registration came back"), "", "good"),
        (row.restored_at, _("Trusted again"), "", "good"),
    ]
    for look in _looks(row):
        yield Moment(look.at, _("Adverse look"), " ".join(_said(look)), "bad")
    for at, what, detail, kind in known:
        if at is not None:
            yield Moment(at, what, detail, kind)


def _said(look: AdverseLook) -> Iterator[str]:
    for signal in sorted(look.signals):
        yield f"{signal.source}: {sentence_of(signal.code)}"


def _spots(moments: list[Moment]) -> list[Spot]:
    numbered = enumerate(moments, 1)
    minutes = [
        list(group) for _minute, group in groupby(numbered, key=lambda each: _minute_of(each[1]))
    ]
    where = spots([_minute_of(group[0][1]) for group in minutes])
    return [_spot(x, group) for x, group in zip(where, minutes, strict=True)]


def _minute_of(moment: Moment) -> int:
    return int(moment.at.timestamp() // 60)


def _spot(x: float, group: list[tuple[int, Moment]]) -> Spot:
    first, last = group[0][0], group[-1][0]
    kinds = {each.kind for _number, each in group}
    kind = next(kind for kind in ("bad", "good", "plain") if kind in kinds)
    return Spot(round(x, 1), str(first) if first == last else f"{first}-{last}", kind)


def _standings(row: Deverification) -> Iterable[AddressStanding]:
    same = AddressStanding.objects.filter(
        book=row.standing.book, account=row.standing.account, removed_at=None
    )
    return same.select_related("mail_domain__trust_key").order_by("pk")[:10]


def _ruling(standing: AddressStanding) -> tuple[bool, str]:
    answer = may_receive(standing.pk, Purpose.NOTICE)
    return answer.admitted, str(RULINGS[answer.reason])


def _mails(row: Deverification, began: datetime) -> list[OutboxMail]:
    mails = OutboxMail.objects.filter(account=row.standing.account, created_at__gte=began)
    return list(mails.select_related("standing").order_by("-id")[:_SHOWN])


def _events(row: Deverification, began: datetime) -> list[Moment]:
    """Give sign-ins, recoveries and refusals since then, the newest first."""
    hashed = audit.address_hash(row.standing.canonical)
    ours = AuditEvent.objects.filter(address_hash=hashed, action__in=_OF_ACCOUNT, at__gte=began)
    found = [Moment(each.at, action_in_words(each.action)) for each in ours[:_SHOWN]]
    found += [Moment(at, what) for at, what in _of_the_site(row.standing.account, began)]
    seen = row.last_sign_in_at
    if seen is not None and seen >= began:
        found.append(Moment(seen, _("Last sign-in")))
    return sorted(found, key=lambda each: each.at, reverse=True)[:_SHOWN]


def _of_the_site(account: str, since: datetime) -> Iterable[tuple[datetime, str]]:
    """Ask the site what else happened to an account: sign-ins, changes of password and factors."""
    history = getattr(site_facts(), "history_since", None)
    return history(account, since) if history is not None else ()


def _assignee(row: Deverification) -> str:
    key = row.assigned_to.removeprefix("staff:")
    return str(people({key}).get(key, row.assigned_to)) if key else ""


def _neighbours(row: Deverification) -> dict[str, Any]:
    others = Deverification.objects.filter(bump=row.bump_id).exclude(pk=row.pk)
    shown = others.select_related("standing").order_by("-impact", "-id")[: _SHOWN + 1]
    queue = reverse("admin:domainguard_deverification_changelist")
    return {
        "neighbours": list(shown)[:_SHOWN],
        "more_neighbours": len(shown) > _SHOWN,
        "neighbours_link": f"{queue}?{urlencode({'q': row.bump.domain.domain, 'standing': 'all'})}",
        "is_lapse": row.bump.cause == Cause.LAPSE.value,
    }
