"""Signing in by a provider's word, which whoever has the domain today could make it give."""

from __future__ import annotations

import pytest

from domainguard.models import AuditEvent
from tests.sites import cells
from tests.sites.cells import ADDRESS, ADVERSE, Site
from tests.sites.people import AllauthPeople
from tests.sites.proofs import Provider


@pytest.fixture
def site(provider) -> Site:
    return Site(provider.net, AllauthPeople())


def signs_in(site: Site) -> bool:
    door = Provider()
    door.ask(ADDRESS)
    return door.worked(site.ada)


def test_a_provider_signs_in_the_owner_of_a_healthy_address(site):
    assert signs_in(site)


@pytest.mark.parametrize("state", ADVERSE)
def test_a_provider_signs_nobody_in_where_trust_ended(site, state):
    state(site)
    assert not signs_in(site)
    # That somebody tried to sign up is told to an address never proven, on a domain in order.
    assert len(site.serve()) == (state is cells.never_verified)


def test_the_trail_says_why(site):
    cells.held(site)
    signs_in(site)
    assert AuditEvent.objects.get(action="reset_refused").detail["reason"] == "held"
