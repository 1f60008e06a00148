"""What is true of a life at a moment: is it well, is it lost, and who reads its mail?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domainguard.core.epp import HOLDS, Status

from .lives import Facts, Holder, Life

Stretch = tuple[datetime, datetime]
_ON_ITS_WAY_OUT = HOLDS | {Status.REDEMPTION_PERIOD, Status.PENDING_DELETE}
# Nothing in these lives is a loss: whoever loses trust in one has been wronged.
HEALTHY_KINDS = frozenset(
    {"healthy", "auto_renewed", "host_moved", "transferred", "dnssec_rollover", "suspended"}
)


def is_well(facts: Facts) -> bool:
    """Say whether nothing about a name is a reason to hold it: its owner's, and in the DNS."""
    healthy = facts.registered and facts.delegated and not facts.statuses & _ON_ITS_WAY_OUT
    return healthy and facts.holder is Holder.OWNER


def is_lost(facts: Facts) -> bool:
    """Say whether anybody can see that a name is lost to its owner, or about to be."""
    going = not facts.registered or bool(facts.statuses & _ON_ITS_WAY_OUT)
    return going or facts.holder is Holder.STRANGER


def lost_at(life: Life) -> datetime:
    """Give the first moment at which that can be seen; raises StopIteration where it never can."""
    return next(turn.at for turn in life.turns if is_lost(turn.facts))


def is_wrong_to_end_trust(life: Life, at: datetime) -> bool:
    """Say whether nothing had happened by then that an address could lose its trust for."""
    if life.kind in HEALTHY_KINDS:
        return True
    return all(is_well(turn.facts) for turn in life.turns if turn.at <= at)


def strangers_since(life: Life) -> datetime | None:
    """Give the moment from which a stranger reads the mail; None where none ever does."""
    return next((turn.at for turn in life.turns if turn.facts.mailbox is Holder.STRANGER), None)


def well_stretches(life: Life, since: datetime, until: datetime) -> Iterator[Stretch]:
    """Give the stretches of this time in which nothing is wrong with a name."""
    edges = [since, *(turn.at for turn in life.turns if since < turn.at < until), until]
    begin = None
    for edge in edges:
        well = edge < until and is_well(life.at(edge))
        if well and begin is None:
            begin = edge
        if not well and begin is not None:
            yield begin, edge
            begin = None
