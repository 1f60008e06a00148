"""An owner stops what staff were talked into, by a link at an address that counts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from domainguard.models import AddressStanding, DomainStatus, OutboxMail, StaffAct
from domainguard.services import intents, outbox
from domainguard.services.acts import decide
from domainguard.services.acts.carry_out import carry_out_due
from domainguard.services.enforce import enforce
from registry_site.logs import redact

from .desk import ANN, BEN, later, lost, order, outcomes, renewed


def link_in(mails) -> str:
    intents.work()
    outbox.deliver()
    (mail,) = [each for each in mails if "/stop-act/" in each.body]
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", mail.body)
    assert found is not None
    return found[1]


@pytest.fixture
def proposal(site) -> StaffAct:
    """Give a proposal to restore an account that has another address."""
    return order("restore", [lost(site, "ada", "mill-lane.org", "ada@other.net")])


@pytest.mark.parametrize("approved", [False, True])
def test_the_link_stops_it_before_and_after_approval(site, proposal, mailoutbox, approved):
    link = link_in(mailoutbox)
    if approved:
        decide.approve(proposal.pk, by=BEN, reason="Papers seen.")
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(link)
    assert "ada" not in page.content.decode()
    assert browser.post(link).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert token is not None
    stopped = browser.post(link, {"csrfmiddlewaretoken": token[1]})
    assert stopped.status_code == 200
    later(site, hours=80)
    assert carry_out_due() == 0
    proposal.refresh_from_db()
    assert proposal.refused_by.startswith("account:")
    assert outcomes(proposal) == ["The owner stopped it."]
    assert site.audited().count("act_stopped") == 1
    assert Client().post(link).status_code == 403


def test_an_owner_takes_their_own_account_out_of_a_batch_and_nobody_elses(site, mailoutbox):
    site.person("bob", "bob@mill-lane.org")
    lost(site, "ada", "mill-lane.org", "ada@other.net")
    renewed(site)
    DomainStatus.objects.filter(domain="mill-lane.org").update(state="suspended")
    rows = AddressStanding.objects.filter(address__endswith="@mill-lane.org")
    act = order("restore", [standing.deverifications.get() for standing in rows])
    Client().post(link_in(mailoutbox))
    act.refresh_from_db()
    assert act.refused_at is None
    assert sorted(outcomes(act)) == ["", "The owner stopped it."]
    decide.approve(act.pk, by=BEN, reason="Papers of bob seen.")
    later(site, hours=73)
    assert carry_out_due() == 1
    done = act.targets.filter(is_done=True).values_list("deverification__standing__address")
    assert list(done) == [("bob@mill-lane.org",)]


@pytest.mark.parametrize("what", ["forged", "of another act", "lost meanwhile", "too late"])
def test_a_link_that_does_not_count_stops_nothing(site, proposal, mailoutbox, what):
    link = link_in(mailoutbox)
    if what == "forged":
        link = link[:-4] + "AAA/"
    elif what == "of another act":
        link = link.replace(f"/stop-act/{proposal.pk}/", f"/stop-act/{proposal.pk + 1}/")
    elif what == "lost meanwhile":
        site.corroborate("other.net")
        enforce()
    else:
        later(site, hours=25)
    assert Client().post(link).status_code == 403
    proposal.refresh_from_db()
    assert proposal.refused_at is None


def test_an_address_that_rests_is_told_without_a_link(site):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    other = site.standing("ada@other.net")
    other.recovery_from = site.now().replace(year=2027)
    other.save()
    order("restore", [row], by=ANN)
    intents.work()
    letters = OutboxMail.objects.filter(standing=other).values_list("letter", flat=True)
    assert set(letters) == {"staff", "deverified"}


def test_the_link_reaches_no_log(site, proposal, mailoutbox):
    link = link_in(mailoutbox)
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in redact(f'"GET {link} HTTP/1.1" 200')
