"""Whoever has a mail host's or a name server's domain has the mail: their holds are ours too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from domainguard.core.evidence import Evidence, Outcome, Presence
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import AddressStanding, DomainStatus, MailDependency
from domainguard.services import check
from domainguard.services.check import Asked, keep
from domainguard.services.dependencies import MOST, Hosts, set_dependencies
from domainguard.testing import events
from tests.core.builders import DOMAIN, HEALTHY, LAPSED, MX, NS, dns, registration, registry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA = f"ada@{DOMAIN}"
ATTACKERS = (["ns1.attacker.net"], ["mx.attacker.net"])


@pytest.fixture
def ada(site) -> None:
    site.person("ada", ADA)
    DomainStatus.objects.update(fingerprint=None, observed=None, baseline_at=None)


def look(site, evidence: Iterable[Evidence], domain: str = DOMAIN) -> None:
    at = site.now()
    said = tuple(replace(each, at=at, domain=domain) for each in evidence)
    keep(Asked(domain, at, said), purpose=check.SWEEP)


def depends_on() -> set[str]:
    return set(MailDependency.objects.values_list("domain__domain", flat=True))


def reason() -> Reason:
    return may_receive(AddressStanding.objects.get(canonical=ADA).pk, Purpose.RECOVER).reason


def with_servers(*servers: str) -> Evidence:
    """Let the registry name these name servers."""
    return registry(registration(nameservers=frozenset(servers)))


def test_a_healthy_look_makes_the_domains_of_mail_hosts_and_name_servers_dependencies(site, ada):
    look(site, HEALTHY)
    assert depends_on() == {"hoster.net"}
    row = DomainStatus.objects.get(domain="hoster.net")
    assert row.next_check_at <= site.now()


def test_a_domain_does_not_depend_on_itself_or_on_what_is_no_domain(site, ada):
    hosts = [f"mx.{DOMAIN}", "mx.localhost", "mx.hoster.net"]
    look(site, (with_servers(f"ns1.{DOMAIN}"), dns([f"ns1.{DOMAIN}"], hosts)))
    assert depends_on() == {"hoster.net"}


def test_depth_is_two(site, ada):
    look(site, HEALTHY)
    behind = (with_servers("ns.deep.org"), dns(["ns.deep.org"], ["mx.elsewhere.com"]))
    look(site, behind, "hoster.net")
    look(site, HEALTHY)
    assert depends_on() == {"hoster.net", "deep.org"}
    look(site, (with_servers("ns.deeper.org"), dns(["ns.deeper.org"], [])), "deep.org")
    look(site, HEALTHY)
    assert depends_on() == {"hoster.net", "deep.org"}
    assert dict(MailDependency.objects.values_list("domain__domain", "direct")) == {
        "hoster.net": True,
        "deep.org": False,
    }


def test_no_more_than_twenty_are_followed_and_name_servers_come_first(site, ada):
    hosts = [f"mx.host-{number:02}.org" for number in range(40)]
    look(site, (registry(), dns(["ns1.hoster.net"], hosts)))
    assert len(depends_on()) == MOST
    assert "hoster.net" in depends_on()


def test_a_mail_hosts_domain_that_lapses_holds_the_addresses(site, ada):
    look(site, HEALTHY)
    look(site, HEALTHY, "hoster.net")
    assert reason() is Reason.ELIGIBLE
    look(site, LAPSED, "hoster.net")
    assert reason() is Reason.HELD
    assert not DomainStatus.objects.get(domain=DOMAIN).held


def test_a_mail_hosts_domain_registered_after_we_first_saw_it_holds_the_addresses(site, ada):
    look(site, HEALTHY)
    look(site, HEALTHY, "hoster.net")
    site.pass_time(10 * DAY)
    anew = registration(handle="D1-ORG", registered_at=site.now() - DAY)
    look(site, (registry(anew), dns()), "hoster.net")
    assert reason() is Reason.HELD


def test_what_was_registered_long_before_is_no_reason(site, ada):
    look(site, HEALTHY)
    look(site, HEALTHY, "hoster.net")
    assert reason() is Reason.ELIGIBLE


def test_an_adverse_or_silent_look_renews_nothing(site, ada):
    look(site, HEALTHY)
    look(site, (registry(), dns(["ns1.elsewhere.net"], (), presence=Presence.NXDOMAIN)))
    look(site, (registry(Outcome.TIMED_OUT), dns(*ATTACKERS)))
    assert depends_on() == {"hoster.net"}


def test_a_move_lets_the_old_hosts_go_once_they_were_seen_well_within_a_day(site, ada):
    look(site, HEALTHY)
    DomainStatus.objects.filter(domain="hoster.net").update(next_check_at=site.now() + DAY)
    moved = (with_servers("ns1.attacker.net"), dns(*ATTACKERS))
    look(site, moved)
    assert depends_on() == {"hoster.net", "attacker.net"}
    assert DomainStatus.objects.get(domain="hoster.net").next_check_at == site.now()
    look(site, HEALTHY, "hoster.net")
    look(site, moved)
    assert depends_on() == {"attacker.net"}


def test_whoever_took_over_the_name_servers_does_not_get_rid_of_the_hold_by_pointing_elsewhere(
    site, ada
):
    """The registry still names the old name servers; only the DNS says otherwise."""
    look(site, HEALTHY)
    look(site, HEALTHY, "hoster.net")
    look(site, LAPSED, "hoster.net")
    site.pass_time(HOUR)
    look(site, (with_servers(*NS), dns(["ns1.attacker.net"], MX)))
    look(site, (with_servers(*NS), dns(*ATTACKERS)))
    assert reason() is Reason.HELD
    assert "hoster.net" in depends_on()


def test_nor_where_the_registry_names_no_name_servers(site, ada):
    look(site, HEALTHY)
    look(site, LAPSED, "hoster.net")
    site.pass_time(HOUR)
    look(site, (with_servers(), dns(["ns1.attacker.net"], MX)))
    look(site, (with_servers(), dns(*ATTACKERS)))
    assert reason() is Reason.HELD


def test_nor_while_the_registry_is_silent(site, ada):
    """What only the registry names is not gone because nobody could ask the registry."""
    both = ["ns1.elsewhere.net"]
    look(site, (with_servers(*NS), dns(both, ["mx.elsewhere.net"])))
    look(site, HEALTHY, "hoster.net")
    site.pass_time(HOUR)
    look(site, (registry(Outcome.TIMED_OUT), dns(both, ["mx.elsewhere.net"])))
    look(site, LAPSED, "hoster.net")
    assert reason() is Reason.HELD


def test_nor_by_naming_twenty_mail_hosts(site, ada):
    look(site, HEALTHY)
    look(site, HEALTHY, "hoster.net")
    look(site, LAPSED, "hoster.net")
    hosts = [f"mx.host-{number:02}.org" for number in range(40)]
    look(site, (with_servers(*NS), dns(["ns1.attacker.net"], hosts)))
    assert reason() is Reason.HELD


def test_an_owner_who_left_a_lapsed_hoster_at_the_registry_is_free_of_it(site, ada):
    look(site, HEALTHY)
    look(site, HEALTHY, "hoster.net")
    look(site, LAPSED, "hoster.net")
    look(
        site, (with_servers("ns1.elsewhere.net"), dns(["ns1.elsewhere.net"], ["mx.elsewhere.net"]))
    )
    assert depends_on() == {"elsewhere.net"}
    assert reason() is Reason.ELIGIBLE


def test_a_dependency_behind_a_dependency_is_never_let_go_while_it_is_on_hold(site, ada):
    look(site, HEALTHY)
    look(site, (with_servers("ns.deep.org"), dns(["ns.deep.org"], [])), "hoster.net")
    look(site, HEALTHY)
    look(site, LAPSED, "deep.org")
    look(site, (with_servers("ns.deep.org"), dns(["ns1.attacker.net"], [])), "hoster.net")
    look(site, HEALTHY)
    assert "deep.org" in depends_on()
    assert reason() is Reason.HELD


def test_setting_the_same_dependencies_again_writes_nothing(site, django_assert_max_num_queries):
    mail_domain = site.mail_domain("mill-lane.org")
    hosts = ["ns1.hoster.net", "mx.elsewhere.net"]
    set_dependencies([Hosts(mail_domain, tuple(hosts))], at=site.now())
    with django_assert_max_num_queries(3) as seen:
        set_dependencies([Hosts(mail_domain, tuple(hosts))], at=site.now() + DAY)
    assert all(query["sql"].startswith("SELECT") for query in seen.captured_queries)


def test_over_real_sockets_a_mail_host_that_lapses_holds_at_the_daily_round(world, at):
    world.net.add(
        events.mail_host_lapse(
            "mill-lane.org", "relaypost-mail.net", born=at(days=-400), at=at(days=45)
        )
    )
    world.person("ada", "ada@mill-lane.org")
    world.live(timedelta(days=3))
    dependencies = MailDependency.objects.values_list("domain__domain", flat=True)
    assert set(dependencies) >= {"relaypost-mail.net", "northwind-hosting.net"}
    standing = world.standing("ada@mill-lane.org")
    assert may_receive(standing.pk, Purpose.RECOVER).admitted
    world.live(timedelta(days=10))
    assert world.domain("relaypost-mail.net").held
    assert may_receive(standing.pk, Purpose.RECOVER).reason is Reason.HELD
    assert not world.domain("mill-lane.org").held


def test_a_host_seen_after_the_mail_domain_brings_its_name_servers_at_once(site, ada):
    look(site, (registry(), dns(mx=frozenset({"mx.relay-post.net"}))))
    assert "deep-dns.org" not in depends_on()
    deep = frozenset({"ns1.deep-dns.org", "ns2.relay-post.net", f"ns3.{DOMAIN}"})
    look(site, (with_servers(*deep), dns(ns=deep)), "relay-post.net")
    assert "deep-dns.org" in depends_on()
    assert not MailDependency.objects.get(domain__domain="deep-dns.org").direct
    assert DOMAIN not in depends_on()


def test_what_a_host_brings_stops_at_twenty_too(site, ada):
    crowd = frozenset(f"mx.relay-{number}.net" for number in range(30))
    look(site, (registry(), dns(mx=crowd)))
    first = depends_on()
    assert len(first) == MOST
    (host, *_) = sorted(name for name in first if name.startswith("relay-"))
    look(site, (registry(), dns(ns=frozenset({"ns1.deep-dns.org"}))), host)
    assert depends_on() == first
