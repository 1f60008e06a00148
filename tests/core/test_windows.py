"""What a name goes through before a stranger can have it, and what may be concluded from that."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.resources import files

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.reasons import Code
from domainguard.core.record import Record
from domainguard.core.schedule import next_check_at
from domainguard.core.windows import visible_for, windows_of
from tests.core.builders import (
    DAY,
    NO_IDENTITY,
    NOON,
    OTHER_MX,
    OTHER_NS,
    PARKING_NS,
    POLICY,
    at,
    baseline,
    dns,
    nxdomain,
    registration,
    registry,
    silent,
    verdict,
    walk,
)

ROWS = json.loads((files("domainguard") / "data" / "tld-windows.json").read_text())["windows"]
TLDS = [tld for row in ROWS for tld in row["tlds"]]
EU = 40 * DAY
MOVED = dns(OTHER_NS, OTHER_MX)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["tlds"][0])
def test_every_window_says_who_says_so_and_when(row):
    assert row["source"]
    assert row["mark"] in {"published", "recorded", "reported", "assumed"}
    assert row["seen"] >= "2026"
    for stage in ("grace", "suspended", "redemption", "pending_delete"):
        fewest, most = row.get(stage, (0, 0))
        assert 0 <= fewest <= most <= 90


def test_no_tld_has_two_windows():
    assert len(set(TLDS)) == len(TLDS)


@pytest.mark.parametrize(
    ("domain", "days"),
    [
        ("maintainer.org", 35),
        ("maintainer.eu", 40),
        ("maintainer.uk", 60),
        ("maintainer.au", 3),
        ("maintainer.ws", 0),
        ("maintainer.cn", 0),
        ("maintainer.museum", 0),
    ],
)
def test_a_loss_shows_for_the_stages_after_grace_and_an_unknown_window_is_none(domain, days):
    assert visible_for(domain) == days * DAY
    assert (windows_of(domain) is None) is (domain in {"maintainer.cn", "maintainer.museum"})


@pytest.mark.parametrize("silent_looks", [0, 1, 2, 3, 9])
def test_no_window_is_so_short_that_the_daily_round_could_miss_it(silent_looks):
    shortest = min(visible_for(f"x.{tld}") for tld in TLDS if visible_for(f"x.{tld}"))
    record = Record(silent=silent_looks)

    assert next_check_at(record, now=NOON, policy=POLICY, spread=0.999) - NOON < shortest / 2


def nameless(**facts):
    """Give the record of a domain whose registry shows neither handle nor date."""
    return at(Record(), [NO_IDENTITY, dns()], -1, **facts).record


def codes(evidence, record, *, hours=0.0, **facts):
    return set(verdict(evidence, record, hours=hours, **facts).reasons)


def test_new_hosts_are_no_alarm_where_the_registry_would_still_show_the_loss_between():
    seen = codes([NO_IDENTITY, MOVED], nameless(), visible_for=EU)

    assert seen == {Code.NS_CHANGED, Code.MX_CHANGED}


@pytest.mark.parametrize(
    ("evidence", "hours", "window"),
    [
        pytest.param([NO_IDENTITY, MOVED], 0, timedelta(0), id="no window is known"),
        pytest.param([NO_IDENTITY, MOVED], 40 * 24, EU, id="the last clean answer is too old"),
        pytest.param([silent(SourceClass.REGISTRY), MOVED], 0, EU, id="the registry is silent"),
        pytest.param([registry(Outcome.LIMITED), MOVED], 0, EU, id="the registry is limited"),
    ],
)
def test_new_hosts_are_an_alarm_where_a_loss_could_have_gone_unseen(evidence, hours, window):
    seen = codes(evidence, nameless(), hours=hours, visible_for=window)

    assert Code.HOSTS_CHANGED_TOGETHER in seen


def test_new_hosts_after_trouble_are_an_alarm_whatever_the_window():
    parked = at(nameless(), [NO_IDENTITY, dns(PARKING_NS)], 0).record

    assert Code.HOSTS_CHANGED_TOGETHER in codes(
        [NO_IDENTITY, MOVED], parked, hours=24, visible_for=EU
    )


def test_without_a_registry_source_no_window_helps():
    record = at(Record(), [dns()], -1, has_registry=False).record

    assert Code.HOSTS_CHANGED_TOGETHER in codes([MOVED], record, has_registry=False, visible_for=EU)


AUTO_RENEWED = registry(registration(Status.AUTO_RENEW_PERIOD))
REDEEMED = [
    registry(registration(Status.PENDING_DELETE, Status.REDEMPTION_PERIOD)),
    nxdomain(),
]
PAGE_NS, PAGE_MX = {"ns1.unpaid-name-page.net"}, {"mx1.unpaid-name-page.net"}


@pytest.mark.parametrize("ns", [PAGE_NS, PARKING_NS], ids=["unknown page", "known parking"])
def test_the_page_that_follows_expiry_is_not_what_a_late_payer_is_compared_with(ns):
    on_a_page = walk(baseline(), (0, [AUTO_RENEWED, dns(ns, PAGE_MX)]))
    lapsed = walk(on_a_page, (24, REDEEMED), (31, REDEEMED))
    restored = walk(lapsed, (100, [registry(), dns()]), (107, [registry(), dns()]))

    assert on_a_page.fingerprint.ns == baseline().fingerprint.ns
    assert lapsed.held
    assert not restored.held


def test_who_moves_in_the_weeks_after_renewal_has_the_new_hosts_as_baseline_when_they_end():
    moved = walk(baseline(), (0, [AUTO_RENEWED, MOVED]))
    settled = walk(moved, (24, [registry(), MOVED]))

    assert not moved.held
    assert moved.fingerprint.ns == baseline().fingerprint.ns
    assert settled.fingerprint.ns == OTHER_NS


def test_a_domain_first_seen_after_expiry_takes_the_hosts_it_has():
    first = at(Record(), [AUTO_RENEWED, dns(OTHER_NS, OTHER_MX)], 0).record

    assert first.fingerprint.ns == OTHER_NS
    assert not walk(first, (1, [AUTO_RENEWED, MOVED])).held
