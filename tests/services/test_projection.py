"""A bump is carried out once for each address, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection

from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Automation,
    Deverification,
    DomainStatus,
    EpochBump,
    OutboxMail,
)
from domainguard.services import outbox, projection
from domainguard.services.enforce import enforce
from domainguard.services.enroll import enroll, forget_removed
from domainguard.signals import audited
from tests.services.test_enroll import stored

ADA, HOME = "ada@mill-lane.org", "ada@fieldpost.net"


def letters() -> list[tuple[str, str]]:
    rows = OutboxMail.objects.order_by("pk").values_list("standing__canonical", "letter")
    return list(rows)


def test_a_deverification_unticks_the_flag_and_tells_the_other_addresses_only(site):
    site.person("ada", ADA, HOME, "ada@second.mill-lane.org")
    site.corroborate("mill-lane.org")
    assert enforce().deverified == 2
    assert not site.is_flagged(ADA)
    assert not site.is_flagged("ada@second.mill-lane.org")
    assert site.is_flagged(HOME)
    outbox.deliver()
    assert [each.to for each in mail.outbox] == [[HOME], [HOME]]
    assert all("no longer trusted" in each.subject for each in mail.outbox)


def test_somebody_without_another_address_is_told_nothing(site):
    site.person("ada", ADA)
    site.corroborate("mill-lane.org")
    enforce()
    assert letters() == []
    assert Deverification.objects.get().noticed_at is not None


def test_an_address_that_was_removed_before_is_recorded_and_nobody_hears_of_it(site):
    user = site.person("ada", ADA, HOME)
    EmailAddress.objects.filter(email=ADA).delete()
    forget_removed(str(user.pk))
    site.corroborate("mill-lane.org")
    assert enforce().deverified == 1
    assert letters() == []


def test_all_is_done_once_under_repeated_runs(site):
    site.person("ada", ADA, HOME)
    site.corroborate("mill-lane.org")
    enforce()
    before = list(AuditEvent.objects.values_list("pk", flat=True)), letters()
    EpochBump.objects.update(projected_at=None)
    Deverification.objects.update(flag_cleared_at=None, noticed_at=None)
    assert projection.carry_out() == (0, 0)
    assert (list(AuditEvent.objects.values_list("pk", flat=True)), letters()) == before


class PowerCut(BaseException):
    """Ends a run where it stands, as kill -9 does; nothing of ours catches it."""


class Cut:
    """Counts calls and cuts the power at one of them."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE")):
            self.left -= 1
            if self.left == 0:
                raise PowerCut
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", range(1, 16))
def test_a_crash_at_any_write_loses_nothing_and_repeats_nothing(site, at):
    site.person("ada", ADA, HOME)
    site.person("bea", "bea@mill-lane.org")
    site.corroborate("mill-lane.org")
    cut = Cut(at)
    try:
        with connection.execute_wrapper(cut):
            enforce()
    except PowerCut:
        pass
    enforce()
    enforce()
    assert DomainStatus.objects.get(domain="mill-lane.org").control_epoch == 2
    assert Deverification.objects.filter(flag_cleared_at=None).count() == 0
    assert site.audited().count("epoch_raised") == 1
    assert site.audited().count("address_deverified") == 2
    assert letters() == [(HOME, "deverified")]
    assert not site.is_flagged(ADA)
    lost = Deverification.objects.order_by("pk")
    assert [each.flag_taken for each in lost] == [True, True]
    site.heal("mill-lane.org")
    assert enforce().restored == 2
    assert site.is_flagged(ADA)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", range(1, 12))
def test_a_crash_at_any_write_of_the_way_back_gives_back_once(site, at):
    site.person("ada", ADA, HOME)
    site.corroborate("mill-lane.org")
    enforce()
    site.heal("mill-lane.org")
    try:
        with connection.execute_wrapper(Cut(at)):
            enforce()
    except PowerCut:
        pass
    enforce()
    enforce()
    assert site.is_flagged(ADA)
    assert may_receive(site.standing(ADA).pk, Purpose.RECOVER).admitted
    assert site.audited().count("address_restored") == 1
    assert letters() == [(HOME, "deverified"), (ADA, "restored")]


def test_two_thousand_addresses_on_one_domain(site):
    mail_domain = site.mail_domain("mill-lane.org")
    AddressStanding.objects.bulk_create(
        AddressStanding(
            book="allauth",
            account=str(number),
            address=f"p{number}@mill-lane.org",
            canonical=f"p{number}@mill-lane.org",
            mail_domain=mail_domain,
            verified_epoch=1,
            first_seen_at=site.now(),
        )
        for number in range(2000)
    )
    site.corroborate("mill-lane.org")
    assert enforce().deverified == 2000
    assert Deverification.objects.exclude(noticed_at=None).count() == 2000
    assert site.audited().count("address_deverified") == 2000
    assert projection.carry_out() == (0, 0)


def test_an_account_that_the_site_cannot_read_delays_nobody(site, caplog):
    mail_domain = site.mail_domain("mill-lane.org")
    AddressStanding.objects.create(
        book="allauth",
        account="not a key",
        address="odd@mill-lane.org",
        canonical="odd@mill-lane.org",
        mail_domain=mail_domain,
        verified_epoch=1,
        first_seen_at=site.now(),
    )
    site.person("ada", ADA, HOME)
    site.corroborate("mill-lane.org")
    assert enforce().deverified == 2
    assert not site.is_flagged(ADA)
    assert letters() == [(HOME, "deverified")]
    assert "could not be carried out" in caplog.text


class TestTheWayBack:
    def test_the_same_registration_brings_epoch_flag_and_a_notice(self, site):
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org")
        enforce()
        site.heal("mill-lane.org")
        assert enforce().restored == 1
        assert site.standing(ADA).verified_epoch == 2
        assert site.is_flagged(ADA)
        outbox.deliver()
        assert [each.to[0] for each in mail.outbox] == [ADA]  # HOME's letter was outdated

    def test_brings_no_flag_that_the_site_had_not_set(self, site):
        site.person("ada", ADA, HOME)
        EmailAddress.objects.filter(email=ADA).update(verified=False)
        site.corroborate("mill-lane.org")
        enforce()
        site.heal("mill-lane.org")
        enforce()
        assert not site.is_flagged(ADA)
        reason = may_receive(site.standing(ADA).pk, Purpose.RECOVER).reason
        assert reason is Reason.NOT_VERIFIED

    def test_takes_no_flag_back_from_who_is_restored_already(self, site):
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org")
        enforce()
        Deverification.objects.update(restored_at=site.now(), flag_cleared_at=None)
        EmailAddress.objects.update(verified=True)
        projection.carry_out()
        assert site.is_flagged(ADA)

    def test_a_second_lapse_before_the_way_back_was_walked_keeps_everybody_out(self, site):
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org")
        enforce()
        site.heal("mill-lane.org")
        site.corroborate("mill-lane.org")
        site.raise_epoch("mill-lane.org")
        assert projection.carry_out() == (0, 0)
        assert not site.is_flagged(ADA)
        assert site.standing(ADA).verified_epoch == 1

    def test_a_change_of_hands_has_no_such_way(self, site):
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org", t0=site.now() - timedelta(days=5))
        enforce()
        assert EpochBump.objects.get().cause == "change_of_hands"
        assert projection.carry_out() == (0, 0)


class TestTheKillSwitch:
    def test_pulled_in_the_middle_stops_at_the_next_step_and_resumes(self, site):
        """Here the site's own listener pulls it, when the first epoch goes up."""
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org")
        row = Automation.objects.create(pk=1, since=site.now(), by="test")

        def pull(event, **_) -> None:
            Automation.objects.update(paused=True)

        EpochBump.objects.all().delete()
        enforce_without_projection(site)
        pull(None)
        assert projection.carry_out() == (0, 0)
        assert site.is_flagged(ADA)
        Automation.objects.filter(pk=row.pk).update(paused=False)
        assert projection.carry_out() == (1, 0)
        assert not site.is_flagged(ADA)

    def test_while_paused_no_notice_leaves(self, site):
        site.person("ada", ADA, HOME)
        site.corroborate("mill-lane.org")
        enforce()
        Automation.objects.update(paused=True)
        outbox.deliver()
        assert mail.outbox == []
        Automation.objects.update(paused=False)
        outbox.deliver()
        assert [each.to for each in mail.outbox] == [[HOME]]


def enforce_without_projection(site) -> None:
    row = DomainStatus.objects.get(domain="mill-lane.org")
    row.control_epoch = 2
    row.save()
    EpochBump.objects.create(
        domain=row, epoch=2, cause="lapse", sentence="", evidence={}, at=site.now()
    )


@pytest.mark.django_db(transaction=True)
def test_what_a_sites_listener_raises_undoes_nothing(site, caplog):
    site.person("ada", ADA, HOME)
    site.corroborate("mill-lane.org")

    def listener(**_) -> None:
        raise RuntimeError("a bug of the site")

    audited.connect(listener)
    try:
        assert enforce().deverified == 1
    finally:
        audited.disconnect(listener)
    assert not site.is_flagged(ADA)


def test_whoever_is_first_seen_after_the_bump_is_none_of_its_losers(site):
    site.person("ada", ADA)
    site.corroborate("mill-lane.org")
    enforce()
    enroll([stored("new@mill-lane.org", "4711")])
    EpochBump.objects.update(projected_at=None)
    assert projection.carry_out() == (0, 0)
