"""A link from before trust ended opens nothing at any later step, and opens what it opens once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client

from domainguard.core.evidence import SourceClass
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.models import AddressStanding, AuditEvent, DomainStatus, OutboxMail
from domainguard.testing import scripts
from registry_site.accounts.models import User
from tests.world import World

ADA, HOME = "ada@mill-lane.org", "ada@fieldpost.net"
SECOND = "a new pair of shoes"
FORM = {"new_password1": SECOND, "new_password2": SECOND}
AT_ONCE = 32


@pytest.fixture
def link(world, at) -> str:
    """Give the path of a link that was mailed to a healthy address."""
    for name in ("mill-lane.org", "fieldpost.net"):
        world.net.add(scripts.healthy(name, born=at(days=-400)))
    world.person("ada", ADA, HOME)
    world.sweep()
    world.ask_for_reset(ADA)
    world.serve()
    (mail,) = world.mail_to(ADA)
    return world.link_in(mail)


def bump(world: World) -> None:
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)


def hold(world: World) -> None:
    found = frozenset({SourceClass.REGISTRY})
    kept = [hold_as_json(Hold(HoldClass.LAPSE, Code.REDEMPTION, world.net.clock.now(), found))]
    DomainStatus.objects.filter(domain="mill-lane.org").update(held=True, holds=kept)


def remove(world: World) -> None:
    AddressStanding.objects.filter(canonical=ADA).update(removed_at=world.net.clock.now())


def ask_again(world: World) -> None:
    world.ask_for_reset(ADA)
    world.serve()


def first_get(browser: Client, link: str) -> str:
    answer = browser.get(link)
    return answer.headers.get("Location", link)


def second_get(browser: Client, link: str) -> str:
    browser.get(link)
    return link


def post(browser: Client, link: str) -> str:
    browser.post(link, FORM)
    return link


STEPS: list[Callable[[Client, str], str]] = [first_get, second_get, post]


def walk(link: str, gap: int, between: Callable[[], None]) -> Client:
    """Use a link step by step, with something happening before the step of this number."""
    browser, here = Client(), link
    for number, step in enumerate(STEPS):
        if number == gap:
            between()
        here = step(browser, here)
    return browser


@pytest.mark.parametrize("gap", range(len(STEPS)))
@pytest.mark.parametrize("becomes", [bump, hold, remove, ask_again])
def test_it_opens_nothing_when_trust_ended_before_any_of_its_steps(world, link, becomes, gap):
    walk(link, gap, lambda: becomes(world))
    assert not User.objects.get().check_password(SECOND)
    assert OutboxMail.objects.filter(used_at__isnull=False).count() == 0
    assert "recovery_completed" not in AuditEvent.objects.values_list("action", flat=True)


def test_it_opens_the_account_when_nothing_ended(world, link):
    walk(link, 0, lambda: None)
    assert User.objects.get().check_password(SECOND)


def test_of_many_who_use_one_link_at_once_exactly_one_succeeds(world, link):
    ready = threading.Barrier(AT_ONCE)
    statuses: dict[str, int] = {}

    def use(password: str) -> None:
        try:
            browser = Client()
            here = browser.get(link).headers["Location"]
            ready.wait(60)
            answer = browser.post(here, {"new_password1": password, "new_password2": password})
            statuses[password] = answer.status_code
        finally:
            connections.close_all()

    passwords = [f"the shoes of runner {number}" for number in range(AT_ONCE)]
    runners = [threading.Thread(target=use, args=(each,)) for each in passwords]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(60)
    winners = [password for password, status in statuses.items() if status == 302]
    assert len(statuses) == AT_ONCE
    assert len(winners) == 1
    assert User.objects.get().check_password(winners[0])
    assert OutboxMail.objects.filter(letter="changed").count() == 2
    assert AuditEvent.objects.filter(action="recovery_completed").count() == 1


def test_other_sessions_of_the_account_end_with_a_reset(world, link):
    elsewhere = Client()
    elsewhere.force_login(User.objects.get())
    assert elsewhere.get("/account/").status_code == 200
    ask_again(world)  # signing in made the first link worthless
    walk(world.link_in(world.mail_to(ADA)[-1]), 0, lambda: None)
    assert User.objects.get().check_password(SECOND)
    assert elsewhere.get("/account/").status_code == 302
