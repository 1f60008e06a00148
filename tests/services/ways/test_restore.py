"""Trust is given back under the locks only while all that a way began with is as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domainguard.core.reasons import Code, HoldClass
from domainguard.models import AddressStanding, DomainStatus, WayBack
from domainguard.models.locking import atomic
from domainguard.services.ways import case, restore, rows
from domainguard.services.ways.loss import loss_of
from domainguard.services.ways.rows import Refusal, WayRefused
from tests.journeys.lost import DAY, DOMAIN, LOST, OTHER, Loss, lost_in_rows


@pytest.fixture
def loss(site) -> Loss:
    """Give ada, who lost one address and still has another."""
    return lost_in_rows(site, OTHER)


@pytest.fixture
def way(loss) -> WayBack:
    """Give a way that waits."""
    lost = loss_of(loss.standing.pk)
    assert lost is not None
    return case.begin(lost, "I have had the domain since 2019 and bought it back.")


def give_back(way: WayBack) -> str:
    """Give trust back as the end of a way does; give why it was refused."""
    try:
        with atomic():
            restore.lock(way)
            restore.give_back(way, actor="test")
    except WayRefused as refused:
        return refused.why
    return ""


def test_it_is_given_back_once(loss, way):
    assert give_back(way) == ""
    assert loss.is_contact_only()
    assert give_back(way) == Refusal.OVER


def end_it(loss: Loss, way: WayBack) -> None:
    rows.end(way, WayBack.End.CANCELLED)


def let_it_run_out(loss: Loss, way: WayBack) -> None:
    loss.place.pass_time(timedelta(days=61))


def raise_the_epoch(loss: Loss, way: WayBack) -> None:
    DomainStatus.objects.filter(domain=DOMAIN).update(control_epoch=3)


def move_the_address(loss: Loss, way: WayBack) -> None:
    AddressStanding.objects.filter(canonical=LOST).update(verified_epoch=None)


def remove_the_address(loss: Loss, way: WayBack) -> None:
    AddressStanding.objects.filter(canonical=LOST).update(removed_at=loss.place.now())


def put_it_on_hold(loss: Loss, way: WayBack) -> None:
    row = loss.domain
    row.holds[0] |= {"hold_class": HoldClass.STAFF.value, "code": Code.HELD_BY_STAFF.value}
    row.holds[0]["t0"] = None
    row.save()


MEANWHILE = {
    end_it: Refusal.OVER,
    let_it_run_out: Refusal.OVER,
    raise_the_epoch: Refusal.OVER,
    move_the_address: Refusal.OVER,
    remove_the_address: Refusal.OVER,
    put_it_on_hold: Refusal.HELD,
}


@pytest.mark.parametrize("what", MEANWHILE, ids=lambda what: what.__name__)
def test_nothing_is_given_back_when_something_changed_meanwhile(loss, way, what):
    what(loss, way)
    before = loss.standing.verified_epoch
    assert give_back(way) == MEANWHILE[what]
    assert loss.standing.verified_epoch == before


def test_a_longer_rest_than_the_probation_stays(loss, way):
    later = loss.place.now() + 30 * DAY
    AddressStanding.objects.filter(canonical=LOST).update(recovery_from=later)
    assert give_back(way) == ""
    assert loss.standing.recovery_from == later
