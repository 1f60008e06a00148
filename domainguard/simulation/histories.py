"""What a status service says of one life over time, its outages included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .lives import Life
from .outages import Calendar, How, Outage, Where
from .rivals import Heard
from .status_words import status_words

_IN_OUTAGES = {How.UNKNOWN: "unknown", How.NO_SUCH_NAME: "undelegated inactive"}


def heard(life: Life, outages: Calendar, since: datetime, until: datetime) -> list[Heard]:
    """Give the words and whether there is an MX, from each moment on at which they change.

    The service knows the registrable domain alone: a delegated subdomain is as well as its parent.
    """
    own = next((each for each in life.companions if life.domain.endswith(f".{each.domain}")), life)
    silent = [each for each in outages.outages if each.where is Where.FASTLY]
    moments = {since, *(turn.at for each in (life, own) for turn in each.turns)}
    moments |= {edge for each in silent for edge in (each.start, each.end)}
    return [
        Heard(at, _words(own, silent, at), bool(life.at(at).mx) and life.at(at).delegated)
        for at in sorted(moments)
        if since <= at < until
    ]


def _words(life: Life, outages: Sequence[Outage], at: datetime) -> str:
    for each in outages:
        if each.touches(life.domain, at):
            return _IN_OUTAGES.get(each.how, "")
    return status_words(life.at(at))
