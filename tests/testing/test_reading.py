"""The app's own RDAP source reads what the lives say, in every registry's shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.core.evidence import Evidence, Outcome
from domainguard.core.names import RegistrableDomain
from domainguard.simulation.lives import Facts
from domainguard.simulation.rdap_shapes import shape_of
from domainguard.sources.base import Deadline
from domainguard.sources.egress import EgressPolicy
from domainguard.sources.http import GuardedFetch
from domainguard.sources.rdap import RdapSource
from domainguard.sources.rdap_bootstrap import Bootstrap, overrides
from domainguard.testing import SmallInternet, VirtualClock, scripts

DAY = timedelta(days=1)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BORN = datetime(2019, 5, 1, tzinfo=UTC)
TLDS = ("com", "org", "dev", "uk", "nl", "fr", "top", "de", "io", "blog", "tech", "co")


@pytest.fixture(scope="module")
def net() -> Iterator[SmallInternet]:
    with SmallInternet(VirtualClock(NOW)) as net:
        yield net


@pytest.fixture(scope="module")
def rdap(net: SmallInternet) -> RdapSource:
    settings = net.settings()
    pairs = (each.split(":") for each in settings["EGRESS_ALLOW"])
    policy = EgressPolicy(allow=frozenset((host, int(port)) for host, port in pairs))
    bootstrap = Bootstrap.from_file(settings["RDAP_BOOTSTRAP"]).with_overrides(overrides())
    return RdapSource(bootstrap, GuardedFetch(policy))


def look(rdap: RdapSource, name: str) -> Evidence:
    return rdap.look(RegistrableDomain(name), now=NOW, deadline=Deadline.after(5))


def agrees(evidence: Evidence, facts: Facts, name: str) -> None:
    seen, shape = evidence.registration, shape_of(name)
    assert evidence.outcome is Outcome.ANSWERED, evidence.note
    assert seen is not None
    assert seen.statuses == facts.statuses
    assert seen.nameservers == set(facts.ns)
    assert seen.handle == (facts.handle if shape.handle else "")
    if shape.expiration:
        assert seen.expires_at == facts.expires_at
    if shape.registrar_expiration:
        assert seen.registrar_expires_at == facts.registrar_expires_at


@pytest.mark.parametrize("tld", TLDS)
def test_a_healthy_name_is_read_as_its_facts(net, rdap, tld):
    life = scripts.healthy(f"good-name.{tld}", born=BORN, expires=NOW + 90 * DAY)
    net.add(life)
    evidence = look(rdap, life.domain)
    agrees(evidence, life.at(NOW), life.domain)
    assert evidence.registration is not None
    assert evidence.registration.registered_at == BORN


@pytest.mark.parametrize("tld", TLDS)
def test_a_name_in_redemption_is_read_as_its_facts(net, rdap, tld):
    life = scripts.redemption(f"lost-name.{tld}", born=BORN, begins=NOW)
    net.add(life)
    facts = life.at(NOW)
    if tld == "de":  # no dates at all in that stage
        evidence = look(rdap, life.domain)
        assert evidence.registration is not None
        assert evidence.registration.statuses == facts.statuses
    else:
        agrees(look(rdap, life.domain), facts, life.domain)


@pytest.mark.parametrize("tld", TLDS)
def test_a_name_nobody_has_is_not_found(rdap, tld):
    assert look(rdap, f"no-such-name.{tld}").outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("down", Outcome.UNREACHABLE),
        ("limited", Outcome.LIMITED),
        ("forbidden", Outcome.LIMITED),
        ("quota_notice", Outcome.LIMITED),
    ],
)
def test_a_failing_registry_is_read_as_silence_of_its_kind(net, rdap, how, outcome):
    with net.outage("rdap", how):
        assert look(rdap, "northwind-hosting.net").outcome is outcome
