"""What makes a registration recognisable (FIELD 3)."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given

from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.fingerprint import (
    SLACK,
    Fingerprint,
    changed_fields,
    fingerprint_as_json,
    fingerprint_from_json,
    fingerprint_of,
    is_same_registration,
    is_unchanged,
)
from tests.core.builders import (
    BORN,
    HEALTHY,
    HOUR,
    MX,
    NS,
    dns,
    nodata,
    nxdomain,
    registration,
    registry,
    silent,
    vendor,
)
from tests.core.strategies import fingerprints

FULL = Fingerprint(
    handle="D1-ORG",
    registered_at=BORN,
    registrar="iana:1",
    ns=NS,
    mx=MX,
    ds=frozenset({"1/13/2/ab"}),
    soa="ns1 admin",
)


def test_registry_and_dns_give_one_fingerprint_together():
    seen = fingerprint_of([registry(), dns(ds=frozenset({"1/13/2/ab"}), soa="ns1 admin")])

    assert seen == FULL


def test_what_a_status_service_says_is_no_part_of_it():
    assert fingerprint_of([vendor(registration())]) == Fingerprint()


def test_a_name_out_of_the_dns_shows_no_hosts():
    assert fingerprint_of([nxdomain()]) == Fingerprint()


def test_a_domain_without_mx_has_an_empty_set_and_one_never_asked_has_none():
    assert fingerprint_of([dns(mx=())]).mx == frozenset()
    assert fingerprint_of([registry()]).mx is None


def test_a_witness_who_did_not_speak_shows_nothing_whatever_it_carries():
    distrusted = replace(registry(), outcome=Outcome.DISTRUSTED)

    assert fingerprint_of([distrusted, replace(dns(), outcome=Outcome.TIMED_OUT)]) == Fingerprint()


def test_a_second_registry_source_fills_what_the_first_leaves_out():
    rdap = registry(registration(handle=""))
    whois = registry(registration(handle="D1-ORG", registrar="a name"), source="whois")

    assert fingerprint_of([whois, rdap]) == fingerprint_of([rdap, whois])
    assert fingerprint_of([whois, rdap]).handle == "D1-ORG"
    assert fingerprint_of([whois, rdap]).registrar == "iana:1"


@pytest.mark.parametrize("name", [field.name for field in fields(Fingerprint)])
def test_a_field_that_either_side_does_not_know_has_not_changed(name):
    unknown = getattr(Fingerprint(), name)
    without = replace(FULL, **{name: unknown})

    assert changed_fields(FULL, without) == changed_fields(without, FULL) == frozenset()
    assert without.filled_from(FULL) == FULL


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("handle", "D2-ORG"),
        ("registered_at", BORN + SLACK + HOUR),
        ("registrar", "iana:2"),
        ("ns", frozenset({"ns1.elsewhere.net"})),
        ("mx", frozenset()),
        ("ds", frozenset()),
        ("soa", "ns1 other"),
    ],
)
def test_a_field_known_on_both_sides_that_differs_has_changed(name, other):
    assert changed_fields(FULL, replace(FULL, **{name: other})) == {name}


@pytest.mark.parametrize("shift", [SLACK, -SLACK, 9 * HOUR])
def test_dates_that_two_sources_give_in_their_own_way_are_one_date(shift):
    assert is_same_registration(FULL, replace(FULL, registered_at=BORN + shift)) is True


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (FULL, FULL, True),
        (FULL, replace(FULL, ns=frozenset(), mx=frozenset(), registrar="iana:2"), True),
        (FULL, replace(FULL, handle="D2-ORG"), False),
        (FULL, replace(FULL, registered_at=BORN + 3 * SLACK), False),
        (FULL, replace(FULL, registered_at=BORN - 3 * SLACK), False),
        (FULL, replace(FULL, handle=""), True),
        (FULL, replace(FULL, registered_at=None), True),
        (FULL, replace(FULL, handle="", registered_at=None), None),
        (replace(FULL, handle=""), replace(FULL, registered_at=None), None),
        (replace(FULL, registered_at=None), replace(FULL, handle=""), None),
        (Fingerprint(), FULL, None),
    ],
)
def test_handle_and_date_alone_tell_a_registration(before, after, same):
    assert is_same_registration(before, after) is same


@given(fingerprints())
def test_a_fingerprint_survives_storage(fingerprint):
    assert fingerprint_from_json(fingerprint_as_json(fingerprint)) == fingerprint


def test_no_fingerprint_is_stored_as_none():
    assert fingerprint_as_json(None) is None
    assert fingerprint_from_json(None) is None


def test_evidence_of_a_silent_class_leaves_its_fields_unknown():
    assert fingerprint_of([silent(SourceClass.DNS), HEALTHY[0]]).ns is None


@pytest.mark.parametrize(
    ("triage", "unchanged"),
    [
        (dns(soa="ns1 root"), True),
        (dns(ds={"1/13/2/ab"}, soa="ns1 root"), True),
        (dns(ns={"ns1.elsewhere.net"}, soa="ns1 root"), False),
        (dns(mx=(), soa="ns1 root"), False),
        (dns(soa="ns2 root"), False),
        (nxdomain(), False),
        (silent(SourceClass.DNS), False),
    ],
)
def test_a_triage_compares_name_servers_mail_hosts_and_soa(triage, unchanged):
    before = Fingerprint(ns=NS, mx=MX, ds=frozenset(), soa="ns1 root")

    assert is_unchanged(before, triage) is unchanged
    assert not is_unchanged(None, triage)


@pytest.mark.parametrize("triage", [nxdomain(), nodata()])
def test_a_triage_that_finds_no_name_is_a_change_even_where_there_were_no_hosts(triage):
    assert not is_unchanged(fingerprint_of([nodata()]), triage)


def test_a_silent_triage_shows_nothing_whatever_it_carries():
    before = Fingerprint(ns=NS, mx=MX)

    assert not is_unchanged(before, replace(dns(), outcome=Outcome.DISTRUSTED))
    assert not is_unchanged(before, replace(dns(), delegation=None))
