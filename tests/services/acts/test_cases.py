"""Rulings on review cases: the case alone ends what it stopped."""

from __future__ import annotations

import pytest

from domainguard.gate import Purpose, may_receive
from domainguard.models import Deverification, DomainStatus, EpochBump, ReviewCase
from domainguard.services import projection
from domainguard.services.acts import carry_out, decide, undo
from domainguard.services.acts.verb import MOST, Refused
from domainguard.services.enforce import enforce

from .desk import ANN, BEN, order, outcomes, stopped

THREE = ("one.org", "two.org", "three.org")


def epochs() -> dict[str, int]:
    return dict(DomainStatus.objects.values_list("domain", "control_epoch"))


def ruled(kind: str, cases: list[ReviewCase]):
    act = order(kind, cases)
    assert act.waits_for_second
    return decide.approve(act.pk, by=BEN, reason="I looked at ten of them.")


def test_raising_part_of_what_was_stopped_leaves_the_rest_waiting(site):
    cases = stopped(site, *THREE)
    assert enforce().bumped == 0
    act = ruled("raise", cases[:2])
    assert outcomes(act) == ["The epoch went up."] * 2
    assert epochs() == {"one.org": 2, "two.org": 2, "three.org": 1}
    projection.carry_out()
    lost = Deverification.objects.values_list("standing__address", flat=True)
    assert set(lost) == {"s0@one.org", "s1@two.org"}
    assert list(ReviewCase.objects.filter(closed_at=None)) == [cases[2]]
    closed = ReviewCase.objects.get(pk=cases[0].pk)
    assert closed.closed_by == f"{ANN}, {BEN}"
    assert enforce().bumped == 0


def test_what_two_people_let_pass_uses_up_nobodys_budget(site):
    ruled("raise", stopped(site, *THREE))
    assert {bump.evidence["counts"] for bump in EpochBump.objects.all()} == {False}


def test_a_domain_whose_evidence_has_gone_is_given_back_to_automation(site):
    (case,) = stopped(site, "one.org")
    row = case.domain
    row.episodes = []
    row.save()
    act = ruled("raise", [case])
    assert "not enough" in outcomes(act)[0]
    row.refresh_from_db()
    assert (row.control_epoch, row.under_review) == (1, False)
    assert row.held


def test_clearing_gives_the_power_back_and_can_be_undone(site):
    cases = stopped(site, *THREE)
    standing = site.standing("s0@one.org")
    act = ruled("clear", cases)
    assert may_receive(standing.pk, Purpose.RECOVER).admitted
    assert not DomainStatus.objects.filter(under_review=True).exists()
    assert enforce().bumped == 0
    undo.undo(act.pk, by=ANN, reason="They have lapsed after all.")
    assert not may_receive(standing.pk, Purpose.RECOVER).admitted
    assert ReviewCase.objects.filter(closed_at=None).count() == 3
    assert DomainStatus.objects.filter(under_review=True).count() == 3
    assert enforce().bumped == 0


def test_a_cleared_case_is_not_opened_again_beside_a_newer_one(site):
    (case,) = stopped(site, "one.org")
    act = ruled("clear", [case])
    ReviewCase.objects.create(
        kind=case.kind, domain=case.domain, opened_at=site.now(), reason="Again."
    )
    undo.undo(act.pk, by=ANN, reason="They have lapsed after all.")
    assert outcomes(act) == ["A newer case is open for the domain."]


def test_closing_gives_a_domain_back_to_automation_and_keeps_its_hold(site):
    (case,) = stopped(site, "one.org")
    ruled("close", [case])
    row = DomainStatus.objects.get(domain="one.org")
    assert (row.under_review, row.held, row.next_check_at) == (False, True, site.now())
    assert enforce().bumped == 1


def test_another_open_case_goes_on_stopping_a_domain(site):
    (case,) = stopped(site, "one.org")
    ReviewCase.objects.create(
        kind=ReviewCase.Kind.UNOBSERVED, domain=case.domain, opened_at=site.now(), reason="Long."
    )
    ruled("close", [case])
    assert DomainStatus.objects.get(domain="one.org").under_review
    assert enforce().bumped == 0


@pytest.mark.parametrize(
    ("kind", "verb", "said"),
    [
        ("exempt", "close", ""),
        ("moved", "close", ""),
        ("exempt", "clear", "This case stopped nothing: close it."),
        ("unobserved", "raise", "Only what the breaker stopped can be raised."),
        ("moved", "raise", "Only what the breaker stopped can be raised."),
    ],
)
def test_other_cases_are_closed_by_one_person_and_nothing_else(site, kind, verb, said):
    row = site.domain("one.org")
    case = ReviewCase.objects.create(kind=kind, domain=row, opened_at=site.now(), reason="Look.")
    if said:
        with pytest.raises(Refused, match=said):
            order(verb, [case])
        return
    assert not order(verb, [case]).needs_second
    case.refresh_from_db()
    assert case.closed_at == site.now()
    with pytest.raises(Refused, match="closed already"):
        order(verb, [case])


def test_a_hold_nobody_can_observe_is_cleared_by_one_person_unless_many_are_behind_it(site):
    site.person("ada", "ada@one.org")
    site.hold("one.org")
    row = DomainStatus.objects.get(domain="one.org")
    row.holds = [{**row.holds[0], "hold_class": "undelegated", "code": "undelegated"}]
    row.under_review = True
    row.save()
    case = ReviewCase.objects.create(
        kind=ReviewCase.Kind.UNOBSERVED, domain=row, opened_at=site.now(), reason="72 h."
    )
    assert not order("clear", [case]).needs_second
    row.refresh_from_db()
    assert (row.held, row.under_review) == (False, False)


def test_hundreds_are_carried_out_in_parts_that_may_be_cut_off(site):
    cases = stopped(site, *(f"d{number}.org" for number in range(MOST + 5)))
    act = ruled("raise", cases)
    assert act.done_at is None
    assert not carry_out.carry_out_part(act.pk)
    assert EpochBump.objects.count() == MOST
    assert carry_out.carry_out_due() == 1
    assert EpochBump.objects.count() == MOST + 5
    assert carry_out.carry_out_part(act.pk)
    assert site.audited().count("act_done") == MOST + 5
