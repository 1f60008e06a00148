"""Way (d): a record in the DNS of a domain whose control never changed, seen for three days."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from domainguard import audit
from domainguard.core.evidence import Presence
from domainguard.core.ways import Way, ways_open
from domainguard.models import WayBack
from domainguard.models.locking import atomic
from domainguard.services.jit import Answer, look_at_moment_of_use
from domainguard.services.ways import restore, rows
from domainguard.services.ways.loss import Loss, is_same_owner, loss_of, situation_of
from domainguard.services.ways.rows import Refusal, WayRefused
from domainguard.sources.base import Deadline
from domainguard.wiring import dns, now, policy

LIVES = timedelta(days=14)
FEWEST = 4  # sightings: at the begin, at the end, and between them
_SECONDS = 10.0
_SOON, _LATER = timedelta(hours=1), timedelta(hours=6)
_LONGEST_GAP = timedelta(hours=24)
_LABEL, _WORD = "_domainguard", "domainguard-way-back="


def begin(loss: Loss) -> WayBack:
    """Say which record is wanted; raises WayRefused where anything of the control changed."""
    with atomic():
        rows.lock_account(loss.account, loss.standing.book)
        if Way.DNS_PROOF not in ways_open(situation_of(loss)):
            raise WayRefused(Refusal.NOT_OPEN)
        rows.refuse_where_unfit(loss, now(), on_hold=True)
        text = _WORD + secrets.token_hex(16)
        return rows.begin(
            loss, WayBack.Kind.DNS_PROOF, lives=LIVES, record=text, next_look_at=now()
        )


def name_of(way: WayBack) -> str:
    """Give the name at which the TXT record is looked for."""
    return f"{_LABEL}.{way.standing.mail_domain.trust_key.domain}"


def ends_at(way: WayBack) -> datetime | None:
    """Give when the time is over, if the record is never missing until then."""
    return way.seen_since + policy().proof_waits if way.seen_since else None


def step(way: WayBack) -> None:
    """Look at the domain and for the record, and write down what follows.

    Two workers never take one step twice: the one that moves `next_look_at` takes it. A step that
    breaks is taken again in an hour.
    """
    mine = WayBack.objects.filter(pk=way.pk, ended_at=None, next_look_at=way.next_look_at)
    if not mine.update(next_look_at=now() + _SOON):
        return
    is_well = look_at_moment_of_use(way.standing) is Answer.MAIL
    seen = _is_seen(way)
    with atomic():
        restore.lock(way)
        loss, way = loss_of(way.standing_id), WayBack.objects.get(pk=way.pk)
        if way.ended_at is not None or loss is None or loss.domain.control_epoch != way.epoch:
            return
        if not is_same_owner(loss):
            rows.end(way, WayBack.End.REFUSED, actor=audit.AUTOMATION)
        elif seen is not None:
            _take_down(way, is_seen=seen, is_well=is_well)


def _is_seen(way: WayBack) -> bool | None:
    """Say whether a quorum of resolvers sees the record, or agrees that it is not there."""
    evidence = dns().look_for_text(
        name_of(way), way.record, now=now(), deadline=Deadline.after(_SECONDS)
    )
    if evidence.delegation is None:
        return None
    return evidence.delegation.presence is Presence.DELEGATED


def _take_down(way: WayBack, *, is_seen: bool, is_well: bool) -> None:
    at = now()
    if not is_seen:
        if way.seen_since is not None:
            rows.tell(way, "missing", again=f":{at.date()}")
        _write(way, seen_since=None, sightings=0, next_look_at=at + _SOON)
        return
    if way.seen_since is None or way.last_seen_at is None or at - way.last_seen_at > _LONGEST_GAP:
        rows.tell(way, "seen", again=f":{at.date()}")
        _write(way, seen_since=at, last_seen_at=at, sightings=1, next_look_at=at + _LATER)
        return
    ends = way.seen_since + policy().proof_waits
    due = min(at + _LATER, max(ends, at + _SOON))
    _write(way, last_seen_at=at, sightings=way.sightings + 1, next_look_at=due)
    if at >= ends and way.sightings + 1 >= FEWEST and is_well:
        _finish(way)


def _finish(way: WayBack) -> None:
    try:
        with atomic():
            restore.give_back(way, actor=audit.AUTOMATION)
    except WayRefused as refused:  # a hold: the record is looked for again, until the row dies
        rows.record(way, "way_back_waits", actor=audit.AUTOMATION, why=refused.why.value)


def _write(way: WayBack, **fields: object) -> None:
    WayBack.objects.filter(pk=way.pk, ended_at=None).update(**fields)
