"""Epochs go up once, for what two looks agree on, within the breaker's limits."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connections

from domainguard.core.episodes import is_enough
from domainguard.core.record import Cause, look_from_json
from domainguard.gate import Purpose, may_receive
from domainguard.models import (
    AddressStanding,
    Deverification,
    DomainStatus,
    EpochBump,
    Observation,
    OutboxMail,
    ReviewCase,
)
from domainguard.services import outbox
from domainguard.services.enforce import enforce
from domainguard.services.enroll import enroll
from domainguard.services.pause import pause
from domainguard.wiring import policy
from registry_site.accounts.models import User
from registry_site.packages.models import Project, Role
from tests.services.test_enroll import stored

ADA, HOME = "ada@mill-lane.org", "ada@fieldpost.net"
MANY = 30


def lapse_of_many(site, count: int = MANY, *, of_age: bool = True) -> None:
    for number in range(count):
        name = f"mill-{number}.org"
        site.mail_domain(name)
        enroll([stored(f"someone@{name}", str(number))])
        site.corroborate(name)
    if of_age:
        grow_old(site)


def grow_old(site) -> None:
    """Let all accounts be older than ninety days. Nobody here owns anything."""
    AddressStanding.objects.update(first_seen_at=site.now() - timedelta(days=90))


def test_a_corroborated_lapse_raises_the_epoch_once_and_cites_its_two_looks(site):
    site.person("ada", ADA)
    site.corroborate("mill-lane.org")
    done = enforce()
    assert (done.bumped, done.stopped, done.deverified) == (1, 0, 1)
    row, bump = DomainStatus.objects.get(), EpochBump.objects.get()
    assert (row.control_epoch, bump.epoch, bump.cause) == (2, 2, "lapse")
    first, last = map(look_from_json, bump.evidence["looks"])
    assert is_enough(Cause.LAPSE, first, last, apart=policy().apart)
    assert site.audited() == ["epoch_raised", "address_deverified"]
    again = enforce()
    assert (again.bumped, again.deverified) == (0, 0)
    assert DomainStatus.objects.get().control_epoch == 2


def test_one_adverse_look_raises_nothing(site):
    site.person("ada", ADA)
    site.hold("mill-lane.org")
    assert enforce().bumped == 0
    assert not may_receive(site.standing(ADA).pk, Purpose.RECOVER).admitted


def test_what_was_asked_for_and_no_longer_holds_is_not_done(site):
    site.person("ada", ADA)
    row = site.corroborate("mill-lane.org")
    DomainStatus.objects.filter(pk=row.pk).update(episodes=[])
    assert enforce().bumped == 0


def test_an_exempt_provider_is_never_bumped(site):
    site.person("ada", "ada@gmail.com")
    site.corroborate("gmail.com")
    assert enforce().bumped == 0


def test_what_people_have_in_hand_is_left_to_them(site):
    site.person("ada", ADA)
    row = site.corroborate("mill-lane.org")
    DomainStatus.objects.filter(pk=row.pk).update(under_review=True)
    assert enforce().bumped == 0


def test_a_row_that_another_release_wrote_delays_no_other(site, caplog):
    site.person("ada", ADA)
    site.person("bea", "bea@mill-road.org")
    broken = site.corroborate("mill-lane.org")
    site.corroborate("mill-road.org")
    DomainStatus.objects.filter(pk=broken.pk).update(episodes=[{"hold_class": "of tomorrow"}])
    assert enforce().bumped == 1
    assert "could not be read" in caplog.text
    assert "mill-lane" not in caplog.text


def test_a_change_of_hands_carries_along_who_verified_more_than_48_hours_after_it(site):
    start = site.now() - timedelta(days=5)
    site.domain("mill-lane.org")
    hour = timedelta(hours=1)
    verified = {"1": None, "2": start + 48 * hour, "3": start + 49 * hour}
    for account, moment in verified.items():
        enroll([stored(f"p{account}@mill-lane.org", account, verified_at=moment)])
    site.corroborate("mill-lane.org", t0=start)
    done = enforce()
    assert done.deverified == 2
    epochs = dict(AddressStanding.objects.values_list("account", "verified_epoch"))
    assert epochs == {"1": 1, "2": 1, "3": 2}
    assert DomainStatus.objects.get().control_epoch == 2
    assert Deverification.objects.filter(standing__account="3").count() == 0


class TestTheBreaker:
    def test_stops_deverification_opens_one_case_each_and_never_stops_refusal(self, site):
        lapse_of_many(site)
        done = enforce()
        assert (done.bumped, done.stopped, done.deverified) == (0, MANY, 0)
        assert ReviewCase.objects.filter(kind="breaker", closed_at=None).count() == MANY
        assert DomainStatus.objects.filter(under_review=True).count() == MANY
        again = enforce()
        assert (again.bumped, again.stopped) == (0, 0)
        assert ReviewCase.objects.count() == MANY
        for standing in AddressStanding.objects.all():
            assert not may_receive(standing.pk, Purpose.RECOVER).admitted

    def test_lets_twenty_a_day_pass_and_not_one_more(self, site):
        lapse_of_many(site, 20)
        assert enforce().bumped == 20
        site.mail_domain("mill-road.org")
        enroll([stored("ada@mill-road.org", "77")])
        grow_old(site)
        site.corroborate("mill-road.org")
        assert enforce().stopped == 1
        site.pass_time(timedelta(hours=24))
        DomainStatus.objects.update(under_review=False)
        assert enforce().bumped == 1

    def test_that_has_tripped_lets_nobody_pass_for_a_day_and_says_so_once(self, site):
        lapse_of_many(site)
        enforce()
        for number in range(3):
            name = f"late-{number}.org"
            site.mail_domain(name)
            enroll([stored(f"ada@{name}", f"late{number}")])
            grow_old(site)
            site.corroborate(name)
            assert (enforce().bumped, site.audited().count("breaker_tripped")) == (0, 1)
        assert ReviewCase.objects.filter(closed_at=None).count() == MANY + 3

    def test_lets_the_next_pass_when_people_have_closed_its_cases(self, site):
        lapse_of_many(site)
        enforce()
        ReviewCase.objects.update(closed_at=site.now())
        site.mail_domain("late.org")
        enroll([stored("ada@late.org", "late")])
        grow_old(site)
        site.corroborate("late.org")
        assert enforce().bumped == 1

    def test_is_not_used_up_by_young_accounts_that_own_nothing(self, site):
        lapse_of_many(site, of_age=False)
        assert enforce().bumped == MANY
        site.mail_domain("mill-lane.org")
        enroll([stored()])
        grow_old(site)
        site.corroborate("mill-lane.org")
        assert enforce().bumped == 1

    def test_counts_young_accounts_that_own_a_project(self, site):
        lapse_of_many(site, of_age=False)
        for number in range(MANY):
            owner = User.objects.create_user(f"p{number}")
            project = Project.objects.create(name=f"project-{number}")
            Role.objects.create(project=project, user=owner)
            AddressStanding.objects.filter(account=str(number)).update(account=str(owner.pk))
        assert enforce().stopped == MANY

    @pytest.mark.parametrize(("answered", "passed"), [(2_400, 24), (2_000, 0)])
    def test_measures_a_source_by_the_domains_it_answers_for_and_not_by_all(
        self, site, answered, passed
    ):
        """A hundredth of what a source knows; two endings, so that neither has its own too many."""
        others = [
            DomainStatus(domain=f"far-{n}.com", created_at=site.now(), next_check_at=site.now())
            for n in range(5_000)
        ]
        rows = DomainStatus.objects.bulk_create(others)
        kept = {"source_class": "registry", "outcome": "answered", "evidence": {}}
        Observation.objects.bulk_create(
            Observation(domain=row, look=uuid4(), source="rdap", at=site.now(), **kept)
            for row in rows[:answered]
        )
        for number in range(24):
            name = f"mill-{number}.{('org', 'net')[number % 2]}"
            site.mail_domain(name)
            enroll([stored(f"someone@{name}", str(number))])
            site.corroborate(name)
        grow_old(site)
        assert enforce().bumped == passed

    def test_counts_where_the_site_cannot_say(self, site, caplog):
        lapse_of_many(site, of_age=False)
        for standing in AddressStanding.objects.all():
            AddressStanding.objects.filter(pk=standing.pk).update(account=f"no key {standing.pk}")
        assert enforce().stopped == MANY
        assert "could not say" in caplog.text


class TestObserving:
    @pytest.fixture(autouse=True)
    def _observe(self, site, settings) -> None:
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "DEVERIFY": "observe"}

    def test_bumps_and_records_but_touches_no_flag_and_sends_nothing(self, site):
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org")
        assert enforce().deverified == 1
        outbox.deliver()
        assert site.is_flagged(ADA)
        assert not OutboxMail.objects.exists()
        assert mail.outbox == []
        lost = Deverification.objects.get()
        assert (lost.enforced, lost.flag_cleared_at, lost.noticed_at) == (False, None, None)
        assert not may_receive(site.standing(ADA).pk, Purpose.RECOVER).admitted

    def test_gives_trust_back_without_a_word(self, site):
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org")
        enforce()
        site.heal("mill-lane.org")
        assert enforce().restored == 1
        assert may_receive(site.standing(ADA).pk, Purpose.RECOVER).admitted
        assert not OutboxMail.objects.exists()


class TestWhilePaused:
    def test_nothing_is_bumped_and_refusal_goes_on(self, site):
        site.person("ada", ADA)
        site.corroborate("mill-lane.org")
        pause(True, by="test")
        assert enforce().bumped == 0
        assert not may_receive(site.standing(ADA).pk, Purpose.RECOVER).admitted
        pause(False, by="test")
        assert enforce().bumped == 1


def test_more_than_one_commit_can_hold_are_raised_all_the_same(site):
    lapse_of_many(site, 120, of_age=False)
    assert enforce().bumped == 120
    assert EpochBump.objects.count() == 120


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_bump_once_and_share_one_budget(site):
    lapse_of_many(site, 12)
    found = []

    def decide() -> None:
        found.append(enforce())
        connections.close_all()

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(done.bumped for done in found) == 12
    assert sum(done.deverified for done in found) == 12
    assert EpochBump.objects.count() == 12
    assert set(DomainStatus.objects.values_list("control_epoch", flat=True)) == {2}
    assert site.audited().count("address_deverified") == 12
