"""A sweep from a wrong clock would conclude wrongly: it does not begin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections

from domainguard.core.evidence import Evidence, Outcome, SourceClass
from domainguard.models import Observation
from domainguard.services import check
from domainguard.services.check import Asked
from domainguard.services.clock import ClockIsWrong, check_clock
from domainguard.services.sweep import sweep

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("minutes", [4, 6])
def test_a_clock_more_than_five_minutes_behind_a_look_stops_the_sweep(site, minutes):
    site.domain("mill-lane.org")
    at = site.now() + minutes * MINUTE
    heard = Evidence(
        domain="mill-lane.org",
        source="rdap",
        source_class=SourceClass.REGISTRY,
        outcome=Outcome.UNREACHABLE,
        at=at,
    )
    check.keep(Asked("mill-lane.org", at, (heard,)), purpose=check.SWEEP)
    assert Observation.objects.count() == 1
    if minutes <= 5:
        check_clock()
        return
    with pytest.raises(ClockIsWrong, match="nothing was done"):
        sweep()


def test_a_clock_far_from_the_databases_stops_the_sweep_unless_it_is_declared_virtual(
    site, settings
):
    check_clock()
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "CLOCK": "tests.services.rows.wrong_clock"}
    if connections["default"].vendor != "postgresql":
        check_clock()
        return
    with pytest.raises(ClockIsWrong, match="the database"):
        check_clock()
