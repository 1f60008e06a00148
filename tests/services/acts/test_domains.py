"""Acts on domains: hold, release, override, exempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domainguard.core.evidence import SourceClass
from domainguard.core.lifecycle import State
from domainguard.core.policy import settle
from domainguard.core.reasons import Code, HoldClass, Signal
from domainguard.core.record import Policy
from domainguard.core.verdict import Verdict
from domainguard.gate import Purpose, may_receive
from domainguard.models import DomainStatus, EpochBump
from domainguard.services.acts import decide, undo
from domainguard.services.acts.verb import Refused
from domainguard.services.enforce import enforce
from domainguard.wiring import is_exempt
from tests.services.rows import OWNERS, STRANGERS

from .desk import ANN, BEN, later, lost_together, order, outcomes

DOMAIN = "mill-lane.org"
SUSPENDED = Signal(Code.REGISTRY_HOLD, HoldClass.SUSPENSION, SourceClass.REGISTRY, "rdap")
REDEEMED = Signal(Code.REDEMPTION, HoldClass.LAPSE, SourceClass.REGISTRY, "rdap")


@pytest.fixture
def ada(site):
    """Give an account at a healthy domain."""
    return site.person("ada", f"ada@{DOMAIN}")


def row_of() -> DomainStatus:
    return DomainStatus.objects.get(domain=DOMAIN)


def admitted(site) -> bool:
    return may_receive(site.standing(f"ada@{DOMAIN}").pk, Purpose.RECOVER).admitted


def seen(site, *signals: Signal, observed=OWNERS) -> None:
    """Let a look show these signals, as a sweep keeps them."""
    row = row_of()
    verdict = Verdict(
        at=site.now(),
        state=State.ACTIVE,
        conclusive=True,
        signals=frozenset(signals),
        remarks=(),
        observed=observed,
        clean=frozenset(SourceClass) if not signals else frozenset(),
    )
    record = row.record(exempt=is_exempt(row.domain, row.exempt_by_staff))
    row.keep(settle(record, verdict, Policy()).record)
    row.save()


def test_staff_hold_a_domain_and_clean_looks_do_not_end_it(site, ada):
    act = order("hold", [row_of()])
    assert not admitted(site)
    for _ in range(3):
        later(site, hours=7)
        seen(site)
    assert not admitted(site)
    undo.undo(act.pk, by=BEN, reason="A mistake.")
    assert admitted(site)
    assert site.audited().count("domain_hold") == 1
    assert site.audited().count("domain_release") == 1


def test_undoing_a_hold_leaves_the_holds_that_looks_have_raised(site, ada):
    act = order("hold", [row_of()])
    seen(site, SUSPENDED)
    undo.undo(act.pk, by=ANN, reason="A mistake.")
    assert [hold.hold_class for hold in row_of().active_holds] == [HoldClass.SUSPENSION]


def test_a_released_domain_is_looked_at_at_once_and_held_again_if_it_is_still_bad(site, ada):
    seen(site, SUSPENDED)
    order("release", [row_of()])
    assert admitted(site)
    assert row_of().next_check_at == site.now()
    seen(site, SUSPENDED)
    assert not admitted(site)


def test_a_release_takes_new_hosts_for_the_baseline(site, ada):
    moved = replace(OWNERS, ns=frozenset({"ns1.new.net"}), mx=frozenset({"mx.new.net"}))
    signal = Signal(Code.HOSTS_CHANGED_TOGETHER, HoldClass.HOSTS_CHANGED, SourceClass.DNS, "dns")
    seen(site, signal, observed=moved)
    order("release", [row_of()])
    row = row_of()
    assert row.fingerprint == row.observed
    assert (row.fingerprint or {})["ns"] == ["ns1.new.net"]


@pytest.mark.parametrize("kind", ["release", "override"])
@pytest.mark.parametrize(
    ("signal", "observed", "needs_two"),
    [
        (SUSPENDED, OWNERS, False),
        (REDEEMED, OWNERS, True),
        (SUSPENDED, STRANGERS, True),
    ],
    ids=["suspended", "lapsed", "other hands"],
)
def test_where_a_takeover_is_suspected_a_second_person_agrees(
    site, ada, kind, signal, observed, needs_two
):
    seen(site, signal, observed=observed)
    until = (site.now() + timedelta(days=3)).isoformat()
    act = order(kind, [row_of()], until=until)
    assert act.waits_for_second is needs_two
    assert admitted(site) is not needs_two
    if needs_two:
        decide.approve(act.pk, by=BEN, reason="Asked the registry.")
        assert admitted(site)


@pytest.mark.parametrize("kind", ["release", "override"])
def test_what_gives_more_than_ten_accounts_their_power_back_takes_two(site, ada, kind):
    for number in range(10):
        site.person(f"p{number}", f"p{number}@{DOMAIN}")
    seen(site, SUSPENDED)
    act = order(kind, [row_of()], until=(site.now() + timedelta(days=3)).isoformat())
    assert act.waits_for_second
    assert "More than 10 accounts" in act.needs_second


def test_accounts_that_lean_on_a_domain_count_as_behind_it(site):
    host = site.domain("hosts.net")
    for number in range(11):
        site.person(f"p{number}", f"p{number}@{DOMAIN}")
    below = site.mail_domain(DOMAIN)
    below.dependencies.add(host, through_defaults={"first_seen_at": site.now()})
    site.hold("hosts.net", t0=None)
    host.refresh_from_db()
    EpochBump.objects.create(
        domain=host, epoch=2, cause="lapse", sentence="", evidence={}, at=site.now()
    )
    assert "More than 10" in order("release", [host]).needs_second


def test_after_the_epoch_has_gone_up_a_release_gives_nobody_trust_and_takes_one(site):
    rows = lost_together(site, 2)
    later(site, hours=1)
    act = order("release", [row_of()])
    assert not act.needs_second
    assert not may_receive(rows[0].standing_id, Purpose.NOTICE).admitted
    assert row_of().control_epoch == 2


def test_an_undone_release_puts_the_holds_back_beside_newer_ones(site, ada):
    seen(site, SUSPENDED)
    act = order("release", [row_of()])
    before = row_of().fingerprint
    undo.undo(act.pk, by=BEN, reason="Too early.")
    assert not admitted(site)
    assert row_of().fingerprint == before
    assert [hold.code for hold in row_of().active_holds] == [Code.REGISTRY_HOLD]


def test_an_undone_release_does_not_go_back_behind_a_rise_of_the_epoch(site, ada):
    seen(site, SUSPENDED)
    act = order("release", [row_of()])
    site.raise_epoch(DOMAIN)
    undo.undo(act.pk, by=BEN, reason="Too early.")
    assert outcomes(act) == ["Nothing to put back: the epoch has gone up since."]


def override(site, days: float = 3.0):
    return order("override", [row_of()], until=(site.now() + timedelta(days=days)).isoformat())


def test_an_override_refuses_nobody_until_its_end_also_when_sweeps_see_the_same_again(site, ada):
    seen(site, SUSPENDED)
    override(site)
    assert admitted(site)
    assert row_of().held
    later(site, hours=7)
    seen(site)
    later(site, hours=7)
    seen(site)
    assert not row_of().held
    seen(site, SUSPENDED)
    assert row_of().held
    assert admitted(site)
    later(site, days=3)
    assert not admitted(site)
    assert not row_of().refuses(site.now() - timedelta(days=3))
    seen(site, SUSPENDED)
    assert not admitted(site)
    assert row_of().waivers == {}


def test_an_override_covers_no_other_kind_of_hold(site, ada):
    seen(site, SUSPENDED)
    override(site)
    later(site, hours=1)
    seen(site, SUSPENDED, REDEEMED)
    assert not admitted(site)


def test_no_override_keeps_anybodys_trust_when_the_epoch_goes_up(site, ada):
    seen(site, REDEEMED)
    act = override(site)
    decide.approve(act.pk, by=BEN, reason="The owner paid, they say.")
    assert admitted(site)
    waived = row_of().waivers
    site.corroborate(DOMAIN)
    assert enforce().bumped == 1
    assert not admitted(site)
    assert row_of().waivers == waived
    assert row_of().control_epoch == 2


def test_undoing_an_override_lets_its_holds_refuse_at_once(site, ada):
    seen(site, SUSPENDED)
    act = override(site)
    undo.undo(act.pk, by=BEN, reason="The registrar said no.")
    assert not admitted(site)


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_an_override_ends_within_thirty_days(site, ada, days):
    seen(site, SUSPENDED)
    act = override(site, days)
    assert outcomes(act) == ["An override ends within 30 days from now."]
    assert not admitted(site)


def test_a_hold_by_staff_is_released_and_not_overridden(site, ada):
    order("hold", [row_of()])
    with pytest.raises(Refused, match="release that instead"):
        override(site)


@pytest.mark.parametrize("kind", ["release", "override"])
def test_where_a_case_is_open_the_case_alone_ends_the_hold(site, ada, kind):
    seen(site, SUSPENDED)
    DomainStatus.objects.update(under_review=True)
    with pytest.raises(Refused, match="review case"):
        order(kind, [row_of()], until=(site.now() + timedelta(days=1)).isoformat())


def test_exempting_takes_two_and_automation_then_changes_nothing(site, ada):
    seen(site, SUSPENDED)
    act = order("exempt", [row_of()])
    assert act.waits_for_second
    assert not admitted(site)
    decide.approve(act.pk, by=BEN, reason="Eleven thousand users.")
    assert admitted(site)
    later(site, hours=1)
    seen(site, SUSPENDED, REDEEMED)
    assert admitted(site)
    site.corroborate(DOMAIN)
    assert enforce().bumped == 0


def test_a_provider_of_the_list_can_be_unmarked_by_two(site):
    site.person("eve", "eve@gmail.com")
    row = DomainStatus.objects.get(domain="gmail.com")
    assert is_exempt(row.domain, row.exempt_by_staff)
    act = order("unexempt", [row])
    decide.approve(act.pk, by=BEN, reason="A test.")
    row.refresh_from_db()
    assert not is_exempt(row.domain, row.exempt_by_staff)
    with pytest.raises(Refused, match="propose the opposite"):
        undo.undo(act.pk, by=ANN, reason="No.")
