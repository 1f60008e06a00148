"""What DNS says of a mail domain touches that mail domain, and nobody else below its trust key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domainguard.core.evidence import Delegation, Evidence, Outcome, Presence, SourceClass
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import DomainStatus, MailDependency, MailDomain
from domainguard.services import check, mail_domains, sweep
from domainguard.services.check import Asked, keep
from domainguard.testing import scripts
from tests.core.builders import DOMAIN, HEALTHY, NS, dns, registration, registry

HOUR = timedelta(hours=1)
DEPT = f"dept.{DOMAIN}"


@pytest.fixture
def people(site) -> None:
    site.person("ada", f"ada@{DOMAIN}")
    site.person("bea", f"bea@{DEPT}")
    DomainStatus.objects.update(fingerprint=None, observed=None, baseline_at=None)


def seen(**facts) -> Evidence:
    delegation = Delegation(**{"presence": Presence.DELEGATED, **facts})
    return Evidence(
        domain=DEPT,
        source="dns",
        source_class=SourceClass.DNS,
        outcome=Outcome.ANSWERED,
        at=HEALTHY[0].at,
        delegation=delegation,
    )


def look(site, below: Evidence, at=HEALTHY) -> None:
    now = site.now()
    said = tuple(replace(each, at=now) for each in at)
    keep(Asked(DOMAIN, now, said, (replace(below, at=now),)), purpose=check.SWEEP)


def depends_on(mail_domain: str) -> set[str]:
    own = MailDependency.objects.filter(mail_domain__name=mail_domain)
    return set(own.values_list("domain__domain", flat=True))


def reason(site, address: str) -> Reason:
    return may_receive(site.standing(address).pk, Purpose.RECOVER).reason


def test_a_dead_delegation_holds_that_mail_domain_and_nobody_else(site, people):
    look(site, seen(presence=Presence.NXDOMAIN))
    assert reason(site, f"bea@{DEPT}") is Reason.HELD
    assert reason(site, f"ada@{DOMAIN}") is Reason.ELIGIBLE
    kept = MailDomain.objects.get(name=DEPT)
    assert kept.absent_since == kept.last_look_at == site.now()
    look(site, seen(presence=Presence.NXDOMAIN))
    assert site.audited() == ["mail_domain_hold"]


def test_the_hold_ends_after_two_clean_looks_six_hours_apart(site, people):
    look(site, seen(presence=Presence.NXDOMAIN))
    look(site, seen(mx=frozenset({"mx.hoster.net"})))
    assert reason(site, f"bea@{DEPT}") is Reason.HELD
    site.pass_time(6 * HOUR)
    look(site, seen(mx=frozenset({"mx.hoster.net"})))
    assert reason(site, f"bea@{DEPT}") is Reason.ELIGIBLE
    assert site.audited() == ["mail_domain_hold", "mail_domain_release"]


def test_a_look_in_between_that_finds_it_gone_begins_the_count_anew(site, people):
    for gone in (True, False, True, False):
        presence = Presence.NXDOMAIN if gone else Presence.DELEGATED
        look(site, seen(presence=presence))
        site.pass_time(3 * HOUR)
    look(site, seen())
    assert reason(site, f"bea@{DEPT}") is Reason.HELD


def test_silence_starts_nothing_and_ends_nothing(site, people):
    quiet = replace(seen(), outcome=Outcome.TIMED_OUT, delegation=None)
    look(site, quiet)
    assert reason(site, f"bea@{DEPT}") is Reason.ELIGIBLE
    look(site, seen(presence=Presence.NXDOMAIN))
    for _ in range(3):
        site.pass_time(6 * HOUR)
        look(site, quiet)
    assert reason(site, f"bea@{DEPT}") is Reason.HELD


def test_a_null_mx_is_no_hold_and_no_mail_goes_there(site, people):
    look(site, seen(null_mx=True))
    assert reason(site, f"bea@{DEPT}") is Reason.NO_MAIL
    look(site, seen(), (HEALTHY[0], dns(null_mx=True, mx=())))
    assert reason(site, f"ada@{DOMAIN}") is Reason.NO_MAIL
    assert reason(site, f"bea@{DEPT}") is Reason.ELIGIBLE
    look(site, seen())
    assert reason(site, f"ada@{DOMAIN}") is Reason.ELIGIBLE


def test_a_mail_domain_depends_on_its_own_hosts_and_on_the_name_servers_above_it(site, people):
    look(site, seen(mx=frozenset({"mx.relay.org"}), ns=frozenset({"ns.delegated.org"})))
    assert depends_on(DEPT) == {"relay.org", "delegated.org", "hoster.net"}


def test_whoever_took_over_a_name_server_above_it_does_not_get_rid_of_it_in_the_dns(site, people):
    """The registry still names hoster.net; whoever has it answers in the DNS what they like."""
    named = registry(registration(nameservers=frozenset(NS)))
    look(site, seen(), (named, dns(["ns1.attacker.net"])))
    assert "hoster.net" in depends_on(DEPT)
    look(site, seen(), (registry(Outcome.TIMED_OUT), dns(["ns1.attacker.net"])))
    assert "hoster.net" in depends_on(DEPT)


def test_below_an_exempt_provider_nothing_is_held(site):
    site.person("ada", "ada@dept.gmail.com")
    gone = replace(seen(presence=Presence.NXDOMAIN), domain="dept.gmail.com")
    now = site.now()
    said = tuple(replace(each, at=now, domain="gmail.com") for each in HEALTHY)
    keep(Asked("gmail.com", now, said, (gone,)), purpose=check.SWEEP)
    assert reason(site, "ada@dept.gmail.com") is Reason.ELIGIBLE


class TestWhoseTurnItIs:
    def test_the_apex_is_no_mail_domain_below_itself(self, site, people):
        key = MailDomain.objects.get(name=DEPT).trust_key_id
        assert mail_domains.below([key]) == {key: [DEPT]}

    def test_twenty_at_a_time_and_the_longest_unseen_first(self, site):
        names = [f"d{number:02}.{DOMAIN}" for number in range(30)]
        for name in names:
            site.mail_domain(name)
        key = MailDomain.objects.first().trust_key_id
        first = mail_domains.below([key])[key]
        assert first == names[:20]
        MailDomain.objects.filter(name__in=first).update(last_look_at=site.now())
        assert mail_domains.below([key])[key][:10] == names[20:]

    def test_each_trust_key_has_its_own_twenty(self, site):
        for key in ("mill-lane.org", "mill-road.org"):
            for number in range(25):
                site.mail_domain(f"d{number:02}.{key}")
        keys = set(MailDomain.objects.values_list("trust_key", flat=True))
        found = mail_domains.below(keys)
        assert {len(names) for names in found.values()} == {20}
        assert found.keys() == keys


def test_a_sweep_looks_below_a_trust_key_that_has_mail_of_its_own(world, at):
    """The apex and the department are both in use; only the department is gone."""
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org", "ada@gone.mill-lane.org")
    sweep.sweep()
    held = MailDomain.objects.exclude(holds=[]).values_list("name", flat=True)
    assert list(held) == ["gone.mill-lane.org"]
    assert not world.domain("mill-lane.org").held


def test_a_look_at_the_moment_of_use_asks_for_the_one_mail_domain_in_question(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org", "ada@gone.mill-lane.org", "ada@other.mill-lane.org")
    sweep.sweep()
    MailDomain.objects.update(last_look_at=None)
    world.pass_time(HOUR)
    check.look_now("mill-lane.org", purpose=check.RESET, mail_domain="gone.mill-lane.org")
    looked = MailDomain.objects.exclude(last_look_at=None).values_list("name", flat=True)
    assert list(looked) == ["gone.mill-lane.org"]
