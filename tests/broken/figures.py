"""The benchmark's figures of a few chosen lives, as one line of JSON: python figures.py.

It is run in a broken copy of the app, and in the app as it is.
"""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import islice

from benchmarks.replay import Watched, replay
from domainguard.simulation.generator import generate
from domainguard.simulation.outages import Calendar, How, Outage, Where
from domainguard.simulation.play import START, Outcome, Terms, play
from domainguard.simulation.truth import HEALTHY_KINDS

_DAY = timedelta(days=1)


def _ours(lives, terms: Terms) -> list[Outcome]:
    return [
        outcome
        for life in lives
        for outcome in play(life, terms)
        if outcome.policy == "domainguard"
    ]


def _stolen() -> list[Outcome]:
    mix = {"registered_by_a_stranger": 0.6, "aftermarket_sale": 0.4}
    return _ours(generate(1, 12, START, 60, mix), Terms())


def _during_a_lie() -> list[Outcome]:
    # A registry denies half of its names for a week, and finds the one by which it is tested.
    lie = Outage(
        where=Where.RDAP,
        how=How.NO_SUCH_NAME,
        start=START + 20 * _DAY,
        end=START + 28 * _DAY,
        share=0.5,
    )
    lives = (
        life
        for life in generate(1, 400, START, 10, {"healthy": 1.0})
        if life.kind in HEALTHY_KINDS
        and lie.touches(life.domain, lie.start)
        and not lie.touches(f"nic.{life.domain.partition('.')[2]}", lie.start)
    )
    return _ours(islice(lives, 4), Terms(outages=Calendar([lie])))


def _renewed_at_google() -> int:
    lives = generate(1, 200, START + 10 * _DAY, 7, {"auto_renewed": 1.0})
    watched = [
        Watched(life, START, START + 40 * _DAY)
        for life in lives
        if life.domain.endswith((".app", ".dev"))
    ][:4]
    replay(watched)
    return sum(bool(each.holds or each.raised_at) for each in watched)


def main() -> None:
    """Play, and print."""
    stolen, lied = _stolen(), _during_a_lie()
    print(
        json.dumps(
            {
                "takeovers_with_trace": sum(bool(o.taken_by and o.trace) for o in stolen),
                "wrong_deverifications": sum(o.deverified_wrongly for o in [*stolen, *lied]),
                "renewals_taken_for_a_new_registration": _renewed_at_google(),
                "lives": len(stolen) + len(lied),
            }
        )
    )


if __name__ == "__main__":
    main()
