"""Who may decide: never alone where two are asked, never in one's own case, never twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from domainguard.models import AuditEvent, StaffAct
from domainguard.services.acts import decide, propose, undo
from domainguard.services.acts.carry_out import carry_out_due
from domainguard.services.acts.propose import Order, without_addresses
from domainguard.services.acts.verb import Refused
from domainguard.services.acts.verbs import VERBS
from domainguard.services.pause import pause

from .desk import ANN, BEN, lost, lost_together, order, renewed, stopped


def code_of(work) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code


@pytest.fixture
def proposal(site) -> StaffAct:
    """Give a proposal that waits: eleven accounts at once."""
    rows = lost_together(site, 11)
    renewed(site)
    return order("restore", rows)


def test_nobody_approves_what_they_proposed(proposal):
    code = code_of(lambda: decide.approve(proposal.pk, by=ANN, reason="I am sure."))
    assert code == "own_proposal"
    proposal.refresh_from_db()
    assert proposal.waits_for_second


def test_whoever_proposed_it_may_take_it_back(proposal):
    decide.refuse(proposal.pk, by=ANN, reason="I was wrong.")
    assert code_of(lambda: decide.approve(proposal.pk, by=BEN, reason="Fine.")) == "decided"


def test_a_decision_is_made_once(proposal):
    decide.approve(proposal.pk, by=BEN, reason="Fine.")
    for late in (decide.approve, decide.refuse):
        assert code_of(lambda late=late: late(proposal.pk, by="staff:3", reason="Me too.")) == (
            "decided"
        )


@pytest.mark.parametrize("step", [decide.approve, decide.refuse, undo.undo])
def test_every_decision_has_a_reason(proposal, step):
    assert code_of(lambda: step(proposal.pk, by=BEN, reason="  ")) == "no_reason"


def test_what_waited_for_nobody_is_not_approved(site):
    act = order("note", [lost(site)])
    assert code_of(lambda: decide.approve(act.pk, by=BEN, reason="Fine.")) == "not_a_proposal"


@pytest.mark.parametrize(
    "kind", [kind for kind, verb in VERBS.items() if verb.on == "account"], ids=str
)
def test_nobody_acts_on_their_own_account(site, kind):
    row = lost(site)
    own = f"staff:{row.standing.account}"
    assert code_of(lambda: order(kind, [row], by=own, message="", to=BEN)) == "own_case"


@pytest.mark.parametrize(
    "kind", [kind for kind, verb in VERBS.items() if verb.on != "account"], ids=str
)
def test_nobody_acts_on_a_domain_that_carries_their_mail(site, kind):
    cases = stopped(site, "one.org")
    carol = site.person("carol", "carol@mail.one.org")
    rows = cases if VERBS[kind].on == "case" else [cases[0].domain]
    assert code_of(lambda: order(kind, rows, by=f"staff:{carol.pk}")) == "own_case"


def test_nobody_approves_or_undoes_in_their_own_case(site):
    (case,) = stopped(site, "one.org")
    carol = site.person("carol", "carol@one.org")
    act = order("clear", [case])
    own = f"staff:{carol.pk}"
    assert code_of(lambda: decide.approve(act.pk, by=own, reason="Fine.")) == "own_case"
    decide.approve(act.pk, by=BEN, reason="Fine.")
    assert code_of(lambda: undo.undo(act.pk, by=own, reason="No.")) == "own_case"


def test_a_page_sent_twice_acts_once(site):
    row = lost(site)
    renewed(site)
    first = order("restore", [row], key="one page")
    again = order("restore", [row], key="one page")
    assert first == again
    assert site.audited().count("act_done") == 1


@pytest.mark.parametrize("other", [{"kind": "keep"}, {"targets": [1, 2, 3]}, {"by": BEN}], ids=str)
def test_a_page_cannot_be_used_for_something_else(site, other):
    row = lost(site)
    said = {
        "kind": "note",
        "targets": [row.pk],
        "by": ANN,
        "reason": "R.",
        "key": "k",
        "detail": {},
    }
    propose.propose(Order(**said))
    assert code_of(lambda: propose.propose(Order(**{**said, **other}))) == "replay"


def test_an_act_needs_a_reason_and_a_name_that_there_is(site):
    row = lost(site)
    assert code_of(lambda: order("note", [row], reason=" \n ")) == "no_reason"
    assert code_of(lambda: order("promote", [row])) == "no_such_act"
    assert not StaffAct.objects.exists()


def test_the_trail_keeps_no_address_that_staff_wrote_into_a_reason(site):
    order("note", [lost(site)], reason="Wrote to ada@mill-lane.org and <x@y.org>.")
    assert without_addresses("to ada@b.org now") == "to … now"
    said = AuditEvent.objects.filter(actor=ANN).values_list("detail", flat=True)
    assert not any("@" in str(each) for each in said)


def test_while_automation_is_paused_nothing_that_waits_is_carried_out(site):
    cases = stopped(site, *(f"d{number}.org" for number in range(51)))
    act = order("close", cases)
    decide.approve(act.pk, by=BEN, reason="Fine.")
    pause(True, by="shell:test")
    assert carry_out_due() == 0
    pause(False, by="shell:test")
    assert carry_out_due() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_approvers_at_once_one_decides(transactional_db, site):
    (case,) = stopped(site, "one.org")
    act = order("raise", [case])
    assert at_once(
        lambda: decide.approve(act.pk, by=BEN, reason="Fine."),
        lambda: decide.approve(act.pk, by="staff:9003", reason="Fine."),
    ) == ["decided", "done"]
    case.domain.refresh_from_db()
    assert case.domain.control_epoch == 2


@pytest.mark.django_db(transaction=True)
def test_of_an_approver_and_one_who_refuses_at_once_one_decides(transactional_db, site):
    (case,) = stopped(site, "one.org")
    act = order("raise", [case])
    ended = at_once(
        lambda: decide.approve(act.pk, by=BEN, reason="Fine."),
        lambda: decide.refuse(act.pk, by="staff:9003", reason="No."),
    )
    assert ended == ["decided", "done"]
    act.refresh_from_db()
    assert (act.done_at is None) is (act.refused_at is not None)


@pytest.mark.django_db(transaction=True)
def test_one_page_sent_twice_at_the_same_moment_acts_once(transactional_db, site):
    row = lost(site)
    renewed(site)
    said = Order("restore", [row.pk], ANN, "Renewed.", "one page", {})
    assert at_once(lambda: propose.propose(said), lambda: propose.propose(said)) == ["done"] * 2
    assert StaffAct.objects.count() == 1
    assert site.audited().count("address_restored") == 1


def at_once(*works) -> list[str]:
    """Do two things in two threads that start together; give how each ended, sorted."""
    started, ended = threading.Barrier(len(works)), []

    def do(work) -> None:
        started.wait(60)
        try:
            work()
            ended.append("done")
        except Refused as refused:
            ended.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    connection.close()
    return sorted(ended)
