"""The timeline: what was true of a domain, what we did, and what PyPI's rule would have done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from domainguard.core.epp import Status
from domainguard.models import AuditEvent
from domainguard.simulation.lives import Facts
from domainguard.testing import Holder, Life

from .rival import Rival, rivals
from .stage import Stage

WIDTH: Final = 960
LEFT: Final = 150  # where the names of the lanes end
_LANE: Final = 52
_TICKS: Final = 5
_LABEL: Final = 7.4  # about the width of a letter
_BEFORE, _AT_LEAST = timedelta(days=2), timedelta(days=3)
_OURS: Final = {
    "domain_hold": "held",
    "domain_release": "kept",
    "epoch_raised": "lost",
    "address_restored": "kept",
}
_OUR_WORDS: Final = {"kept": "trusted", "held": "on hold", "lost": "de-verified"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a lane; the label is empty where there is no room for it."""

    x: float
    width: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on a lane: `sent`, `refused`, `look` or `epoch`."""

    x: float
    kind: str
    label: str = ""

    @property
    def is_last(self) -> bool:
        """Whether its label has to stand before it, where the picture ends."""
        return self.x > WIDTH - 70


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the picture."""

    y: int
    name: str
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the SVG template draws, in its units. `ticks` are moments with their place."""

    domain: str
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, datetime], ...]
    by_hours: bool

    @property
    def height(self) -> int:
        """The height of the whole picture."""
        return len(self.lanes) * _LANE + 34

    @property
    def foot(self) -> int:
        """Where the dates stand."""
        return self.height - 8


@dataclass(frozen=True, slots=True)
class Scale:
    """From moments to places."""

    since: datetime
    until: datetime

    def x(self, at: datetime) -> float:
        """Give the place of a moment, kept within the picture."""
        share = (min(max(at, self.since), self.until) - self.since) / (self.until - self.since)
        return round(LEFT + share * (WIDTH - LEFT - 8), 1)

    def spans(self, turns: Iterable[tuple[datetime, str, str]]) -> tuple[Span, ...]:
        """Draw what begins at each moment (kind, label) and lasts until the next."""
        merged: list[tuple[datetime, str, str]] = []
        for turn in turns:
            if not merged or merged[-1][1:] != turn[1:]:
                merged.append(turn)
        found = []
        for (at, kind, label), (end, *_) in pairwise([*merged, (self.until, "", "")]):
            x, width = self.x(at), round(self.x(end) - self.x(at), 1)
            if width > 0:
                found.append(
                    Span(x, width, kind, label if len(label) * _LABEL + 12 < width else "")
                )
        return tuple(found)


def since_of(stage: Stage, domain: str) -> datetime:
    """Give where the picture of a domain begins: two days before the first thing done to it."""
    now = stage.net.clock.now()
    done = [act.at for act in stage.story.acts if act.domain == domain]
    first = min([*done, *(_first_hold(domain)), now - _AT_LEAST])
    return max(stage.story.begins, first - _BEFORE)


def picture(stage: Stage, domain: str) -> Picture:
    """Draw a domain from before the first thing that was done to it until now."""
    now, life = stage.net.clock.now(), stage.life(domain)
    scale = Scale(since_of(stage, domain), now)
    asked = list(_asked(domain, scale.since))
    lanes = [
        ("The domain", scale.spans(_truth(life, scale)), ()),
        ("DomainGuard", scale.spans(_ours(domain, scale)), tuple(_our_marks(domain, asked, scale))),
        *(_theirs(each, asked, scale) for each in rivals(life, stage.story.begins, now)),
    ]
    ticks = [scale.since + (now - scale.since) * n / _TICKS for n in range(_TICKS)]
    return Picture(
        domain=domain,
        lanes=tuple(Lane(number * _LANE, *lane) for number, lane in enumerate(lanes)),
        ticks=tuple((scale.x(at), at) for at in ticks),
        by_hours=now - scale.since < timedelta(days=8),
    )


def _first_hold(domain: str) -> list[datetime]:
    rows = AuditEvent.objects.filter(domain=domain, action="domain_hold").order_by("pk")
    return list(rows.values_list("at", flat=True)[:1])


def _asked(domain: str, since: datetime) -> Iterator[tuple[datetime, bool]]:
    """Give when a reset was asked for at the domain, and whether we mailed it."""
    rows = AuditEvent.objects.filter(
        domain=domain, at__gte=since, action__in=("mail_sent", "mail_refused")
    ).order_by("pk")
    for row in rows:
        if row.action == "mail_refused" or row.detail.get("letter") == "reset":
            yield row.at, row.action == "mail_sent"


def _truth(life: Life, scale: Scale) -> Iterator[tuple[datetime, str, str]]:
    yield scale.since, *_in_words(life.at(scale.since))
    for turn in life.turns:
        if scale.since < turn.at <= scale.until:
            yield turn.at, *_in_words(turn.facts)


def _in_words(facts: Facts) -> tuple[str, str]:
    if not facts.registered:
        return "free", "free for anyone"
    if facts.holder is Holder.STRANGER:
        return "stranger", "a stranger's"
    if Status.REDEMPTION_PERIOD in facts.statuses:
        return "gone", "redemption"
    if Status.PENDING_DELETE in facts.statuses and not facts.delegated:
        return "gone", "pending delete"
    if facts.holder is Holder.REGISTRAR:
        return "gone", "parked"
    return "own", "its owner's"


def _ours(domain: str, scale: Scale) -> Iterator[tuple[datetime, str, str]]:
    kind = "kept"
    began = scale.since
    for row in AuditEvent.objects.filter(domain=domain, action__in=_OURS).order_by("pk"):
        after = _OURS[row.action]
        if row.action == "domain_hold" and kind == "lost":
            continue
        if row.action == "domain_release" and kind == "lost":
            continue  # what the epoch took comes back with the addresses, not with the hold
        if row.at > began:
            yield began, kind, _OUR_WORDS[kind]
        kind, began = after, max(row.at, scale.since)
    yield began, kind, _OUR_WORDS[kind]


def _our_marks(domain: str, asked: Iterable[tuple[datetime, bool]], scale: Scale) -> Iterator[Mark]:
    rows = AuditEvent.objects.filter(domain=domain, action="epoch_raised", at__gte=scale.since)
    for row in rows.order_by("pk"):
        yield Mark(scale.x(row.at), "epoch", f"epoch {row.detail['epoch']}")
    for at, sent in asked:
        yield Mark(scale.x(at), "sent" if sent else "refused")


def _theirs(
    rival: Rival, asked: Iterable[tuple[datetime, bool]], scale: Scale
) -> tuple[str, tuple[Span, ...], tuple[Mark, ...]]:
    turns = [(scale.since, "kept", "verified")]
    if rival.gone is not None:
        turns.append((max(rival.gone, scale.since), "lost", "unverified"))
    looks = (Mark(scale.x(at), "look") for at in rival.looks if at >= scale.since)
    mails = (Mark(scale.x(at), "sent" if rival.would_mail(at) else "refused") for at, _ in asked)
    return rival.name, scale.spans(turns), (*looks, *mails)
