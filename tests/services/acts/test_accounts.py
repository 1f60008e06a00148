"""The other acts on accounts: keep, note, assign, write, start recovery, contain, factor."""

from __future__ import annotations

from typing import ClassVar

import pytest

from domainguard.addressbooks.base import NoFacts
from domainguard.models import Deverification, Intent, OutboxMail
from domainguard.services import intents, outbox
from domainguard.services.acts import decide, undo
from domainguard.services.acts.carry_out import carry_out_due
from domainguard.services.acts.verb import Refused
from domainguard.wiring import letter

from .desk import ANN, BEN, later, lost, order, outcomes


class SilentSite(NoFacts):
    """A site of before: containing gives nothing back."""


class BrokenSite(NoFacts):
    """A site whose own code breaks."""

    def contain(self, account: str) -> None:
        raise LookupError(account)


class FactorSite(NoFacts):
    """A site whose accounts all have a second factor, until it is taken away."""

    gone: ClassVar[set[str]] = set()

    def has_second_factor(self, account: str) -> bool:
        return account not in self.gone

    def remove_second_factor(self, account: str) -> None:
        self.gone.add(account)


def with_facts(settings, site_class: type) -> None:
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "SITE_FACTS": f"{site_class.__module__}.{site_class.__qualname__}",
    }


def test_keeping_takes_an_account_out_of_the_queue_and_undoing_puts_it_back(site):
    row = lost(site)
    act = order("keep", [row])
    row.refresh_from_db()
    assert row.kept_at == site.now()
    with pytest.raises(Refused, match="ruled already"):
        order("keep", [row], by=BEN)
    undo.undo(act.pk, by=BEN, reason="Not yet.")
    row.refresh_from_db()
    assert row.kept_at is None


def test_an_account_is_assigned_and_given_back(site):
    row = lost(site)
    first = order("assign", [row], to=BEN)
    second = order("assign", [row], to=ANN)
    row.refresh_from_db()
    assert row.assigned_to == ANN
    undo.undo(first.pk, by=ANN, reason="Undo the older one.")
    assert outcomes(first) == ["It was assigned anew since."]
    undo.undo(second.pk, by=ANN, reason="Undo the newer one.")
    row.refresh_from_db()
    assert row.assigned_to == BEN


def test_a_note_is_kept_and_cannot_be_undone(site):
    act = order("note", [lost(site)], reason="Called the company.")
    with pytest.raises(Refused, match="write another note"):
        undo.undo(act.pk, by=ANN, reason="Oh.")


def test_a_message_goes_to_the_other_addresses_and_never_to_the_lost_one(site):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net", "ada@third.net")
    site.hold("third.net")
    message = "Is mill-lane.org still yours? {{ 7|add:7 }} <b>"
    act = order("contact", [row], message=message)
    (mail,) = OutboxMail.objects.filter(letter="staff")
    assert mail.standing.address == "ada@other.net"
    assert act.targets.get().receipt == {"mails": 1}
    written = letter("staff")(mail)
    assert message in written.body
    assert "&lt;b&gt;" in written.alternatives[0][0]


def test_nobody_is_written_to_where_no_address_counts(site):
    with pytest.raises(Refused, match="No other address"):
        order("contact", [lost(site)], message="Hello?")


def test_staff_start_a_reset_at_an_address_that_counts_and_see_nothing_of_it(site, mailoutbox):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    act = order("start_recovery", [row])
    (intent,) = Intent.objects.all()
    assert (intent.submitted, intent.payload["account"]) == ("ada@other.net", row.standing.account)
    intents.work()
    outbox.deliver()
    mailed = [mail for mail in mailoutbox if "/reset/" in mail.body]
    assert [mail.to for mail in mailed] == [["ada@other.net"]]
    assert act.targets.get().receipt == {}


def test_no_recovery_starts_at_an_address_that_counts_for_nothing(site):
    row = lost(site)
    with pytest.raises(Refused, match="No other address may win"):
        order("start_recovery", [row])
    assert not Intent.objects.exists()


def test_containing_ends_unused_links_of_every_kind_and_names_what_came_out_since(site):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    other = site.standing("ada@other.net")
    site.person("bob", "bob@other.net")
    states = [("recover", "sent"), ("accept", "uncertain"), ("undo", "pending"), ("notice", "sent")]
    for purpose, status in states:
        mail(site, other, purpose, status)
    mail(site, site.standing("bob@other.net"), "recover", "sent")
    act = order("contain", [row])
    receipt = act.targets.get().receipt
    assert receipt["ended"]["links"] == 3
    assert receipt["releases"] == []
    assert receipt["since"] == row.bump.at.isoformat()
    left = OutboxMail.objects.filter(used_at=None).exclude(status="dropped")
    ours = left.filter(letter="reset").values_list("standing__address", "purpose")
    assert set(ours) == {("ada@other.net", "notice"), ("bob@other.net", "recover")}


def mail(site, standing, purpose: str, status: str) -> None:
    at = site.now()
    OutboxMail.objects.create(
        standing=standing, account=standing.account, purpose=purpose, letter="reset",
        status=status, created_at=at, expires_at=at, handed_over_at=at, epoch=1,
    )  # fmt: skip


def test_a_site_that_counts_nothing_is_contained_all_the_same(site, settings):
    row = lost(site)
    with_facts(settings, SilentSite)
    act = order("contain", [row])
    assert outcomes(act) == ["Contained."]
    assert act.targets.get().receipt["ended"] == {"links": 0}


def test_a_site_that_breaks_on_an_account_keeps_its_links_and_the_act_says_so(site, settings):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    mail(site, site.standing("ada@other.net"), "recover", "sent")
    with_facts(settings, BrokenSite)
    act = order("contain", [row])
    assert outcomes(act) == ["This could not be done; the log says why."]
    assert OutboxMail.objects.get(letter="reset").used_at is None
    assert site.audited()[-1] == "act_left_out"


def test_a_second_factor_goes_by_two_people_after_72_hours_and_everybody_is_told(site, settings):
    FactorSite.gone = set()
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    with pytest.raises(Refused):
        order("remove_factor", [row])
    with_facts(settings, FactorSite)
    act = order("remove_factor", [row])
    intents.work()
    decide.approve(act.pk, by=BEN, reason="Passport seen.")
    assert carry_out_due() == 0
    later(site, hours=72)
    carry_out_due()
    assert FactorSite.gone == {row.standing.account}
    told = OutboxMail.objects.filter(letter__in=["staff", "stop_act"]).order_by("pk")
    assert [each.letter for each in told] == ["stop_act", "staff"]
    assert {each.standing.address for each in told} == {"ada@other.net"}


def test_every_letter_of_staff_is_written(site):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    act = order("contact", [row], message="Hello.")
    (mail,) = OutboxMail.objects.filter(letter="staff")
    subjects = set()
    for what in ("restore_proposed", "restored", "factor_proposed", "factor_removed", "contact"):
        mail.payload = {"what": what, "address": "ada@mill-lane.org", "message": "Hello."}
        written = letter("staff")(mail)
        subjects.add(written.subject)
        assert "ada" in written.body
    assert len(subjects) == 5
    assert act.done_at is not None


def test_a_restored_account_is_no_more_to_be_kept(site):
    row = lost(site)
    Deverification.objects.update(restored_at=site.now())
    row.refresh_from_db()
    with pytest.raises(Refused, match="trusted already"):
        order("keep", [row])
