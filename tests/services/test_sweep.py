"""The sweep: everything that is due, nobody's work twice, nobody held up by anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.test import override_settings

from domainguard.core.evidence import Evidence, Outcome, SourceClass
from domainguard.models import DomainStatus, Observation
from domainguard.services import batch, check, leases
from domainguard.services.check import Asked
from domainguard.testing import How, Where, scripts

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def due(site, *names: str) -> list[DomainStatus]:
    return [site.domain(name, next_check_at=site.now()) for name in names]


def kept(row: DomainStatus, answer: Asked) -> check.Looked | None:
    """Keep an answer as the sweep does."""
    ((_, looked),) = batch._keep_asked([(row, answer)])
    return looked


class TestLeases:
    def test_what_is_leased_is_nobody_elses_until_the_lease_runs_out(self, site):
        due(site, "mill-lane.org", "mill-road.org")
        first = leases.claim(1)
        second = leases.claim(10)
        assert {row.domain for row in first + second} == {"mill-lane.org", "mill-road.org"}
        assert leases.claim(10) == []
        site.pass_time(5 * MINUTE)
        assert len(leases.claim(10)) == 2

    def test_every_lease_has_a_number_of_its_own(self, site):
        due(site, "mill-lane.org")
        (first,) = leases.claim(1)
        site.pass_time(5 * MINUTE)
        (second,) = leases.claim(1)
        assert second.lease_number == first.lease_number + 1

    def test_only_what_is_due_is_claimed_the_longest_due_first(self, site):
        site.domain("later.org", next_check_at=site.now() + MINUTE)
        site.domain("old.org", next_check_at=site.now() - HOUR)
        site.domain("new.org", next_check_at=site.now())
        assert [row.domain for row in leases.claim(10)] == ["old.org", "new.org"]

    def test_a_long_queue_at_a_registry_puts_off_no_day_of_dns_and_no_hour_of_who_publishes(
        self, site
    ):
        due(site, "cold.org", "hot.org")
        DomainStatus.objects.filter(domain="hot.org").update(hot=True)
        leases.postpone([(row, 80 * HOUR) for row in leases.claim(2)])
        waits = dict(DomainStatus.objects.values_list("domain", "next_check_at"))
        assert waits == {"cold.org": site.now() + 24 * HOUR, "hot.org": site.now() + HOUR}

    def test_a_late_answer_is_ignored(self, site):
        due(site, "mill-lane.org")
        (slow,) = leases.claim(1)
        site.pass_time(20 * MINUTE)
        (fast,) = leases.claim(1)
        answer = Asked("mill-lane.org", site.now(), (_denial(site),))
        before = DomainStatus.objects.values().get()
        assert kept(slow, answer).verdict is None
        leases.set_aside(slow)
        leases.give_back([slow])
        leases.postpone([(slow, HOUR)])
        assert DomainStatus.objects.values().get() == before
        assert kept(fast, answer).verdict is not None

    @pytest.mark.django_db(transaction=True)
    def test_four_sweepers_claim_each_row_once(self, site):
        due(site, *(f"mill-{number}.org" for number in range(40)))
        claimed: list[str] = []

        def claim() -> None:
            while rows := leases.claim(3):
                claimed.extend(row.domain for row in rows)
            connections.close_all()

        threads = [threading.Thread(target=claim) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        # With skip locked a sweeper may leave while another still holds the last rows.
        claimed += [row.domain for row in leases.claim(40)]
        assert sorted(claimed) == sorted(f"mill-{number}.org" for number in range(40))


def _denial(site) -> Evidence:
    return Evidence(
        domain="mill-lane.org",
        source="rdap",
        source_class=SourceClass.REGISTRY,
        outcome=Outcome.NOT_FOUND,
        at=site.now(),
    )


class TestAPoisonedDomain:
    def test_rests_an_hour_twice_and_then_a_day_with_a_trace(self, site):
        due(site, "mill-lane.org")
        waits = []
        for _ in range(4):
            (row,) = leases.claim(1)
            leases.set_aside(row)
            row.refresh_from_db()
            waits.append(row.next_check_at - site.now())
            site.pass_time(waits[-1])
        assert waits == [HOUR, HOUR, 24 * HOUR, 24 * HOUR]
        assert site.audited() == ["domain_set_aside"] * 2

    def test_is_forgiven_with_the_first_look_that_holds(self, site):
        due(site, "mill-lane.org")
        DomainStatus.objects.update(failures=2)
        (row,) = leases.claim(1)
        kept(row, Asked("mill-lane.org", site.now(), (_denial(site),)))
        row.refresh_from_db()
        assert row.failures == 0

    def test_whose_row_cannot_be_read_changes_no_other_domains_result(self, world, at):
        for name in ("mill-lane.org", "mill-road.org"):
            world.net.add(scripts.healthy(name, born=at(days=-400)))
            world.person(name, f"someone@{name}")
        world.sweep()
        DomainStatus.objects.filter(domain="mill-lane.org").update(
            holds=[{"hold_class": "of tomorrow"}], next_check_at=at(), held=True
        )
        DomainStatus.objects.filter(domain="mill-road.org").update(next_check_at=at())
        done = world.sweep()
        assert (done.checked, done.failed) == (2, 1)
        assert world.domain("mill-road.org").next_check_at > at()
        assert world.domain("mill-lane.org").failures == 1

    def test_whose_answers_cannot_be_kept_does_not_either(self, site, caplog):
        due(site, "mill-lane.org")
        (row,) = leases.claim(1)
        answer = Asked("gone-meanwhile.org", site.now(), (_denial(site),))
        assert kept(row, answer) is None
        row.refresh_from_db()
        assert row.failures == 1
        assert "could not be kept" in caplog.text


class TestTheDailyRound:
    @pytest.fixture
    def healthy(self, world, at) -> Callable[[], DomainStatus]:
        world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
        world.person("ada", "ada@mill-lane.org")
        world.sweep()
        world.sweep()
        world.pass_time(24 * HOUR)
        return lambda: world.domain("mill-lane.org")

    def test_asks_one_resolver_and_nobody_else_while_nothing_changes(self, world, healthy):
        before = Observation.objects.count()
        with world.net.outage(Where.RDAP):
            done = world.sweep()
        assert done.checked > 0
        assert Observation.objects.count() == before
        assert healthy().next_check_at > world.net.clock.now() + 20 * HOUR

    def test_asks_everybody_at_once_when_anything_differs(self, world, healthy, at):
        world.net.replace(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at()))
        assert world.sweep().held == 1
        assert healthy().held

    @pytest.mark.parametrize(
        "leave",
        [
            lambda row: leases.give_back([row]),
            lambda row: leases.postpone([(row, 20 * HOUR)]),
        ],
        ids=["given back", "postponed"],
    )
    def test_does_not_postpone_the_second_look_of_somebody_who_looked_meanwhile(
        self, world, healthy, at, leave
    ):
        (row,) = [each for each in leases.claim(99) if each.domain == "mill-lane.org"]
        world.net.replace(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at()))
        check.look_now("mill-lane.org", purpose=check.RESET)
        leave(row)
        assert healthy().next_check_at == world.net.clock.now() + 6 * HOUR
        assert healthy().lease_until is None


def test_a_source_that_says_nothing_to_anybody_is_named(world, at):
    for name in ("mill-lane.org", "mill-road.org"):
        world.net.add(scripts.healthy(name, born=at(days=-400)))
        world.person(name, f"someone@{name}")
    with world.net.outage(Where.RDAP, How.ERROR):
        done = world.sweep()
    assert done.unusable_sources == ["rdap"]
    assert (done.held, done.conclusive) == (0, 0)


def test_two_resolvers_of_three_that_deny_everything_hold_nobody(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    with (
        world.net.outage(Where.RESOLVERS, How.NO_SUCH_NAME, resolver=0),
        world.net.outage(Where.RESOLVERS, How.NO_SUCH_NAME, resolver=1),
    ):
        world.pass_time(24 * HOUR)
        done = world.sweep()
    assert (done.held, done.deverified) == (0, 0)


def test_a_trusted_domain_is_passed_over(world, settings):
    with override_settings(
        DOMAINGUARD={**settings.DOMAINGUARD, "TRUSTED_DOMAINS": ["corp.internal"]}
    ):
        world.person("ada", "ada@corp.internal")
        done = world.sweep()
        assert (done.checked, done.failed) == (1, 0)
        assert not Observation.objects.exists()
        assert world.domain("corp.internal").next_check_at > world.net.clock.now()
