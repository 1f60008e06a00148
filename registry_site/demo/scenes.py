"""Five short scenes. Each moves the clock, and is seen when rows and sink bear out its claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from domainguard.models import AuditEvent, Deverification
from domainguard.testing import Holder

from .acts import Impossible, Kind
from .links import open_link
from .places import RENEWED, STAGE
from .stage import Stage

RESET: Final = "Your new password at Cairn"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
Journey = Iterator[datetime]


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene: `play` moves the clock, `claim` asks rows and sink whether it came true."""

    number: int
    title: str
    sentence: str
    domain: str
    play: Callable[[Stage], Journey]
    claim: Callable[[Stage], bool]


def owner_at(stage: Stage, domain: str) -> str:
    """Give the primary address of the first person at a domain."""
    return next(each for each in stage.story.people() if each.domain == domain).addresses[0]


def resets_to(stage: Stage, domain: str) -> Iterator[tuple[datetime, Holder]]:
    """Give when a reset arrived at the domain's first owner, and who read it."""
    for each in stage.net.sink.messages_to(owner_at(stage, domain)):
        if each.message["subject"] == RESET:
            yield each.at, each.holder


def ask(stage: Stage, domain: str) -> Journey:
    """Ask for a reset at the domain's first owner, whoever reads the mailbox now."""
    yield from stage.ask(owner_at(stage, domain))


def _the_link_dies(stage: Stage) -> Journey:
    yield from stage.pass_time(_HOUR / 3)
    stage.do(Kind.LAPSE, STAGE)
    yield from stage.pass_time(_HOUR / 6)
    yield from open_link(stage, STAGE, owner_at(stage, STAGE))


def _two_looks(stage: Stage) -> Journey:
    yield from stage.pass_time(_DAY)
    yield from ask(stage, STAGE)


def _renewed_in_time(stage: Stage) -> Journey:
    stage.do(Kind.RENEW, RENEWED)
    yield from stage.pass_time(4 * _DAY)
    yield from ask(stage, RENEWED)


def _a_stranger(stage: Stage) -> Journey:
    while stage.life(STAGE).at(stage.net.clock.now()).registered:
        ahead = stage.next_turn(STAGE)
        if ahead is None:
            raise Impossible(f"{STAGE} does not lapse any more.")
        yield from stage.pass_time(ahead)
    stage.do(Kind.TAKE, STAGE)
    yield from stage.pass_time(_HOUR)
    yield from ask(stage, STAGE)
    yield from stage.pass_time(6 * _DAY)


def _was_mailed(stage: Stage) -> bool:
    return Holder.OWNER in (holder for _, holder in resets_to(stage, STAGE))


def _link_was_refused(stage: Stage) -> bool:
    used = AuditEvent.objects.filter(action="recovery_completed", domain=STAGE)
    refused = any(act.kind is Kind.LINK_REFUSED for act in stage.story.acts if act.domain == STAGE)
    return refused and not used.exists()


def _was_deverified(stage: Stage) -> bool:
    refused = AuditEvent.objects.filter(action="mail_refused", domain=STAGE)
    lost = Deverification.objects.filter(standing__mail_domain__name=STAGE)
    return lost.exists() and refused.exists()


def _came_back(stage: Stage) -> bool:
    lost = Deverification.objects.filter(standing__mail_domain__name=RENEWED)
    back = max((each.restored_at for each in lost if each.restored_at), default=None)
    mailed = (at for at, _ in resets_to(stage, RENEWED))
    return back is not None and any(at > back for at in mailed)


def _stranger_got_nothing(stage: Stage) -> bool:
    life, now = stage.life(STAGE), stage.net.clock.now()
    taken = [turn.at for turn in life.turns if turn.facts.holder is Holder.STRANGER]
    if life.holder_at(now) is not Holder.STRANGER:
        return False
    refused = AuditEvent.objects.filter(action="mail_refused", domain=STAGE, at__gte=taken[0])
    strangers = (holder for _, holder in resets_to(stage, STAGE) if holder is Holder.STRANGER)
    return refused.exists() and not any(strangers)


SCENES: Final = (
    Scene(
        1,
        "The owner asks",
        "The domain is in the hands it was in when the address was verified,"
        " so the mail with the link goes out within a minute.",
        STAGE,
        partial(ask, domain=STAGE),
        _was_mailed,
    ),
    Scene(
        2,
        "The domain lapses, and the link dies with it",
        "Twenty minutes later the domain is deleted at its registrar; the link is still young,"
        " but opening it makes us look again, and it is refused.",
        STAGE,
        _the_link_dies,
        _link_was_refused,
    ),
    Scene(
        3,
        "Two looks agree",
        "One look was enough to hold; six hours later a second one agrees, registry and DNS alike,"
        " so the address loses its trust and its owner is told at the other one.",
        STAGE,
        _two_looks,
        _was_deverified,
    ),
    Scene(
        4,
        "Another owner renews in time",
        f"{RENEWED} had lapsed too; its owner restores it, we see the same registration come back,"
        " and the trust with it, without a form or a mail to staff.",
        RENEWED,
        _renewed_in_time,
        _came_back,
    ),
    Scene(
        5,
        "A stranger takes the domain and asks",
        "Weeks later anyone can register the first one; the stranger who does reads its mail,"
        " asks for a reset, and waits for a mail that never comes.",
        STAGE,
        _a_stranger,
        _stranger_got_nothing,
    ),
)
