"""Owners are told in time and truthfully, by real mail: before, in grace, on hold. Strangers never.

Days count from the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from domainguard.core.lifecycle import State
from domainguard.models import (
    AuditEvent,
    Automation,
    DomainStatus,
    DueNotice,
    MailDomain,
    OutboxMail,
)
from domainguard.services import early, enroll, notify, outbox, quiet, say
from domainguard.simulation import scripts
from domainguard.testing import Delivered, Holder, SmtpSink
from registry_site.accounts.models import User
from registry_site.packages.models import Project, Role
from tests.services.rows import Site
from tests.world import START, World

ADA, HOME = "ada@mill-lane.org", "ada@fieldpost.net"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def sink(site, settings) -> Iterator[SmtpSink]:
    with SmtpSink(site.now, lambda domain: Holder.OWNER) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def ends_in(site: Site, name: str, by: timedelta) -> None:
    """Let a domain run out then, as its registrar said a moment ago; the next sweep finds it."""
    at = site.now()
    DomainStatus.objects.filter(domain=name).update(
        runs_out_at=at + by, expires_at=at + by, registry_clean_at=at, warn_at=at
    )


def hold(site: Site, name: str) -> None:
    site.hold(name)
    DomainStatus.objects.filter(domain=name).update(warn_at=site.now() + DAY)


def round_of_work() -> None:
    """Do what a sweep does about notices, and deliver."""
    early.find()
    say.say()
    outbox.deliver()


def sweep_on(world: World, *days: float) -> None:
    """Sweep at these times alone; looks that were due before are made then."""
    for day in days:
        world.net.clock.set(max(START + day * DAY, world.net.clock.now()))
        world.sweep()


def heard(sink: SmtpSink) -> list[tuple[str, str]]:
    return [(mail.rcpt_to, str(mail.message["subject"])) for mail in sink.messages]


RUNS_OUT, ON_HOLD = "A domain of yours runs out soon", "An address of yours is on hold"


class TestBefore:
    def test_everybody_behind_a_domain_hears_of_it_at_sixty_thirty_and_seven_days(self, world, at):
        """The registrar renews on the last day, as most do: nothing more is said after that."""
        world.net.add(scripts.healthy("mill-lane.org", born=at(days=-305), expires=at(days=61)))
        world.net.add(scripts.healthy("fieldpost.net", born=at(days=-900), expires=at(days=300)))
        world.person("ada", ADA, HOME)
        sweep_on(world, 0, 1.1, 5, 20, 31.1, 32, 45, 54.1, 56, 60, 61.1, 63, 66)
        for address in (ADA, HOME):
            days = [(mail.at - at()).days for mail in world.early_to(address)]
            assert days == [1, 31, 54]
            assert "ada@mill-lane.org: its domain runs out soon" in world.early_to(address)[0].text
        assert DueNotice.objects.filter(reason="expiry", due_at=None).count() == 3

    def test_a_date_that_was_moved_while_the_mail_waited_lets_the_mail_go(self, site, sink):
        site.person("ada", ADA, HOME)
        ends_in(site, "mill-lane.org", 7 * DAY)
        early.find()
        say.say()
        ends_in(site, "mill-lane.org", 372 * DAY)
        outbox.deliver()
        assert heard(sink) == []
        assert {mail.reason for mail in OutboxMail.objects.all()} == {"outdated"}
        assert AuditEvent.objects.filter(action="mail_dropped").count() == 2

    def test_an_old_word_of_the_registry_is_asked_again_first(self, site, sink):
        site.person("ada", ADA)
        ends_in(site, "mill-lane.org", 60 * DAY)
        old = site.now() - 5 * DAY
        DomainStatus.objects.update(registry_clean_at=old, next_check_at=site.now() + DAY)
        round_of_work()
        assert heard(sink) == []
        assert DomainStatus.objects.get().next_check_at == site.now()

    def test_grace_is_told_a_day_after_the_date(self, site, sink):
        site.person("ada", ADA)
        row = DomainStatus.objects.get()
        row.keep(replace(row.record(), state=State.EXPIRED, expires_at=site.now() - DAY))
        row.warn_at = site.now()
        row.save()
        round_of_work()
        assert heard(sink) == [(ADA, "A domain of yours is past its expiry date")]


class TestOnHold:
    def test_a_hold_is_told_after_a_day_at_the_other_addresses_alone(self, site, sink):
        site.person("ada", ADA, HOME)
        site.person("bea", "bea@mill-lane.org")
        hold(site, "mill-lane.org")
        site.pass_time(23 * HOUR)
        round_of_work()
        assert heard(sink) == []
        site.pass_time(HOUR)
        round_of_work()
        site.pass_time(10 * DAY)
        round_of_work()
        assert heard(sink) == [(HOME, ON_HOLD)]

    def test_a_hold_that_is_over_by_then_is_told_to_nobody(self, site, sink):
        site.person("ada", ADA, HOME)
        hold(site, "mill-lane.org")
        site.pass_time(DAY)
        early.find()
        site.heal("mill-lane.org")
        round_of_work()
        assert heard(sink) == []

    def test_a_mail_domains_own_hold_is_told_too(self, site, sink):
        site.person("ada", "ada@maths.mill-lane.org", HOME)
        site.person("bea", "bea@mill-lane.org", "bea@fieldpost.net")
        hold(site, "fieldpost.net")  # only to borrow the form in which holds are kept
        kept = DomainStatus.objects.get(domain="fieldpost.net").holds
        site.heal("fieldpost.net")
        MailDomain.objects.filter(name="maths.mill-lane.org").update(holds=kept, warn_at=site.now())
        site.pass_time(DAY)
        round_of_work()
        assert heard(sink) == [(HOME, ON_HOLD)]


class TestNotTooOften:
    def test_one_mail_a_week_for_each_reason_and_none_is_lost(self, site, sink):
        site.person("ada", ADA, "ada@weir-lane.org", HOME)
        hold(site, "mill-lane.org")
        site.pass_time(DAY)
        round_of_work()
        hold(site, "weir-lane.org")
        ends_in(site, "fieldpost.net", 30 * DAY)
        first, days = site.now(), []
        for _ in range(12):
            round_of_work()
            site.pass_time(DAY)
        for mail in sink.messages_to(HOME):
            days.append(((mail.at - first).days, str(mail.message["subject"])))
        assert days == [(0, ON_HOLD), (0, RUNS_OUT), (7, ON_HOLD)]  # the second hold waited

    def test_the_same_is_never_said_twice_however_often_it_is_found(self, site, sink):
        site.person("ada", ADA)
        ends_in(site, "mill-lane.org", 20 * DAY)
        for _ in range(3):
            round_of_work()
            DomainStatus.objects.update(warned_of="", warn_at=site.now())
            site.pass_time(HOUR)
        assert heard(sink) == [(ADA, RUNS_OUT)]

    @pytest.mark.parametrize("how", ["paused", "observe"])
    def test_nobody_is_told_while_automation_is_paused_or_only_observes(
        self, site, sink, settings, how
    ):
        site.person("ada", ADA)
        ends_in(site, "mill-lane.org", 20 * DAY)
        if how == "paused":
            Automation.objects.create(pk=1, paused=True, since=site.now(), by="test")
        else:
            settings.DOMAINGUARD = {**settings.DOMAINGUARD, "DEVERIFY": "observe"}
        round_of_work()
        assert heard(sink) == []
        Automation.objects.update(paused=False)
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "DEVERIFY": "enforce"}
        round_of_work()
        assert heard(sink) == [(ADA, RUNS_OUT)]

    def test_a_sweep_in_which_nothing_is_due_asks_three_questions_however_many_accounts(self, site):
        costs = []
        for count in (2, 30):
            for number in range(count):
                site.person(f"p{count}-{number}", f"p{count}-{number}@mill-lane.org")
            with CaptureQueriesContext(
                connection,
            ) as asked:
                early.find()
                say.say()
            costs.append(len(asked))
        assert costs == [4, 4]  # two lists of domains, the kill switch, and one list of notices


def link_in(mail: Delivered) -> str:
    (link,) = re.findall(r"<(http[^>]+)>", mail.message["List-Unsubscribe"])
    assert link in mail.text
    return urlsplit(link).path


class TestUnsubscribing:
    def test_a_post_alone_stops_early_notices_and_security_notices_go_on(self, site, sink):
        user = site.person("ada", ADA)
        ends_in(site, "mill-lane.org", 30 * DAY)
        round_of_work()
        (mail,) = sink.messages
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path, stranger = link_in(mail), Client(enforce_csrf_checks=True)
        assert "Send me no early notices any more" in stranger.get(path).text
        assert not quiet.is_quiet(str(user.pk))
        answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, quiet.is_quiet(str(user.pk))) == (200, True)
        assert "ada" not in answer.text
        ends_in(site, "mill-lane.org", 7 * DAY)
        site.pass_time(10 * DAY)
        ends_in(site, "mill-lane.org", 7 * DAY)
        round_of_work()
        notify.tell(site.standing(ADA), letter="changed", key="changed")
        outbox.deliver()
        assert [subject for _, subject in heard(sink)] == [RUNS_OUT, "Your password was changed"]
        stranger.post(path, {"resume": ""})
        assert not quiet.is_quiet(str(user.pk))
        assert site.audited().count("early_notices_stopped") == 1

    def test_a_mail_that_waits_is_stopped_as_well(self, site, sink):
        user = site.person("ada", ADA)
        ends_in(site, "mill-lane.org", 30 * DAY)
        early.find()
        say.say()
        quiet.set_quiet(str(user.pk), True)
        outbox.deliver()
        assert heard(sink) == []

    def test_a_made_up_link_is_no_page(self, site):
        token = f"{link_in_words(site)}x"
        assert Client().get(f"/early-notices/{token}/").status_code == 404


def link_in_words(site: Site) -> str:
    user = site.person("ada", ADA)
    return (quiet.link_for(str(user.pk)) or "").rstrip("/").rpartition("/")[2]


class TestFaults:
    def test_a_mail_that_is_refused_goes_a_minute_later(self, site, sink):
        site.person("ada", ADA)
        ends_in(site, "mill-lane.org", 7 * DAY)
        with sink.refusing("450 4.7.1 not now"):
            round_of_work()
        assert heard(sink) == []
        site.pass_time(timedelta(minutes=2))
        round_of_work()
        assert heard(sink) == [(ADA, RUNS_OUT)]

    def test_a_mail_that_is_delayed_a_day_says_what_is_so_then(self, site, sink):
        site.person("ada", ADA, "ada@weir-lane.org")
        ends_in(site, "mill-lane.org", 7 * DAY)
        with override_settings(EMAIL_PORT=1):
            round_of_work()
        site.pass_time(DAY)
        ends_in(site, "weir-lane.org", 59 * DAY)
        outbox.deliver()
        first, second = sink.messages
        assert "ada@weir-lane.org: its domain runs out soon" in first.text
        assert {first.rcpt_to, second.rcpt_to} == {ADA, "ada@weir-lane.org"}

    def test_one_account_the_site_cannot_name_holds_up_no_other(self, site, sink):
        site.person("ada", ADA)
        ends_in(site, "mill-lane.org", 7 * DAY)
        at = site.now()
        DueNotice.objects.create(
            account="nobody's", reason="hold", about="1:hold", created_at=at, due_at=at
        )
        round_of_work()
        assert heard(sink) == [(ADA, RUNS_OUT)]


class TestOneDomainOnly:
    def test_is_told_once_a_week_after_sign_up_where_something_hangs_on_it(self, site, sink):
        owners = [
            site.person("ada", ADA),
            site.person("bea", "bea@mill-lane.org", "bea@fieldpost.net"),
            site.person("cleo", "cleo@gmail.com"),
        ]
        site.person("dan", "dan@mill-lane.org")
        for user in owners:
            Role.objects.create(project=Project.objects.create(name=user.username), user=user)
        site.pass_time(6 * DAY)
        round_of_work()
        assert heard(sink) == []
        for _ in range(3):
            site.pass_time(8 * DAY)
            round_of_work()
        assert heard(sink) == [(ADA, "Your account hangs on one domain")]

    def test_is_asked_again_when_the_other_address_goes(self, site, sink):
        user = site.person("ada", ADA, HOME)
        Role.objects.create(project=Project.objects.create(name="tidepool"), user=user)
        site.pass_time(8 * DAY)
        round_of_work()
        EmailAddress.objects.filter(email=HOME).delete()
        enroll.forget_removed(str(user.pk))
        site.pass_time(8 * DAY)
        round_of_work()
        assert heard(sink) == [(ADA, "Your account hangs on one domain")]


class TestCoOwners:
    @pytest.fixture
    def people(self, site) -> tuple[User, ...]:
        ada, bea = site.person("ada", ADA), site.person("bea", "bea@fieldpost.net")
        cleo = site.person("cleo", "cleo@fieldpost.net")
        project = Project.objects.create(name="tidepool")
        Role.objects.bulk_create(Role(project=project, user=each) for each in (ada, bea))
        Role.objects.create(project=project, user=cleo, kind=Role.Kind.MAINTAINER)
        return ada, bea, cleo

    def test_learn_of_a_recovery_on_hold_without_the_domain_or_its_state(self, site, sink, people):
        hold(site, "mill-lane.org")
        site.pass_time(DAY)
        round_of_work()
        round_of_work()
        (mail,) = sink.messages
        assert mail.rcpt_to == "bea@fieldpost.net"
        assert mail.message["subject"] == "ada cannot be recovered by mail at present"
        said = mail.content.decode().lower()
        for word in ("mill", "lane", "lapse", "hold", "expir", "redemption", "domain of"):
            assert word not in said, word

    def test_learn_nothing_while_another_address_can_win_the_account_back(self, site, sink, people):
        user, *_ = people
        EmailAddress.objects.create(user=user, email="ada@weir-lane.org", verified=True)
        site.mail_domain("weir-lane.org")
        enroll.enroll_all()
        hold(site, "mill-lane.org")
        site.pass_time(DAY)
        round_of_work()
        round_of_work()
        assert [mail.rcpt_to for mail in sink.messages] == ["ada@weir-lane.org"]

    def test_learn_nothing_that_is_over_by_then(self, site, sink, people):
        hold(site, "mill-lane.org")
        site.pass_time(DAY)
        early.find()
        say.say()
        say.say()
        site.heal("mill-lane.org")
        outbox.deliver()
        assert heard(sink) == []

    def test_are_nobody_on_a_site_that_does_not_say(self, site, sink, people, settings):
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "SITE_FACTS": ""}
        hold(site, "mill-lane.org")
        site.pass_time(DAY)
        round_of_work()
        assert heard(sink) == []


def test_the_resurrector_hears_nothing_from_the_first_adverse_look_on(world, at):
    """What arrives before that is the owner's; the stranger registers the name at day 50."""
    world.net.add(
        scripts.registered_by_a_stranger("mill-lane.org", born=at(days=-400), at=at(days=50))
    )
    world.net.add(scripts.healthy("fieldpost.net", born=at(days=-900)))
    user = world.person("ada", ADA, HOME)
    Role.objects.create(project=Project.objects.create(name="tidepool"), user=user)
    sweep_on(world, 0, 5, 10, *(15 + hours / 6 for hours in range(24)), 30, 45, 51, 51.3, 52, 56)
    held = AuditEvent.objects.filter(action="domain_hold").earliest("at").at
    to_ada = [each for each in world.net.sink.messages if each.rcpt_to == ADA]
    assert Holder.STRANGER not in {each.holder for each in world.net.sink.messages}
    assert [each for each in to_ada if each.at >= held] == []
    (lost, *_) = [
        each for each in world.mail_to(HOME) if "no longer trusted" in each.message["subject"]
    ]
    assert "we no longer trust ada@mill-lane.org" in lost.text
    assert "- " in lost.text
    assert "redemption" in lost.text
