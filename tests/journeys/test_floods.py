"""Floods of requests: the flooded still get in, the others too, and the sweep keeps its share.

CI floods briefly, `make faults` with 20,000 requests for one account (F43) and 100,000 for random
addresses (F44), of which 2,000 are somebody's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from domainguard.models import DomainStatus, Intent, Observation, OutboxMail
from domainguard.services import check, enroll, intents
from domainguard.testing import clock, scripts
from tests.faults.report import report
from tests.journeys.lengths import times
from tests.world import PASSWORD, World

ADA = "ada@mill-lane.org"
SECOND = timedelta(seconds=1)
PER_MINUTE = 60  # what we ask of one registry
OF_PEOPLE = 18
CANARIES = 4  # questions about the registry's own names, which count too
SWEPT = [f"b-{number:03}.org" for number in range(70)]


def resets(world: World) -> int:
    return sum("new password" in mail.message["subject"] for mail in world.mail_to(ADA))


@pytest.fixture
def flooded(world, at) -> World:
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", ADA)
    world.sweep()
    world.pass_time(timedelta(hours=1))
    world.net.rdap.queries.clear()
    return world


@pytest.mark.faults
def test_whoever_is_flooded_gets_a_reset_signs_in_and_is_not_buried_in_mail(flooded):
    """Ten minutes of flood, as many requests in each second; the workers come by now and then."""
    flood, attacker = times(600, 20_000), Client(REMOTE_ADDR="192.0.2.7")
    page = reverse("password_reset")
    for number in range(600):
        for _ in range(flood // 600 + (number < flood % 600)):
            attacker.post(page, {"email": ADA})
        if number % 10 == 0:
            flooded.serve()
        flooded.pass_time(SECOND)
    assert Intent.objects.count() == flood
    asked = flooded.net.rdap.queries.count("mill-lane.org")
    report("F43", f"{flood} requests in ten minutes: {resets(flooded)} mails, {asked} looks")
    assert 1 <= resets(flooded) <= 3
    assert asked <= 1

    cache.clear()
    answer = Client().post(reverse("account_login"), {"login": "ada", "password": PASSWORD})
    assert answer.headers["Location"] == "/account/"
    flooded.pass_time(timedelta(hours=1))
    flooded.ask_for_reset(ADA)
    flooded.serve()
    assert flooded.use(flooded.link_in(flooded.mail_to(ADA)[-1]), "a new pair of shoes")


def test_the_last_mail_of_a_flood_is_as_good_as_any(flooded):
    for _ in range(20):
        flooded.ask_for_reset(ADA)
        flooded.serve()
    assert resets(flooded) == 3
    flooded.pass_time(timedelta(minutes=59))
    assert flooded.use(flooded.link_in(flooded.mail_to(ADA)[-1]), "a new pair of shoes")


def test_a_flood_while_nobody_can_tell_costs_one_look_a_minute(flooded, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RESOLVERS": ["127.0.0.1:1"]}
    flooded.pass_time(timedelta(days=2))
    for number in range(180):
        intents.store(door="reset", text=ADA, payload={"number": number})
        flooded.serve()
        flooded.pass_time(SECOND)
    looks = Observation.objects.filter(purpose="reset").values("look").distinct().count()
    assert 1 <= looks <= 4
    assert OutboxMail.objects.count() == 0


def real_now() -> datetime:
    """Follow the test's clock and claim to be real, so that registries are treated with care."""
    return clock.clock.now()


def answered(purpose: str) -> int:
    """Count the questions that the registry was really asked."""
    rows = Observation.objects.filter(source="rdap", purpose=purpose)
    return rows.exclude(outcome="limited").count()


@pytest.mark.faults
def test_a_flood_over_many_domains_leaves_the_sweep_its_share(world, settings):
    """Requests for accounts on many domains of one registry, while a sweep has work there."""
    world.net.clock.restart(datetime.now(UTC))
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "CLOCK": f"{__name__}.real_now"}
    flood = [f"a-{number:04}.org" for number in range(times(60, 2_000))]
    for name in (*flood, *SWEPT):
        world.net.add(scripts.healthy(name, born=world.net.clock.now() - timedelta(days=400)))
        world.person(name.partition(".")[0], f"ada@{name}")
    enroll.enroll_all()
    rows = DomainStatus.objects.filter(domain__in=flood)
    rows.update(next_check_at=world.net.clock.now() + timedelta(days=1))
    nobody = times(120, 98_000) // len(flood)
    for name in flood:
        intents.store(door="reset", text=f"ada@{name}")
        for number in range(nobody):
            intents.store(door="reset", text=f"nobody-{number}@{name}")
    check.keep(check.ask(DomainStatus.objects.get(domain=SWEPT[0])), purpose=check.SWEEP)

    begin = perf_counter()
    intents.work(Intent.objects.count())
    took = perf_counter() - begin
    world.sweep()
    report(
        "F44",
        f"{Intent.objects.count()} requests over {len(flood)} domains worked on in {took:.0f} s; "
        f"of {PER_MINUTE} questions: resets {answered('reset')}, sweep {answered('sweep')}",
    )

    assert answered("reset") <= OF_PEOPLE
    assert answered("sweep") >= 0.7 * PER_MINUTE - CANARIES
    waiting = Intent.objects.filter(outcome="").count()
    assert len(flood) - OF_PEOPLE <= waiting <= len(flood)  # nobody waits for who has no account
