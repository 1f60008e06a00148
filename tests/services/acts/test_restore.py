"""Restoring: alone where the registration is unchanged, else by two people after 72 hours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domainguard.gate import Purpose, may_receive
from domainguard.models import AuditEvent, Deverification, OutboxMail, StaffAct, WayBack
from domainguard.services import intents
from domainguard.services.acts import decide, undo
from domainguard.services.acts.carry_out import carry_out_due
from domainguard.services.acts.verb import Refused

from .desk import ANN, BEN, later, lost, lost_together, order, outcomes, renewed


def trusted(row: Deverification) -> bool:
    return may_receive(row.standing_id, Purpose.RECOVER).admitted


def test_one_person_restores_an_account_whose_registration_is_as_before(site):
    row = lost(site)
    renewed(site)
    assert not trusted(row)
    act = order("restore", [row])
    assert outcomes(act) == ["Trusted again."]
    assert trusted(row)
    assert site.is_flagged("ada@mill-lane.org")
    row.refresh_from_db()
    assert row.restored_at == site.now()
    said = AuditEvent.objects.get(action="address_restored")
    assert (said.actor, said.detail["act"]) == (ANN, act.pk)
    assert OutboxMail.objects.filter(letter="restored").count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"held": True, "holds": "the lapse"},
        {"state": "redemption"},
        {"last_conclusive_at": timedelta(hours=25)},
        {"observed": {"registrar": "iana:1"}},
        {"observed": {"handle": "D9-LR"}},
        {"observed": {"ns": ["ns1.strangers.net"]}},
        {"observed": {"handle": "", "registered_at": None}},
    ],
    ids=lambda changed: "-".join(map(str, changed)) or "none",
)
def test_what_is_not_shown_to_be_unchanged_takes_two_people_and_72_hours(site, changed):
    row = lost(site)
    holds = row.bump.domain.__class__.objects.get(domain="mill-lane.org").holds
    renewed(site)
    domain = row.bump.domain
    domain.refresh_from_db()
    for name, value in changed.items():
        if name == "observed":
            value = {**(domain.observed or {}), **value}
        if name == "holds":
            value = holds
        if name == "last_conclusive_at":
            value = site.now() - value
        setattr(domain, name, value)
    domain.save()
    act = order("restore", [row])
    assert act.waits_for_second
    assert act.not_before == site.now() + timedelta(hours=72)
    assert not trusted(row)


def slow(site, *others: str, case: bool = False) -> tuple[Deverification, StaffAct]:
    row = lost(site, "ada", "mill-lane.org", *others)
    renewed(site)
    domain = row.bump.domain
    domain.refresh_from_db()
    domain.observed = {**(domain.observed or {}), "registrar": "iana:1"}
    domain.save()
    if case:
        WayBack.objects.create(
            standing=row.standing, account=row.standing.account, kind="case", epoch=2, before=1,
            begun_at=site.now(), dies_at=site.now() + timedelta(days=60),
        )  # fmt: skip
    return row, order("restore", [row])


def test_a_slow_restore_comes_after_approval_and_72_hours_and_is_for_contact_only_at_first(site):
    row, act = slow(site)
    later(site, hours=1)
    decide.approve(act.pk, by=BEN, reason="Proofs seen.")
    assert carry_out_due() == 0
    later(site, hours=72)
    assert carry_out_due() == 1
    assert may_receive(row.standing_id, Purpose.NOTICE).admitted
    assert not trusted(row)
    later(site, days=14)
    assert trusted(row)
    assert carry_out_due() == 0


def test_a_slow_restore_is_told_at_every_address_that_counts_and_to_none_that_does_not(site):
    _row, act = slow(site, "ada@other.net")
    intents.work()
    told = OutboxMail.objects.filter(letter="stop_act")
    assert [mail.standing.address for mail in told] == ["ada@other.net"]
    decide.approve(act.pk, by=BEN, reason="Proofs seen.")
    later(site, hours=73)
    carry_out_due()
    after = OutboxMail.objects.filter(letter="staff", payload__what="restored")
    assert {mail.standing.address for mail in after} == {"ada@other.net", "ada@mill-lane.org"}


def test_a_domain_that_changes_again_in_the_72_hours_is_not_restored(site):
    row, act = slow(site)
    decide.approve(act.pk, by=BEN, reason="Proofs seen.")
    site.raise_epoch("mill-lane.org")
    later(site, hours=73)
    carry_out_due()
    assert outcomes(act) == ["The epoch has gone up again since this was proposed."]
    assert not may_receive(row.standing_id, Purpose.NOTICE).admitted


def test_a_hold_that_no_epoch_has_settled_stops_a_slow_restore(site):
    row, act = slow(site)
    decide.approve(act.pk, by=BEN, reason="Proofs seen.")
    site.hold("mill-lane.org")
    later(site, hours=73)
    carry_out_due()
    assert outcomes(act) == ["A hold warns of something that the epoch has not settled yet."]
    row.standing.refresh_from_db()
    assert row.standing.verified_epoch == 1


@pytest.mark.parametrize(("end", "comes"), [("cancelled", False), ("refused", False), ("", True)])
def test_an_owner_who_cancels_their_case_in_the_72_hours_stops_it(site, end, comes):
    row, act = slow(site, case=True)
    decide.approve(act.pk, by=BEN, reason="Proofs seen.")
    if end:
        WayBack.objects.update(ended_at=site.now(), end=end)
    later(site, hours=73)
    carry_out_due()
    assert act.targets.get().is_done is comes
    assert may_receive(row.standing_id, Purpose.NOTICE).admitted is comes


def test_an_act_that_waits_for_its_time_is_approved_once(site):
    _row, act = slow(site)
    decide.approve(act.pk, by=BEN, reason="Proofs seen.")
    with pytest.raises(Refused) as refused:
        decide.approve(act.pk, by="staff:9003", reason="Me too.")
    assert refused.value.code == "decided"
    act.refresh_from_db()
    assert act.approved_by == BEN


def test_a_slow_restore_that_is_refused_in_time_never_comes(site):
    row, act = slow(site)
    decide.approve(act.pk, by=BEN, reason="Proofs seen.")
    decide.refuse(act.pk, by=ANN, reason="The owner says it was not her.")
    later(site, days=30)
    assert carry_out_due() == 0
    row.refresh_from_db()
    assert row.restored_at is None


def test_ten_by_one_person_eleven_by_two(site):
    rows = lost_together(site, 11)
    renewed(site)
    many = order("restore", rows)
    assert many.waits_for_second
    decide.refuse(many.pk, by=ANN, reason="Fewer will do.")
    assert not order("restore", rows[:10]).waits_for_second


def test_ten_a_day_is_the_limit_however_they_are_cut_up(site):
    rows = lost_together(site, 12)
    renewed(site)
    assert not order("restore", rows[:6]).waits_for_second
    assert not order("restore", rows[6:10]).waits_for_second
    assert order("restore", rows[10:11]).waits_for_second
    assert not order("restore", rows[11:12], by=BEN).waits_for_second
    later(site, hours=25)


def test_a_batch_by_two_rests_for_the_day_in_which_it_can_be_undone(site):
    rows = lost_together(site, 11)
    renewed(site)
    act = order("restore", rows)
    decide.approve(act.pk, by=BEN, reason="One company, one renewal.")
    assert all(may_receive(row.standing_id, Purpose.NOTICE).admitted for row in rows)
    assert not any(map(trusted, rows))
    undo.undo(act.pk, by=ANN, reason="The wrong company.")
    assert not any(may_receive(row.standing_id, Purpose.NOTICE).admitted for row in rows)
    assert set(Deverification.objects.values_list("restored_at", flat=True)) == {None}
    assert not site.is_flagged("p3@mill-lane.org")


def test_an_undo_puts_back_exactly_what_was_there(site):
    row = lost(site)
    renewed(site)
    before = {**vars(row.standing.__class__.objects.get(pk=row.standing_id)), "_state": None}
    act = order("restore", [row])
    undo.undo(act.pk, by=BEN, reason="A mistake.")
    assert {
        **vars(row.standing.__class__.objects.get(pk=row.standing_id)),
        "_state": None,
    } == before


def test_an_undo_leaves_alone_what_was_lost_again_since(site):
    row = lost(site)
    renewed(site)
    act = order("restore", [row])
    site.raise_epoch("mill-lane.org")
    undo.undo(act.pk, by=ANN, reason="A mistake.")
    assert outcomes(act) == ["The address was proven anew, or lost again, since."]


def test_an_undo_comes_within_24_hours_or_not_at_all(site):
    row = lost(site)
    renewed(site)
    act = order("restore", [row])
    later(site, hours=25)
    with pytest.raises(Refused, match="24 hours have passed"):
        undo.undo(act.pk, by=ANN, reason="A mistake.")
    assert trusted(row)


def test_what_is_trusted_already_or_removed_is_left_out(site):
    rows = lost_together(site, 3)
    renewed(site)
    order("restore", rows[:1])
    rows[1].standing.removed_at = site.now()
    rows[1].standing.save()
    act = order("restore", rows)
    assert [each.deverification_id for each in act.targets.all()] == [rows[2].pk]
    with pytest.raises(Refused) as refused:
        order("restore", rows)
    assert refused.value.code == "nothing_to_do"
