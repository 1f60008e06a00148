"""A way back opens the gate for one proof of one address, at its epoch, and for nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domainguard.gate import Purpose, may_receive
from domainguard.models import DomainStatus, WayBack
from tests.services.rows import Site

ADA = "ada@mill-lane.org"


@pytest.fixture
def way(site: Site) -> WayBack:
    """Give the open way of somebody whose domain's epoch has risen."""
    site.person("ada", ADA)
    site.raise_epoch("mill-lane.org")
    standing = site.standing(ADA)
    return WayBack.objects.create(
        standing=standing,
        account=standing.account,
        kind=WayBack.Kind.SIGNED_IN,
        epoch=2,
        before=1,
        begun_at=site.now(),
        dies_at=site.now() + timedelta(hours=24),
    )


def answer(way: WayBack, purpose: Purpose = Purpose.CONFIRM) -> str:
    return may_receive(way.standing_id, purpose).reason


@pytest.mark.parametrize("purpose", Purpose)
def test_it_opens_the_gate_for_a_proof_and_for_nothing_else(way, purpose):
    proves = purpose is Purpose.CONFIRM
    assert answer(way, purpose) == ("eligible" if proves else "older_epoch")


@pytest.mark.parametrize("kind", set(WayBack.Kind) - {WayBack.Kind.SIGNED_IN})
def test_the_other_ways_send_nothing_to_the_lost_address(way, kind):
    WayBack.objects.update(kind=kind)
    assert answer(way) == "older_epoch"


@pytest.mark.parametrize(
    "changed",
    [{"epoch": 1}, {"epoch": 3}, {"before": 2}, {"ended_at": "now"}, {"dies_at": "now"}],
    ids=str,
)
def test_one_of_another_epoch_or_one_that_is_over_opens_nothing(way, site, changed):
    fields = {name: site.now() if value == "now" else value for name, value in changed.items()}
    WayBack.objects.update(**fields)
    assert answer(way) == "older_epoch"


def test_a_rise_of_the_epoch_closes_it_in_that_commit(way):
    DomainStatus.objects.update(control_epoch=3)
    assert answer(way) == "older_epoch"


def test_a_hold_closes_it_and_its_end_opens_it(way, site):
    site.hold("mill-lane.org")
    assert answer(way) == "older_epoch"
    DomainStatus.objects.update(holds=[], held=False)
    assert answer(way) == "eligible"


def test_it_opens_nothing_for_another_address(way, site):
    other = site.person("bea", "bea@mill-lane.org")
    site.raise_epoch("mill-lane.org")
    assert other.pk
    standing = site.standing("bea@mill-lane.org")
    assert may_receive(standing.pk, Purpose.CONFIRM).reason == "older_epoch"
