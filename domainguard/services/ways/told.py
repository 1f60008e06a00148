"""Tells the owner of an address what happened to it: when, why, and who saw what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from domainguard.core.reasons import SENTENCES
from domainguard.gate import GateAnswer, Purpose, may_receive
from domainguard.models import AddressStanding, EpochBump, WayBack
from domainguard.models.holds_over import unsettled_holds
from domainguard.services.evidence_words import evidence_in_words
from domainguard.services.ways.loss import Loss, loss_of
from domainguard.wiring import now


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that took trust away: the day, a sentence, and what was seen."""

    at: datetime
    what: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """All that the owner may know about one address. `loss` is None while it is not behind."""

    standing: AddressStanding
    answer: GateAnswer
    loss: Loss | None
    happened: tuple[Happening, ...]
    open_way: WayBack | None
    given_back: WayBack | None

    @property
    def is_lost(self) -> bool:
        """Whether trust is gone until one of the ways back is walked."""
        return self.loss is not None


def story_of(standing: AddressStanding) -> Story:
    """Gather what happened to an address, the last first."""
    loss = loss_of(standing.pk)
    ways = WayBack.objects.filter(standing=standing).select_related("standing", "helper")
    done = ways.filter(end=WayBack.End.DONE, epoch=standing.verified_epoch or 0).first()
    rests = standing.recovery_from is not None and standing.recovery_from > now()
    return Story(
        standing=standing,
        answer=may_receive(standing.pk, Purpose.RECOVER),
        loss=loss,
        happened=(*_bumps(loss.bumps if loss else ()), *_holds(standing)),
        open_way=ways.filter(ended_at=None).first(),
        given_back=done if rests else None,
    )


def _bumps(bumps: tuple[EpochBump, ...]) -> Iterator[Happening]:
    for bump in reversed(bumps):
        yield Happening(bump.at, _(bump.sentence), tuple(evidence_in_words(bump)))


def _holds(standing: AddressStanding) -> Iterator[Happening]:
    for hold in unsettled_holds(standing.pk, standing.verified_at or standing.first_seen_at):
        yield Happening(hold.since, _(SENTENCES[hold.code]), ())
