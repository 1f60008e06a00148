"""What one look does to the rows: one commit, of the newest look, and of nobody else's lease."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domainguard.core.evidence import Evidence, Outcome
from domainguard.core.record import Act
from domainguard.gate import Purpose, may_receive
from domainguard.models import AuditEvent, DomainStatus, EpochBump, Observation, ReviewCase
from domainguard.services import check
from domainguard.services.check import Asked, keep
from domainguard.services.enforce import enforce
from domainguard.services.known import known_of
from tests.core.builders import (
    ANEW,
    DOMAIN,
    HEALTHY,
    LAPSED,
    QUIET,
    REDEMPTION,
    dns,
    registration,
    registry,
)

HOUR = timedelta(hours=1)
ADA = f"ada@{DOMAIN}"


@pytest.fixture
def row(site) -> DomainStatus:
    """Give a domain that nobody has looked at, with one account on it."""
    site.person("ada", ADA)
    DomainStatus.objects.update(
        fingerprint=None, observed=None, baseline_at=None, last_look_at=None, state="unknown"
    )
    return DomainStatus.objects.get()


def look(site, evidence: Iterable[Evidence], at: datetime | None = None, **options):
    at = at or site.now()
    said = tuple(replace(each, at=at) for each in evidence)
    return keep(Asked(DOMAIN, at, said), purpose=check.SWEEP, **options)


def now() -> DomainStatus:
    return DomainStatus.objects.get(domain=DOMAIN)


def test_a_first_healthy_look_takes_the_baseline_and_comes_back_in_a_day(site, row):
    looked = look(site, HEALTHY)
    assert (looked.acts, now().state, now().held) == ((), "active", False)
    assert (now().fingerprint or {})["handle"] == "D1-ORG"
    assert now().last_conclusive_at == site.now()
    wait = now().next_check_at - site.now()
    assert timedelta(hours=21) < wait <= timedelta(hours=24)


def test_an_adverse_look_holds_with_the_same_commit_and_is_audited_once(site, row):
    look(site, HEALTHY)
    site.pass_time(HOUR)
    assert look(site, REDEMPTION).acts == (Act.HOLD,)
    assert not may_receive(site.standing(ADA).pk, Purpose.RECOVER).admitted
    site.pass_time(HOUR)
    assert look(site, REDEMPTION).acts == ()
    (event,) = AuditEvent.objects.filter(action="domain_hold")
    assert (event.domain, event.detail["epoch"]) == (DOMAIN, 1)
    assert {"redemption", "nxdomain"} <= set(event.detail["reasons"])


def test_two_adverse_looks_six_hours_apart_ask_for_a_bump_and_one_does_not(site, row):
    look(site, HEALTHY)
    look(site, REDEMPTION)
    assert not now().wants_bump
    assert now().next_check_at == site.now() + 6 * HOUR
    site.pass_time(6 * HOUR)
    look(site, REDEMPTION)
    assert now().wants_bump
    enforce()
    assert (now().wants_bump, now().control_epoch) == (False, 2)


def test_a_clean_look_before_the_bump_takes_the_wish_back(site, row):
    look(site, HEALTHY)
    look(site, REDEMPTION)
    site.pass_time(6 * HOUR)
    look(site, REDEMPTION)
    look(site, HEALTHY)
    assert not now().wants_bump
    assert now().held


def test_silence_changes_nothing_but_the_time_of_the_next_look(site, row):
    look(site, HEALTHY)
    before = now()
    site.pass_time(HOUR)
    looked = look(site, QUIET)
    assert not looked.verdict.conclusive
    assert (now().state, now().held, now().sentence) == (before.state, False, before.sentence)
    assert (now().silent, now().last_look_at) == (1, site.now())
    assert now().next_check_at < site.now() + 2 * HOUR
    assert look(site, QUIET).acts == ()
    assert now().silent == 2


def test_an_older_look_is_kept_as_evidence_and_overwrites_nothing_newer(site, row):
    look(site, HEALTHY)
    start = site.now()
    site.pass_time(HOUR)
    look(site, REDEMPTION)
    before = DomainStatus.objects.values().get(domain=DOMAIN)
    late = look(site, HEALTHY, at=start + 0.5 * HOUR)
    assert late.acts == ()
    assert DomainStatus.objects.values().get(domain=DOMAIN) == before
    assert Observation.objects.count() == 6


def test_a_look_under_a_lost_lease_changes_nothing_at_all(site, row):
    DomainStatus.objects.update(lease_number=7, lease_until=site.now() + HOUR)
    looked = look(site, REDEMPTION, lease=6)
    assert looked.verdict is None
    assert not now().held
    assert not Observation.objects.exists()


def test_a_look_under_its_lease_gives_the_lease_back_and_one_without_leaves_it(site, row):
    until = site.now() + HOUR
    DomainStatus.objects.update(lease_number=7, lease_until=until)
    look(site, HEALTHY)
    assert now().lease_until == until
    look(site, HEALTHY, lease=7)
    assert now().lease_until is None


def test_an_older_look_gives_its_lease_back_too(site, row):
    look(site, HEALTHY)
    DomainStatus.objects.update(lease_number=7, lease_until=site.now() + HOUR)
    look(site, HEALTHY, at=site.now() - HOUR, lease=7)
    assert now().lease_until is None


def test_every_witness_is_kept_also_the_silent_ones_under_one_look(site, row):
    look(site, (*HEALTHY, registry(Outcome.TIMED_OUT, source="whois")))
    kept = Observation.objects.order_by("source")
    assert [(each.source, each.outcome) for each in kept] == [
        ("dns", "answered"),
        ("rdap", "answered"),
        ("whois", "timed_out"),
    ]
    assert len({each.look for each in kept}) == 1


def test_trust_is_as_old_as_the_oldest_standing_of_the_present_epoch(site, row):
    verified = site.now() - timedelta(days=900)
    site.person("bea", f"bea@{DOMAIN}")
    standings = site.standing(ADA), site.standing(f"bea@{DOMAIN}")
    type(standings[0]).objects.filter(pk=standings[0].pk).update(verified_at=verified)
    assert known_of(now()).trusted_since == verified
    type(standings[0]).objects.filter(pk=standings[0].pk).update(removed_at=site.now())
    assert known_of(now()).trusted_since == standings[1].first_seen_at


def test_a_release_heals_the_lapse_that_raised_the_present_epoch(site, row):
    for hours, evidence in enumerate([HEALTHY, REDEMPTION, REDEMPTION, HEALTHY, HEALTHY]):
        site.pass_time(bool(hours) * 6 * HOUR)
        look(site, evidence)
        enforce()
    assert (now().held, now().control_epoch) == (False, 2)
    assert EpochBump.objects.get().healed_at == site.now()
    assert site.audited().count("domain_release") == 1
    assert site.standing(ADA).verified_epoch == 2


def test_a_stranger_heals_nothing(site, row):
    for hours, evidence in enumerate([HEALTHY, LAPSED, LAPSED, ANEW, ANEW, ANEW]):
        site.pass_time(bool(hours) * 6 * HOUR)
        look(site, evidence)
        enforce()
    assert now().held
    assert not EpochBump.objects.exclude(healed_at=None).exists()
    assert site.standing(ADA).verified_epoch == 1


def test_an_exempt_provider_is_looked_at_never_held_and_one_case_tells_people(site):
    site.person("ada", "ada@gmail.com")
    for _ in range(3):
        at = site.now()
        said = tuple(replace(each, domain="gmail.com", at=at) for each in REDEMPTION)
        keep(Asked("gmail.com", at, said), purpose=check.SWEEP)
        site.pass_time(6 * HOUR)
    row = DomainStatus.objects.get(domain="gmail.com")
    assert (row.held, row.wants_bump, row.control_epoch) == (False, False, 1)
    assert ReviewCase.objects.filter(kind="exempt").count() == 1
    assert site.audited() == ["case_opened"]


def test_the_state_is_in_words_and_the_words_are_of_the_last_conclusive_look(site, row):
    look(site, HEALTHY)
    assert now().sentence == "The domain is in the same hands as before."
    look(site, REDEMPTION)
    assert now().sentence.startswith("The registrar has deleted the domain")


def test_hosts_that_moved_under_one_registration_become_the_baseline(site, row):
    look(site, HEALTHY)
    moved = (registry(registration()), dns(["ns1.elsewhere.net"], ["mx.elsewhere.net"]))
    assert look(site, moved).acts == ()
    assert (now().fingerprint or {})["ns"] == ["ns1.elsewhere.net"]


@pytest.mark.parametrize(("minutes", "fresh"), [(0, True), (15, True), (16, False), (-1, False)])
def test_an_answer_is_fresh_for_a_quarter_of_an_hour_and_none_from_the_future_is(
    site, row, minutes, fresh
):
    row.last_conclusive_at = site.now() - timedelta(minutes=minutes)
    assert check.is_fresh(row) is fresh


def test_a_trusted_domain_is_never_looked_at(site, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRUSTED_DOMAINS": ["corp.internal"]}
    site.person("ada", "ada@corp.internal")
    looked = check.look_now("corp.internal", purpose=check.STAFF)
    assert looked.verdict is None
    assert not Observation.objects.exists()
