"""Seals the audit trail: each row that waits gets its place in the chain."""

from __future__ import annotations

import logging

from django.db import DataError, IntegrityError

from domainguard import audit
from domainguard.core.chain import FIRST, Kind
from domainguard.models import TrailHead
from domainguard.models.bulk import update_many
from domainguard.models.locking import atomic
from domainguard.services import trail
from domainguard.wiring import now

log = logging.getLogger("domainguard.trail")
_AT_ONCE = 500


def seal_trail(*, most: int = 20_000) -> int:
    """Seal at most so many rows that wait, the oldest first; give how many were sealed.

    Writers never wait for it: it touches only rows that are committed, which nobody changes. It
    may be left in the middle of anything, and a second sealer beside it waits for its batch.
    """
    sealed = 0
    try:
        while sealed < most and trail.rows().filter(digest=None).exists():
            sealed += _seal_some(min(_AT_ONCE, most - sealed))
    except (DataError, IntegrityError):
        # Somebody wrote into the chain by hand. The work of the site goes on; the trail waits.
        log.exception("The next place of the trail is taken: domainguard_audit verify says where.")
    return sealed


def _seal_some(most: int) -> int:
    with atomic():
        head, keys = _locked_head(), audit.keys()
        batch = list(trail.rows().filter(digest=None).order_by("pk")[:most])
        for row in batch:
            head.count += 1
            row.place = head.count
            facts = trail.seal_facts(row, after=head.last)
            row.digest = head.last = keys.sign(Kind.SEAL, facts)
        update_many(batch, ["place", "digest"])
        head.signature = keys.sign(Kind.HEAD, trail.head_facts(head))
        head.save()
    # Whoever keeps this line elsewhere can show later that no end of the trail was cut off.
    log.info("Sealed %d rows of the trail, %d in all, up to %s.", len(batch), head.count, head.last)
    return len(batch)


def _locked_head() -> TrailHead:
    # The first statement writes: SQLite takes its lock then, and never in the middle.
    trail.heads().bulk_create([TrailHead(pk=trail.HEAD_KEY)], ignore_conflicts=True)
    head = trail.heads().select_for_update().get()
    if not _is_whole(head):
        _go_on_from_the_rows(head)
    return head


def _is_whole(head: TrailHead) -> bool:
    if trail.rows().filter(place__gt=head.count).exists():
        return False
    fresh = (head.count, head.last, head.signature) == (0, FIRST, "")
    return fresh or audit.keys().signed(Kind.HEAD, trail.head_facts(head), head.signature)


def _go_on_from_the_rows(head: TrailHead) -> None:
    """Take the last sealed row for the end, and say so in the trail, where it stays for ever."""
    last = trail.rows().exclude(place=None).order_by("-place").first()
    head.count = (last and last.place) or 0
    head.last = (last and last.digest) or FIRST
    log.error("The head of the trail was lost; %d sealed rows are left.", head.count)
    audit.record(trail.HEAD_LOST, at=now(), left=head.count)
