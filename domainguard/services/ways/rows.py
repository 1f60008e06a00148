"""Begins and ends the tries to come back: one at a time, not too many a day, told to the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domainguard import audit
from domainguard.models import AddressStanding, WayBack
from domainguard.models.holds_over import unsettled_holds
from domainguard.services import notify
from domainguard.services.ways.loss import Loss
from domainguard.wiring import now

PER_DAY = 5
_A_DAY = timedelta(hours=24)
LETTER = "way_back"
HERE = "here"


class Refusal(StrEnum):
    """Why a step is not taken; the page has words for each."""

    NOT_LOST = "not_lost"
    NOT_OPEN = "not_open"
    UNDER_WAY = "under_way"
    TOO_MANY = "too_many"
    HELD = "held"
    NO_FACTOR = "no_factor"
    STALE_FACTOR = "stale_factor"
    YOUNG_FACTOR = "young_factor"
    RECOVERED = "recovered_session"
    YOUNG_CODES = "young_codes"
    WRONG_CODE = "wrong_code"
    OVER = "over"
    LINK = "link"
    NOBODY_ANSWERED = "nobody_answered"
    TAKEN = "taken"


class WayRefused(Exception):
    """A step that is not taken; `why` says which rule refuses it."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


def lock_account(account: str, book: str) -> None:
    """Let one begin at a time for an account; the limits count true under it."""
    rows = AddressStanding.objects.select_for_update(no_key=True).order_by("pk")
    list(rows.filter(book=book, account=account).values_list("pk", flat=True))


def refuse_where_unfit(loss: Loss, at: datetime, *, on_hold: bool = False) -> None:
    """Raise WayRefused where a try is under way, or there were enough of them for a day.

    Or where a hold would touch what is proven now, unless the way may begin `on_hold`.
    """
    if open_way(loss.standing) is not None:
        raise WayRefused(Refusal.UNDER_WAY)
    if not on_hold and unsettled_holds(loss.standing.pk, at):
        raise WayRefused(Refusal.HELD)
    recent = WayBack.objects.filter(account=loss.account, begun_at__gt=at - _A_DAY)
    if recent.filter(standing__book=loss.standing.book).count() >= PER_DAY:
        raise WayRefused(Refusal.TOO_MANY)


def open_way(standing: AddressStanding) -> WayBack | None:
    """Give the try that is under way for an address."""
    return WayBack.objects.filter(standing=standing, ended_at=None).first()


def begin(loss: Loss, kind: WayBack.Kind, *, lives: timedelta, **fields: Any) -> WayBack:
    """Write the row of a try whose rules were asked, inside the caller's transaction."""
    at = now()
    way = WayBack.objects.create(
        standing=loss.standing,
        account=loss.account,
        kind=kind,
        epoch=loss.domain.control_epoch,
        before=loss.before,
        begun_at=at,
        dies_at=at + lives,
        **fields,
    )
    record(way, "way_back_begun")
    tell(way, "begun")
    return way


def end(way: WayBack, how: WayBack.End, *, actor: str = audit.AUTOMATION) -> bool:
    """End a try that is still open, inside the caller's transaction; say whether it was."""
    mine = WayBack.objects.filter(pk=way.pk, ended_at=None)
    if not mine.update(ended_at=now(), end=how, next_look_at=None):
        return False
    record(way, f"way_back_{how.value}", actor=actor)
    tell(way, how.value)
    return True


def record(way: WayBack, action: str, *, actor: str = "", **detail: Any) -> None:
    """Add to the trail what happened to a try; its owner is the actor unless another is named."""
    audit.record(
        action,
        at=now(),
        actor=actor or owner(way.account),
        domain=way.standing.mail_domain.trust_key.domain,
        canonical=way.standing.canonical,
        account=way.account,
        way=way.kind,
        epoch=way.epoch,
        number=way.pk,
        **detail,
    )


def tell(way: WayBack, what: str, *, again: str = "") -> None:
    """Tell the account at every other eligible address what happened."""
    key = f"way:{way.pk}:{what}{again}"
    notify.tell_others(way.standing, letter=LETTER, key=key, what=what, kind=way.kind)


def owner(account: str) -> str:
    """Give the actor under which the trail names the signed-in owner of an account."""
    return f"account:{account}"[:80]
