"""A first proof of an address, by link and by code: mailed and taken only while its domain is ours.

Whoever signs in without a proven address is mailed one; allauth then lets them in by it.
"""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from domainguard.models import AddressStanding
from domainguard.services.sweep import sweep
from tests.sites import cells, doors, proofs
from tests.sites.cells import ADDRESS, Site, When, healthy, play
from tests.sites.people import AllauthPeople

CELLS = [
    *(
        (state, when)
        for state in (cells.held, cells.lapsed, cells.registered_anew)
        for when in When
    ),
    (cells.deverified, When.REDEEM),
]


@pytest.fixture(params=[proofs.ProofLink, proofs.ProofCode, proofs.HeadlessProofCode])
def door(request, settings) -> type[doors.Door]:
    """Give one kind of proof, allauth set up for it."""
    for name, value in request.param.settings.items():
        setattr(settings, name, value)
    chosen: type[doors.Door] = request.param
    return chosen


@pytest.fixture
def site(every_door) -> Site:
    """Give a site where ada has proven nothing, and has an old neighbour at her domain."""
    made = Site(every_door.net, AllauthPeople())
    made.people.add("bea", "bea@mill-lane.org")
    sweep()
    EmailAddress.objects.filter(email=ADDRESS).update(verified=False)
    AddressStanding.objects.filter(canonical=ADDRESS).delete()
    AddressStanding.objects.update(verified_at=made.at(days=-300))
    return made


def test_a_proof_ticks_the_address_at_the_present_epoch(site, door):
    came = play(site, door, healthy, When.BEFORE)
    assert (came.mailed, came.worked) == (True, True)
    assert AddressStanding.objects.get(canonical=ADDRESS).verified_epoch == 1


@pytest.mark.parametrize(("state", "when"), CELLS)
def test_no_proof_is_mailed_or_taken_where_the_domain_is_not_to_be_trusted(site, door, state, when):
    came = play(site, door, state, when)
    assert (came.mailed, came.worked) == (when is When.REDEEM, False)
    assert not AddressStanding.objects.filter(canonical=ADDRESS, verified_epoch__gt=0).exists()


def test_an_address_that_lost_trust_gets_no_new_proof(site, door):
    def lost(site: Site) -> None:
        EmailAddress.objects.filter(email=ADDRESS).update(verified=True)
        sweep()
        cells.deverified(site)
        EmailAddress.objects.filter(email=ADDRESS).update(verified=False)

    came = play(site, door, lost, When.BEFORE)
    assert (came.mailed, came.worked) == (False, False)
    assert AddressStanding.objects.get(canonical=ADDRESS).verified_epoch == 1


def test_a_proof_counts_once(site, door):
    first = door()
    first.ask(ADDRESS)
    (mail,) = site.serve()
    first.use(mail)
    assert first.worked(site.ada)
    site.people.unprove(ADDRESS)
    second = door()
    second.use(mail)
    assert not second.worked(site.ada)
