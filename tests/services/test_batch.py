"""Many looks at once: who rests, who is asked about, who waits, and who spoils nothing."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from domainguard.models import DomainStatus, Observation
from domainguard.services import batch, check, leases
from domainguard.services.check import Asked
from domainguard.testing import scripts

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def town(world, at):
    """Settle 12 healthy domains, with somebody at each, and look at all of them."""
    for number in range(12):
        name = f"mill-{number}.org"
        world.net.add(scripts.healthy(name, born=at(days=-400)))
        world.person(f"p{number}", f"p@{name}")
    world.sweep()
    world.sweep()
    return world


def make_due(world, **fields: object) -> None:
    DomainStatus.objects.update(next_check_at=world.net.clock.now(), **fields)


def look() -> dict[str, check.Looked | None]:
    return {row.domain: looked for row, looked in batch.look_at_due()}


class TestTheDailyPass:
    def test_takes_hardly_more_statements_for_twelve_domains_than_for_one(self, town):
        make_due(town)
        DomainStatus.objects.exclude(domain="mill-1.org").update(
            next_check_at=town.net.clock.now() + DAY
        )
        with CaptureQueriesContext(connection) as for_one:
            assert len(look()) == 1
        make_due(town)
        with CaptureQueriesContext(connection) as for_all:
            assert len(look()) == DomainStatus.objects.count() > 12
        assert len(for_all) <= len(for_one) + 2  # how often it asks for more depends on timing

    def test_says_when_a_domain_was_last_found_as_it_was(self, town):
        town.pass_time(DAY)
        make_due(town)
        look()
        seen = set(DomainStatus.objects.values_list("triaged_at", "lease_until"))
        assert seen == {(town.net.clock.now(), None)}

    def test_looks_at_the_one_that_differs_and_at_no_other(self, town, at):
        town.net.replace(scripts.redemption("mill-3.org", born=at(days=-400), begins=at()))
        make_due(town)
        before = Observation.objects.count()
        looked = look()
        assert [name for name, each in looked.items() if each and each.acts] == ["mill-3.org"]
        assert set(Observation.objects.all()[: Observation.objects.count() - before]) == set(
            Observation.objects.filter(domain__domain="mill-3.org")[:3]
        )

    def test_begins_nothing_when_its_time_is_up(self, town):
        make_due(town)
        assert list(batch.look_at_due(seconds=0)) == []
        assert not DomainStatus.objects.exclude(lease_until=None).exists()


class TestARegistryThatMayBeAskedOnceAMinute:
    @pytest.fixture
    def rare(self, town, settings):
        """Let the registry's word be a week old, and allow one question a minute."""
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RATES": {"*": 1}}
        town.pass_time(7 * DAY)
        make_due(town)
        return town

    def waits(self, town) -> list[timedelta]:
        rows = DomainStatus.objects.filter(domain__startswith="mill")
        due = rows.order_by("next_check_at").values_list("next_check_at", flat=True)
        return [each - town.net.clock.now() for each in due]

    def test_is_asked_once_and_every_other_domain_gets_a_minute_of_its_own(self, rare):
        before = Observation.objects.count()
        assert len(look()) == 1
        assert Observation.objects.filter(source="rdap").count() - before <= 1
        waits = self.waits(rare)
        others = sorted(wait for wait in waits if wait < 12 * HOUR)
        assert len(others) >= 11
        gaps = [later - sooner for sooner, later in pairwise(others)]
        assert min(gaps) > MINUTE
        assert not DomainStatus.objects.filter(silent__gt=0).exists()

    def test_does_not_delay_the_look_at_a_domain_that_changed(self, rare, at):
        now = rare.net.clock.now()
        for number in (3, 4):
            rare.net.replace(
                scripts.redemption(f"mill-{number}.org", born=at(days=-400), begins=now)
            )
        looked = look()
        assert {"mill-3.org", "mill-4.org"} <= looked.keys()
        assert DomainStatus.objects.filter(held=True).count() == 2

    def test_does_not_delay_a_domain_for_ever(self, rare):
        long_ago = rare.net.clock.now() - 14 * DAY
        make_due(rare, last_conclusive_at=long_ago, registry_clean_at=long_ago)
        assert len(look()) == DomainStatus.objects.count()


class TestNeighbours:
    def test_an_answer_that_cannot_be_kept_spoils_no_other(self, site, caplog):
        rows = [site.domain(f"mill-{number}.org", next_check_at=site.now()) for number in range(3)]
        rows = leases.claim(3)
        answers = [(row, Asked(row.domain, site.now(), ())) for row in rows]
        answers[1] = rows[1], Asked("gone-meanwhile.org", site.now(), ())
        kept = {row.domain: looked for row, looked in batch._keep_asked(answers)}
        assert [name for name, looked in kept.items() if looked is None] == [rows[1].domain]
        assert Counter(DomainStatus.objects.values_list("failures", flat=True)) == {0: 2, 1: 1}
        assert "could not be kept" in caplog.text

    @pytest.mark.parametrize("trusted", [[], ["mill-lane.org"]])
    def test_a_row_that_cannot_be_read_ends_no_sweep_trusted_or_not(self, site, settings, trusted):
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRUSTED_DOMAINS": trusted}
        strange = [{"hold_class": "of another release"}]
        site.domain("mill-lane.org", next_check_at=site.now(), holds=strange)
        assert look() == {"mill-lane.org": None}

    @pytest.mark.django_db(transaction=True)
    def test_three_sweepers_at_once_look_at_each_domain_once(self, town):
        make_due(town)
        DomainStatus.objects.update(registry_clean_at=town.net.clock.now() - 8 * DAY)
        before = Observation.objects.filter(source="rdap").count()
        seen: list[str] = []

        def sweep() -> None:
            seen.extend(row.domain for row, _ in batch.look_at_due())
            connections.close_all()

        threads = [threading.Thread(target=sweep) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(seen) == sorted(DomainStatus.objects.values_list("domain", flat=True))
        asked = Observation.objects.filter(source="rdap").count() - before
        assert asked == DomainStatus.objects.count()
