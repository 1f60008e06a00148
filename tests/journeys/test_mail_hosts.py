"""T04 through the sweep: whoever gets a mail host's or name server's domain gets no mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domainguard.gate import GateAnswer, Purpose, Reason, may_receive
from domainguard.models import Deverification, MailDependency
from domainguard.services.dependencies import MOST
from domainguard.simulation.hosting import NORTHWIND
from domainguard.testing import How, Where, scripts

pytestmark = pytest.mark.one_database

DAY = timedelta(days=1)
ADA = "ada@mill-lane.org"
RELAY = replace(NORTHWIND, mx=("mx1.relay-post.net", "mx2.relay-post.net"))
DEEP = replace(NORTHWIND, ns=("ns1.deep-dns.org", "ns2.deep-dns.org"))


@pytest.fixture
def chain(world, at):
    """Let mail for mill-lane.org go to relay-post.net, whose name servers are in deep-dns.org."""
    born = at(days=-400)
    world.net.add(scripts.healthy("mill-lane.org", born=born, hosting=RELAY))
    world.net.add(scripts.healthy("relay-post.net", born=born, hosting=DEEP))
    world.net.add(scripts.healthy("deep-dns.org", born=born))
    world.person("ada", ADA)
    world.live(3 * DAY)
    assert answer(world).admitted
    return world


def answer(world) -> GateAnswer:
    return may_receive(world.standing(ADA).pk, Purpose.RECOVER)


def dependencies() -> dict[str, bool]:
    return dict(MailDependency.objects.values_list("domain__domain", "direct"))


def test_mail_rests_on_the_hosts_and_on_the_hosts_of_the_hosts_and_no_further(chain):
    found = dependencies()
    assert {name: found[name] for name in ("relay-post.net", "deep-dns.org")} == {
        "relay-post.net": True,
        "deep-dns.org": False,
    }
    assert "mill-lane.org" not in found


@pytest.mark.parametrize("lapsing", ["relay-post.net", "deep-dns.org"])
def test_where_one_of_them_is_free_nobody_gets_mail_and_nobody_is_deverified(chain, at, lapsing):
    chain.net.replace(scripts.released(lapsing, born=at(days=-400), at=at(days=4)))
    chain.live(2 * DAY)
    assert chain.domain(lapsing).held
    assert answer(chain).reason is Reason.HELD
    assert not chain.domain("mill-lane.org").held
    assert not Deverification.objects.exists()
    chain.ask_for_reset(ADA)
    chain.serve()
    assert chain.mail_to(ADA) == []


class TestWhereNoSweepRanForDays:
    """The look at the moment of use sees the hosts too."""

    @pytest.fixture
    def unswept(self, chain):
        chain.pass_time(3 * DAY)
        return chain

    def ask(self, chain) -> int:
        chain.ask_for_reset(ADA)
        chain.serve()
        return len(chain.mail_to(ADA))

    @pytest.mark.parametrize("lost", ["relay-post.net", "deep-dns.org"])
    def test_a_host_that_a_stranger_has_by_now_gets_nobody_a_mail(self, unswept, at, lost):
        unswept.net.replace(scripts.healthy(lost, born=at(days=5), hosting=NORTHWIND))
        assert self.ask(unswept) == 0
        assert unswept.domain(lost).held
        assert answer(unswept).reason is Reason.HELD

    def test_hosts_as_they_were_let_the_mail_pass(self, unswept):
        before = unswept.domain("relay-post.net").last_look_at
        assert self.ask(unswept) == 1
        assert unswept.domain("relay-post.net").last_look_at > before

    def test_a_host_of_which_nobody_can_tell_lets_the_mail_wait_and_come_later(self, unswept):
        with unswept.net.outage(Where.RESOLVERS, How.BOGUS, tld="net"):
            assert self.ask(unswept) == 0
        unswept.pass_time(timedelta(minutes=2))
        unswept.serve()
        assert len(unswept.mail_to(ADA)) == 1


@pytest.mark.parametrize("bought", ["relay-post.net", "deep-dns.org"])
def test_where_one_of_them_was_registered_after_we_first_saw_it_the_hold_stays(chain, at, bought):
    chain.net.replace(scripts.healthy(bought, born=at(days=4), hosting=NORTHWIND))
    chain.live(30 * DAY)
    assert chain.domain(bought).state == "reregistered"
    assert answer(chain).reason is Reason.HELD
    assert not chain.domain("mill-lane.org").held


def test_a_host_that_only_moves_and_renews_holds_nobody(chain, at):
    moved = scripts.healthy("relay-post.net", born=at(days=-400), hosting=NORTHWIND)
    chain.net.replace(moved)
    chain.live(30 * DAY)
    assert answer(chain).admitted


def test_of_thirty_mail_hosts_twenty_are_followed_and_the_name_servers_among_them(world, at):
    crowd = tuple(f"mx.relay-{number}.net" for number in range(30))
    world.net.add(
        scripts.healthy("mill-lane.org", born=at(days=-400), hosting=replace(RELAY, mx=crowd))
    )
    world.person("ada", ADA)
    world.live(2 * DAY)
    assert len(dependencies()) == MOST == 20
    assert "northwind-hosting.net" in dependencies()
