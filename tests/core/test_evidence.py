"""Evidence as it is kept: every fact, in values that JSON knows."""

from __future__ import annotations

import json
from datetime import timedelta, timezone

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass, evidence_as_json
from tests.core.builders import DOMAIN, MX, NOON, dns, registration, registry, silent


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_an_answer_and_not_found_speak(outcome):
    speaks = outcome in (Outcome.ANSWERED, Outcome.NOT_FOUND)

    assert outcome.speaks is speaks
    assert silent(SourceClass.DNS, outcome).speaks is speaks


def test_a_registry_answer_is_kept_with_its_times_in_utc():
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    kept = evidence_as_json(
        registry(
            registration(
                Status.CLIENT_HOLD, Status.ACTIVE, registered_at=east, registrar_expires_at=None
            )
        )
    )

    assert kept["registration"] == {
        "handle": "D1-ORG",
        "registered_at": "2026-03-01T12:00:00+00:00",
        "expires_at": "2026-09-17T12:00:00+00:00",
        "registrar_expires_at": None,
        "registrar": "iana:1",
        "statuses": ["active", "client hold"],
        "nameservers": ["ns1.hoster.net", "ns2.hoster.net"],
        "signed": None,
    }
    assert kept["delegation"] is None


def test_a_dns_answer_is_kept_with_its_sets_sorted():
    kept = evidence_as_json(dns(ns={"b", "a"}, ds=frozenset({"2", "1"}), soa="x", quorum="3/3"))

    assert kept["delegation"] == {
        "presence": "delegated",
        "ns": ["a", "b"],
        "mx": sorted(MX),
        "ds": ["1", "2"],
        "soa": "x",
        "null_mx": False,
        "quorum": "3/3",
    }
    assert (kept["registration"], kept["domain"], kept["source"]) == (None, DOMAIN, "dns")


def test_silence_is_kept_with_its_kind():
    kept = evidence_as_json(silent(SourceClass.REGISTRY, Outcome.LIMITED))

    assert json.loads(json.dumps(kept)) == {
        "domain": DOMAIN,
        "source": "rdap",
        "source_class": "registry",
        "outcome": "limited",
        "at": "2026-03-01T12:00:00+00:00",
        "asked": "",
        "note": "",
        "registration": None,
        "delegation": None,
        "for_sale": False,
        "lame": False,
    }
