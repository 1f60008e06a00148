from __future__ import annotations

import pytest

from domainguard.core.evidence import Outcome, Presence
from domainguard.core.names import MailDomain
from domainguard.sources.base import Deadline
from domainguard.sources.dns_quorum import needed
from domainguard.testing.dns_server import (
    NODATA,
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    SILENCE,
    DnsAnswer,
)
from tests.sources.resolving import (
    DIGEST,
    EXAMPLE,
    GONE,
    HEALTHY,
    NOW,
    QUICK,
    changed,
    look,
    said,
    serving,
    source,
)

PARKED = changed(NS=("ns1.parked.com.", "ns2.parked.com."))


@pytest.mark.parametrize("asked", range(1, 8))
def test_of_three_or_more_resolvers_one_may_be_missing_and_of_fewer_none(asked):
    assert needed(asked) == {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6}[asked]


@pytest.mark.parametrize(
    ("tables", "quorum", "presence"),
    [
        ((HEALTHY,), "1/1", Presence.DELEGATED),
        ((HEALTHY, HEALTHY), "2/2", Presence.DELEGATED),
        ((HEALTHY, GONE), None, None),
        ((HEALTHY, HEALTHY, GONE), "2/3", Presence.DELEGATED),
        ((HEALTHY, GONE, GONE), "2/3", Presence.NXDOMAIN),
        ((HEALTHY, PARKED, GONE), None, None),
        ((HEALTHY, HEALTHY, PARKED), "2/3", Presence.DELEGATED),
        ((HEALTHY, HEALTHY, GONE, GONE), None, None),
        ((GONE, GONE, GONE, HEALTHY), "3/4", Presence.NXDOMAIN),
        ((GONE, GONE, GONE, HEALTHY, PARKED), None, None),
        ((GONE, GONE, GONE, GONE, HEALTHY), "4/5", Presence.NXDOMAIN),
    ],
)
def test_resolvers_conclude_only_by_quorum(tables, quorum, presence):
    with serving(*tables) as servers:
        evidence = look(servers)
    if quorum is None:
        assert (evidence.outcome, evidence.delegation) == (Outcome.DISTRUSTED, None)
    else:
        assert evidence.outcome is Outcome.ANSWERED
        assert (said(evidence).quorum, said(evidence).presence) == (quorum, presence)


def test_two_of_three_resolvers_that_time_out_leave_no_quorum_and_the_note_says_so():
    with serving(HEALTHY, HEALTHY, HEALTHY) as servers:
        servers[0].fault = servers[2].fault = SILENCE
        evidence = look(servers, patience=QUICK)
        first, second, third = (server.resolver for server in servers)
    assert evidence.outcome is Outcome.DISTRUSTED
    assert evidence.note == (
        f"no quorum on NS: 2 of 3 timed out for NS ({first}, {third}); 1 of 3 delegated ({second})"
    )


def test_a_quorum_names_the_resolver_that_was_not_part_of_it():
    with serving(HEALTHY, HEALTHY, GONE) as servers:
        evidence = look(servers)
    assert evidence.note == f"1 of 3 NXDOMAIN ({servers[2].resolver})"


def test_a_resolver_that_answers_only_some_of_the_types_has_not_answered():
    partly = changed(DS=SERVFAIL)
    with serving(HEALTHY, partly, partly) as servers:
        evidence = look(servers)
    assert evidence.outcome is Outcome.DISTRUSTED
    assert "2 of 3 SERVFAIL for DS" in evidence.note


@pytest.mark.parametrize("rdtype", ["MX", "DS"])
def test_mail_hosts_and_ds_need_the_quorum_by_themselves(rdtype):
    others = {"MX": ("10 mx.other.org.",), "DS": (f"1 8 2 {DIGEST}",)}
    other = changed(**{rdtype: others[rdtype]})
    with serving(HEALTHY, HEALTHY, other) as servers:
        assert said(look(servers)).mx == {"mx1.mail.org", "mx2.mail.org"}
        assert said(look(servers)).ds == {f"4711/13/2/{DIGEST}"}
        servers[0].fault = REFUSED
        evidence = look(servers)
    assert evidence.outcome is Outcome.DISTRUSTED
    assert evidence.note.startswith(f"no quorum on {rdtype}: ")


def test_an_soa_without_quorum_is_unknown_and_costs_nothing_else():
    second_provider = changed(SOA=("ns.second.net. admin.second.net. 1 1 1 1 1",))
    with serving(HEALTHY, second_provider) as servers:
        evidence = look(servers)
    assert (evidence.outcome, said(evidence).soa) == (Outcome.ANSWERED, "")


def test_the_serial_of_the_soa_is_no_part_of_what_must_agree():
    later = changed(SOA=("ns1.host.net. hostmaster.host.net. 2026110299 7200 900 1209600 300",))
    with serving(HEALTHY, later) as servers:
        assert said(look(servers)).soa == "ns1.host.net hostmaster.host.net"


def test_the_order_and_the_case_of_records_are_no_disagreement():
    shuffled = changed(NS=("NS2.Host.NET.", "ns1.host.net."))
    with serving(HEALTHY, shuffled) as servers:
        assert said(look(servers)).ns == {"ns1.host.net", "ns2.host.net"}


@pytest.mark.parametrize(
    ("records", "null_mx", "mx"),
    [
        (("0 .",), True, frozenset()),
        (("10 .",), True, frozenset()),
        (("0 .", "10 mx.mail.org."), False, {"mx.mail.org"}),
        ((), False, frozenset()),
        (("10 192.0.2.1.",), False, frozenset()),
        ((r"10 a\000b.mail.org.", "20 mx.mail.org."), False, {"mx.mail.org"}),
    ],
)
def test_a_null_mx_is_told_from_no_mx_and_from_hosts_that_cannot_be(records, null_mx, mx):
    with serving(changed(MX=records)) as servers:
        found = said(look(servers))
    assert (found.null_mx, found.mx) == (null_mx, mx)


def test_a_cname_at_the_apex_delegates_nothing_and_its_target_is_handed_the_mail():
    behind = DnsAnswer(cnames=("shop.hosted.net.",), records=("ns1.hosted.net.",))
    mail = DnsAnswer(cnames=("shop.hosted.net.",), records=("10 mx.hosted.net.",))
    alias = DnsAnswer(cnames=("shop.hosted.net.",))
    table = {"example.com": {"NS": behind, "MX": mail, "SOA": alias, "DS": alias}}
    with serving(table) as servers:
        found = said(look(servers))
    assert (found.presence, found.ns) == (Presence.NODATA, frozenset())
    assert found.mx == {"shop.hosted.net", "mx.hosted.net"}


def test_nxdomain_at_the_end_of_a_cname_is_not_about_the_name_that_was_asked():
    dangling = DnsAnswer(rcode="NXDOMAIN", cnames=("gone.hosted.net.",))
    with serving({"example.com": dict.fromkeys(EXAMPLE, dangling)}) as servers:
        assert said(look(servers)).presence is Presence.NODATA


def test_nxdomain_for_a_single_type_does_not_make_a_name_disappear():
    with serving({"example.com": {"NS": NXDOMAIN, "SOA": NODATA}}) as servers:
        assert said(look(servers)).presence is Presence.NODATA


@pytest.mark.parametrize(
    ("table", "presence"),
    [
        ({"MX": ("10 mx.mail.org.",)}, Presence.DELEGATED),
        ({"A": ("192.0.2.1",)}, Presence.DELEGATED),
        ({"AAAA": ("2001:db8::1",)}, Presence.DELEGATED),
        ({"NS": ("ns.dept.net.",)}, Presence.DELEGATED),
        ({"TXT": ('"x"',)}, Presence.NODATA),
        (
            dict.fromkeys(
                ("MX", "A", "AAAA", "NS"),
                DnsAnswer(rcode="NXDOMAIN", cnames=("gone.hosted.net.",)),
            ),
            Presence.NXDOMAIN,
        ),
        (None, Presence.NXDOMAIN),
    ],
)
def test_a_mail_domain_is_there_while_any_record_is_and_its_cname_leads_somewhere(table, presence):
    with serving({"dept.example.com": table} if table is not None else {}) as servers:
        evidence = source(servers).look_mail_domain(
            MailDomain("dept.example.com"), now=NOW, deadline=Deadline.after(10)
        )
    assert evidence.domain == "dept.example.com"
    assert said(evidence).presence is presence
