"""Faults one after the other in one registry, and the oracle reads the whole run at the end."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest

from benchmarks.run_log import gather
from domainguard.models import (
    AddressStanding,
    Deverification,
    DomainStatus,
    Intent,
    OutboxMail,
    ReviewCase,
)
from domainguard.services.clock import ClockIsWrong
from domainguard.simulation.generator import generate_outages
from domainguard.simulation.oracle import violations
from domainguard.simulation.outages import How, Outage, Where
from domainguard.simulation.run_log import Answered, Swept
from domainguard.testing import clock as clocks
from domainguard.testing import scripts

pytestmark = pytest.mark.one_database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WELL = ("oak-yard.com", "fir-yard.de", "elm-yard.org", "ash-yard.eu", "yew-yard.app")
PROVIDER = "gmail.com"
RESOLVERS, RDAP, WHOIS, FASTLY = Where.RESOLVERS, Where.RDAP, Where.WHOIS, Where.FASTLY


def both(how: How) -> tuple[Outage, ...]:
    return tuple(Outage(where=where, how=how) for where in (RDAP, WHOIS))


FAULTS = {
    "F01 no resolver answers": (Outage(where=RESOLVERS, how=How.DOWN),),
    "F02 one resolver denies everything": (
        Outage(where=RESOLVERS, how=How.NO_SUCH_NAME, resolver=0),
    ),
    "F03 two of three deny everything": tuple(
        Outage(where=RESOLVERS, how=How.NO_SUCH_NAME, resolver=each) for each in (0, 1)
    ),
    "F04 SERVFAIL for half of the names": (Outage(where=RESOLVERS, how=How.ERROR, share=0.5),),
    "F05 a whole TLD is bogus": (Outage(where=RESOLVERS, how=How.BOGUS, tld="de"),),
    "F06 no registry answers": both(How.DOWN),
    "F07 registries limit most questions": (Outage(where=RDAP, how=How.LIMITED, share=0.9),),
    "F08 registries deny everything": both(How.NO_SUCH_NAME),
    "F09 the status service knows nothing": (Outage(where=FASTLY, how=How.UNKNOWN),),
    "F09 the status service refuses": (Outage(where=FASTLY, how=How.FORBIDDEN),),
    "F09 the status service denies everything": (Outage(where=FASTLY, how=How.NO_SUCH_NAME),),
}


@pytest.fixture
def run(world, at, settings):
    """Give a registry with five healthy domains, a mailbox provider, and one that has lapsed."""
    for domain in (*WELL, PROVIDER):
        world.net.add(scripts.healthy(domain, born=at(days=-400), expires=at(days=300)))
        world.person(domain.partition(".")[0], f"ada@{domain}")
    world.net.add(scripts.redemption("mill-lane.net", born=at(days=-400), begins=at(days=1)))
    world.person("bea", "bea@mill-lane.net")
    return Run(world, settings)


class Run:
    """Sweeps and requests of one registry, with what each left behind."""

    def __init__(self, world, settings) -> None:
        self.world = world
        self._settings = settings
        self.sweeps: list[Swept] = []
        self.answered: list[Answered] = []

    def sweep(self, after: timedelta = 7 * HOUR) -> None:
        now = self.world.net.clock.advance(after)
        due = DomainStatus.objects.filter(next_check_at__lte=now).values_list("domain", flat=True)
        before = frozenset(due.all())
        self.world.sweep()
        self.sweeps.append(Swept(now, before, before - frozenset(due.all())))

    def let_an_hour_pass_for_real(self) -> None:
        """Forget who was down: servers that failed are left alone by the real clock."""
        self._settings.DOMAINGUARD = dict(self._settings.DOMAINGUARD)

    def ask_everybody(self) -> None:
        for canonical in AddressStanding.objects.values_list("canonical", flat=True):
            self.answered.append(Answered("reset", self.world.ask_for_reset(canonical)))
        self.world.serve()

    def broken_promises(self) -> list[str]:
        sent = self.world.net.sink.messages
        log = gather(delivered=sent, sweeps=self.sweeps, answered=self.answered)
        return [str(each) for each in violations(log)]


def lost() -> set[str]:
    return set(Deverification.objects.values_list("standing__mail_domain__name", flat=True))


def test_no_fault_of_any_source_breaks_a_promise_or_costs_a_healthy_address_its_trust(run):
    run.sweep(HOUR)
    for name, outages in FAULTS.items():
        run.world.net.clock.advance(20 * HOUR)
        with ExitStack() as failing:
            for each in outages:
                failing.enter_context(run.world.net.world.failing(each))
            run.sweep()
            run.ask_everybody()
        run.let_an_hour_pass_for_real()
        run.sweep()
        assert lost() <= {"mill-lane.net"}, name
        assert not DomainStatus.objects.get(domain=PROVIDER).held, name
    for _ in range(3):  # F10: every source good and bad by turns, five minutes each
        run.world.net.world.plan(
            *(
                Outage(where=where, how=How.DOWN, start=now, end=now + timedelta(minutes=5))
                for now in [run.world.net.clock.now()]
                for where in (RESOLVERS, RDAP, WHOIS)
            )
        )
        run.sweep(timedelta(minutes=2))
        run.sweep(timedelta(minutes=5))
    run.let_an_hour_pass_for_real()
    for _ in range(3):
        run.sweep(13 * HOUR)
    run.ask_everybody()

    assert lost() == {"mill-lane.net"}
    held = DomainStatus.objects.filter(held=True, domain__in=WELL)
    # Its registry shows neither handle nor date: where a lapse was claimed, people decide.
    assert set(held.values_list("domain", flat=True)) <= {"ash-yard.eu"}
    reached = {mail.rcpt_to for mail in run.world.net.sink.messages}
    assert reached >= {f"ada@{domain}" for domain in (*WELL, PROVIDER)}
    assert run.broken_promises() == []


def test_outages_drawn_by_chance_break_no_promise_either(run):
    run.sweep(HOUR)
    drawn = [
        each
        for each in generate_outages(11, 40, run.world.net.clock.now(), 4)
        if each.how not in (How.SILENT, How.SLOW)  # these take real time, and say as much
    ]
    run.world.net.world.plan(*drawn)
    for _ in range(8):
        run.sweep(12 * HOUR)
        run.ask_everybody()

    assert lost() <= {"mill-lane.net"}
    assert run.broken_promises() == []


def test_f58_a_breaker_that_sock_puppets_trip_refuses_as_before(world, at, settings):
    puppets = [f"puppet-{each}.com" for each in range(21)]
    for domain in (*puppets, "mill-lane.com"):
        world.net.add(scripts.redemption(domain, born=at(days=-400), begins=at(days=100)))
        world.person(domain.partition(".")[0], f"ada@{domain}")
    run = Run(world, settings)
    run.sweep(HOUR)
    run.sweep(100 * DAY)
    run.sweep()
    run.ask_everybody()

    assert run.broken_promises() == []
    assert not OutboxMail.objects.filter(purpose="recover").exists()
    assert ReviewCase.objects.filter(kind=ReviewCase.Kind.BREAKER).count() == 22
    assert lost() == set()


def test_f60_no_leap_of_the_clock_breaks_a_promise(run):
    run.sweep(HOUR)
    before = run.world.net.clock.now()
    run.sweep(40 * DAY)
    run.ask_everybody()
    assert lost() == set()
    clocks.clock.restart(before + 39 * DAY)  # a clock that goes back
    with pytest.raises(ClockIsWrong):
        run.world.sweep()
    clocks.clock.restart(before + 41 * DAY)
    run.sweep()
    assert run.broken_promises() == []


def test_f64_days_go_by_and_nothing_piles_up_but_what_was_seen(run):
    run.sweep(HOUR)
    for _ in range(7):
        run.sweep(8 * HOUR)
    rows = _piles()
    for _ in range(6):
        run.sweep(8 * HOUR)
        run.ask_everybody()
        run.world.net.clock.advance(HOUR)
    assert _piles() == rows
    assert not Intent.objects.filter(next_try_at__isnull=False).exists()
    assert run.broken_promises() == []


def _piles() -> list[int]:
    tables = (AddressStanding, DomainStatus, Deverification, ReviewCase)
    return [table.objects.count() for table in tables]
