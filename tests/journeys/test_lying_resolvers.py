"""F02 to F05: resolvers that lie or fail for a while, and what sweeps make of it then and after.

The canary passes all resolvers in the sweep before; they begin to lie a moment after that, so
that nothing but their lies can give them away.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from random import Random

import pytest

from domainguard.models import Deverification, DomainStatus
from domainguard.services.batch import CLAIMED_AT_ONCE
from domainguard.services.sweep import sweep
from domainguard.testing import How, Where, scripts
from domainguard.testing.dns_server import SERVFAIL, DnsAnswer, DnsServer

pytestmark = pytest.mark.one_database

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
HEALTHY = [f"mill-{number}.org" for number in range(12)]
LAPSING = [f"weir-{number}.org" for number in range(4)]


@pytest.fixture
def town(world, at):
    """Settle 16 domains with somebody at each; four lapse when a day has passed."""
    for name in HEALTHY:
        world.net.add(scripts.healthy(name, born=at(days=-400)))
    for name in LAPSING:
        world.net.add(scripts.redemption(name, born=at(days=-400), begins=at(days=1)))
    for name in (*HEALTHY, *LAPSING):
        world.person(name, f"someone@{name}")
    world.sweep()
    world.sweep()
    return world


@contextmanager
def denying_everything(world, *resolvers: int):
    with ExitStack() as outages:
        for number in resolvers:
            outages.enter_context(
                world.net.outage(Where.RESOLVERS, How.NO_SUCH_NAME, resolver=number)
            )
        yield


def held() -> set[str]:
    return set(DomainStatus.objects.filter(held=True).values_list("domain", flat=True))


def deverified() -> set[str]:
    domains = "standing__mail_domain__name"
    return set(Deverification.objects.values_list(domains, flat=True))


def test_one_lying_resolver_is_out_before_a_batch_is_over_and_harms_nobody(town):
    liar = town.net.dns_servers[0]
    with denying_everything(town, 0):
        done = sweep(everything=True)
        liar.queries.clear()
        sweep(everything=True)
    assert not {name for name, _ in liar.queries} & {*HEALTHY, *LAPSING}  # canaries at most
    assert len(HEALTHY) < done.checked < CLAIMED_AT_ONCE
    assert (done.held, done.inconclusive, done.unusable_sources) == (0, 0, [])


def test_with_a_liar_set_aside_those_that_lapsed_are_found_all_the_same(town, at):
    with denying_everything(town, 0):
        town.live(2 * DAY)
    assert held() == set(LAPSING)
    town.live(DAY)
    assert deverified() == set(LAPSING)


def test_while_two_of_three_lie_nobody_is_deverified_and_the_sweep_says_what_fails(town, at):
    with denying_everything(town, 0, 1):
        done = sweep(everything=True)
        assert (done.held, done.unusable_sources) == (0, ["dns"])
        town.live(3 * DAY)
        assert (held(), deverified()) == (set(LAPSING), set())  # the registry says it alone
    town.live(2 * DAY)
    assert (held(), deverified()) == (set(LAPSING), set(LAPSING))


def failing_at_random(server: DnsServer, share: float, seed: int) -> None:
    """Let this share of all questions to a resolver come to SERVFAIL, each by its own lot."""
    truth, lots = server.answer, Random(seed)  # noqa: S311

    def answer(name: str, rdtype: str) -> DnsAnswer:
        return SERVFAIL if lots.random() < share else truth(name, rdtype)

    server.answer = answer


@pytest.mark.parametrize(("share", "unsettled"), [(0.01, 0), (0.1, 0), (0.5, 1), (0.9, 10)])
def test_whatever_share_of_questions_fails_no_domain_is_wronged_and_the_truth_comes_out(
    town, at, share, unsettled
):
    truths = [server.answer for server in town.net.dns_servers]
    for number, server in enumerate(town.net.dns_servers):
        failing_at_random(server, share, seed=number)
    done = sweep(everything=True)
    town.live(2 * DAY)
    assert held() == set(LAPSING)
    assert deverified() <= set(LAPSING)

    for server, truth in zip(town.net.dns_servers, truths, strict=True):
        server.answer = truth
    town.live(2 * DAY)
    assert (held(), deverified()) == (set(LAPSING), set(LAPSING))
    assert done.inconclusive >= unsettled


def test_a_tld_with_broken_signatures_for_three_hours_costs_its_people_time_and_nothing_else(
    town, at
):
    there = [f"muehle-{number}.de" for number in range(12)]
    for name in there:
        town.net.add(scripts.healthy(name, born=at(days=-400)))
        town.person(name, f"jemand@{name}")
    town.sweep()
    town.live(6 * HOUR)
    for each in (there[0], HEALTHY[0]):
        DomainStatus.objects.filter(domain=each).update(last_conclusive_at=at(hours=-20))
    with town.net.outage(Where.RESOLVERS, How.BOGUS, tld="de"):
        done = sweep(everything=True)
        assert (done.held, done.inconclusive) == (0, len(there))
        for name in (there[0], there[1], HEALTHY[0]):
            town.ask_for_reset(f"{'jemand' if name in there else 'someone'}@{name}")
        town.serve()
        assert len(town.mail_to(f"jemand@{there[1]}")) == 1  # seen well a few hours ago
        assert len(town.mail_to(f"someone@{HEALTHY[0]}")) == 1
        assert town.mail_to(f"jemand@{there[0]}") == []  # last seen well more than a day ago
        town.live(3 * HOUR)
        assert held() == set()
    for _ in range(3):
        town.pass_time(HOUR)
        town.serve()
    assert len(town.mail_to(f"jemand@{there[0]}")) == 1
    town.live(2 * DAY)
    assert deverified() == set(LAPSING)
    assert not DomainStatus.objects.filter(domain__in=there, silent__gt=0).exists()
