"""What the resolvers say of a name, in each stage of its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.simulation.hosting import PARKING
from domainguard.testing import How, Outage, VirtualClock, Where, events, scripts
from domainguard.testing.dns_server import BOGUS, LAME, NODATA, NXDOMAIN, REFUSED, SERVFAIL, SILENCE
from domainguard.testing.world import World
from domainguard.testing.zone import Zone

DAY = timedelta(days=1)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BORN = datetime(2019, 5, 1, tzinfo=UTC)
NAME = "some-name.org"


@pytest.fixture
def world() -> World:
    world = World(VirtualClock(NOW))
    world.add(events.dnssec_rollover(NAME, born=BORN, at=NOW + DAY, expires=NOW + 90 * DAY))
    world.add(scripts.lapsed("lost-name.org", born=BORN, expires=NOW))
    return world


@pytest.mark.parametrize(
    ("name", "rdtype", "records"),
    [
        (NAME, "NS", ("ns1.northwind-hosting.net.", "ns2.northwind-hosting.net.")),
        (NAME, "MX", ("10 mx1.northwind-hosting.net.", "20 mx2.northwind-hosting.net.")),
        ("org", "NS", ("a.nic.org.",)),
        ("io", "NS", ("a.nic.io.",)),
    ],
)
def test_a_delegated_name_has_its_records(world, name, rdtype, records):
    assert Zone(world).answer(name, rdtype).records == records


def test_ds_and_soa_are_those_of_the_facts(world):
    zone = Zone(world)
    (ds,) = zone.answer(NAME, "DS").records
    assert ds.replace(" ", "/") == world.facts(NAME).ds[0]
    (soa,) = zone.answer(NAME, "SOA").records
    assert soa.startswith("ns1.northwind-hosting.net. hostmaster.northwind-hosting.net. ")


@pytest.mark.parametrize("name", [NAME, f"www.{NAME}", f"mail.{NAME}", f"ns1.{NAME}"])
def test_usual_hosts_have_an_address(world, name):
    (address,) = Zone(world).answer(name, "A").records
    assert address.startswith("192.0.2.")


@pytest.mark.parametrize(
    ("name", "rdtype", "answer"),
    [
        (NAME, "AAAA", NODATA),
        (f"www.{NAME}", "MX", NODATA),
        ("org", "MX", NODATA),
        (f"nothing.{NAME}", "A", NXDOMAIN),
        ("no-such-name.org", "NS", NXDOMAIN),
        ("no-such-tld", "NS", NXDOMAIN),
    ],
)
def test_names_that_exist_without_such_records_are_not_names_that_do_not(
    world, name, rdtype, answer
):
    assert Zone(world).answer(name, rdtype) == answer


def test_a_parked_name_answers_for_any_host_until_the_registry_takes_it_out(world):
    world.clock.advance(6 * DAY)
    parked = Zone(world)
    assert parked.answer("lost-name.org", "NS").records == tuple(f"{ns}." for ns in PARKING.ns)
    assert parked.answer("any.host.lost-name.org", "A").records
    world.clock.advance(40 * DAY)
    assert parked.answer("lost-name.org", "NS") == NXDOMAIN
    assert parked.answer("any.host.lost-name.org", "A") == NXDOMAIN


def test_null_mx_is_one_record_and_no_mx_is_none(world):
    null, none = (replace(world.facts(NAME), mx=mx) for mx in ((".",), ()))
    life = world.life(NAME)
    world.add(life.changed_at(NOW, null))
    assert Zone(world).answer(NAME, "MX").records == ("0 .",)
    world.add(life.changed_at(NOW, none))
    assert Zone(world).answer(NAME, "MX") == NODATA


def test_a_subdomain_may_be_lame_while_its_parent_is_well(world):
    life = events.delegated_subdomain(f"dept.{NAME}", "dead-dns.net", born=BORN, at=NOW + DAY)
    world.add(life)
    assert Zone(world).answer(f"dept.{NAME}", "MX") == LAME
    assert Zone(world).answer(NAME, "MX").records
    world.clock.advance(DAY)
    assert Zone(world).answer(f"dept.{NAME}", "MX").records[0] == "10 mx1.anymail-relay.net."


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        (How.SILENT, SILENCE),
        (How.DOWN, REFUSED),
        (How.ERROR, SERVFAIL),
        (How.BOGUS, BOGUS),
        (How.NO_SUCH_NAME, NXDOMAIN),
        (How.FORBIDDEN, SILENCE),  # HTTP's own; a resolver can only be silent
    ],
)
def test_a_failing_resolver_fails_in_its_own_way(world, how, answer):
    with world.failing(Outage(where=Where.RESOLVERS, how=how, resolver=1)):
        assert Zone(world, 1).answer(NAME, "NS") == answer
        assert Zone(world, 0).answer(NAME, "NS").records


def test_a_slow_resolver_tells_the_truth_late(world):
    with world.failing(Outage(where=Where.RESOLVERS, how=How.SLOW, delay=0.5, tld="org")):
        slow = Zone(world).answer(NAME, "NS")
        assert slow.delay == 0.5
        assert slow.records
        assert Zone(world).answer("net", "NS").delay == 0


def test_every_registrys_own_name_exists_as_canaries_expect(world):
    zone = Zone(world)
    for name in ("nic.org", "nic.co.uk", "nic.ru"):
        assert zone.answer(name, "NS").records
        assert world.facts(name).registered
    assert zone.answer("nic.no-such-tld", "NS") == NXDOMAIN


def test_a_name_above_others_exists_even_without_a_life_of_its_own(world):
    world.add(scripts.healthy("some-name.co.uk", born=BORN))
    assert Zone(world).answer("co.uk", "NS").records
    assert Zone(world).answer("other-name.co.uk", "NS") == NXDOMAIN
