"""What becomes of a request: the table of the look at the moment of use, row by row."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connections

from domainguard.models import AddressStanding, AuditEvent, DomainStatus, Intent, OutboxMail
from domainguard.services import check, intents
from domainguard.testing import How, Where, scripts

ADA, HOME = "ada@mill-lane.org", "ada@fieldpost.net"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@contextmanager
def silence(world):
    """Let nobody who could know give a usable answer."""
    with (
        world.net.outage(Where.RESOLVERS, How.ERROR),
        world.net.outage(Where.RDAP, How.ERROR),
        world.net.outage(Where.FASTLY, How.ERROR),
    ):
        yield


def ask(text: str = ADA) -> Intent:
    return intents.store(
        door="reset",
        text=text,
        payload={
            "subject": "registration/password_reset_subject.txt",
            "text": "registration/password_reset_email.html",
        },
    )


def posted(purpose: str = "recover") -> list[str]:
    rows = OutboxMail.objects.filter(purpose=purpose).order_by("pk")
    return list(rows.values_list("standing__canonical", flat=True))


def outcome(intent: Intent) -> str:
    intent.refresh_from_db()
    return intent.outcome


@pytest.fixture
def known(world, at):
    """Give a world with one healthy, once looked-at domain and one account on it."""
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", ADA)
    world.sweep()
    return world


class TestTheTable:
    def test_active_with_the_same_fingerprint_is_mailed(self, known):
        known.pass_time(20 * MINUTE)
        intent = ask()
        assert intents.work().settled == 1
        assert (posted(), outcome(intent)) == ([ADA], "mail")
        assert known.domain("mill-lane.org").last_conclusive_at == known.net.clock.now()

    def test_an_answer_of_the_last_quarter_of_an_hour_is_not_asked_for_again(self, known):
        known.pass_time(15 * MINUTE)
        with silence(known):
            ask()
            intents.work()
        assert posted() == [ADA]

    def test_adverse_is_a_hold_no_mail_and_a_word_to_the_other_addresses(self, known, at):
        known.net.add(scripts.healthy("fieldpost.net", born=at(days=-400)))
        user = known.person("bea", "bea@mill-lane.org", HOME)
        known.sweep()
        known.net.replace(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at()))
        known.pass_time(16 * MINUTE)
        intent = ask("bea@mill-lane.org")
        intents.work()
        assert known.domain("mill-lane.org").held
        assert (posted(), outcome(intent)) == ([], "refuse")
        assert posted("notice") == [HOME]
        event = AuditEvent.objects.get(action="mail_refused")
        assert (event.detail["reason"], event.detail["account"]) == ("held", str(user.pk))
        assert "mill-lane.org" not in str(event.detail)

    def test_inconclusive_with_a_good_answer_within_24_hours_is_mailed(self, known):
        known.pass_time(24 * HOUR)
        with silence(known):
            ask()
            assert intents.work().settled == 1
        assert posted() == [ADA]

    def test_inconclusive_with_an_older_answer_waits_and_is_tried_again(self, known):
        known.pass_time(24 * HOUR + MINUTE)
        with silence(known):
            intent = ask()
            for wait in (MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, HOUR):
                assert intents.work().waiting == 1
                intent.refresh_from_db()
                assert intent.next_try_at == known.net.clock.now() + wait
                assert intents.work() == intents.Worked()
                known.pass_time(wait)
            assert (posted(), AuditEvent.objects.filter(action="mail_refused").count()) == ([], 0)
        assert intents.work().settled == 1
        assert posted() == [ADA]

    def test_inconclusive_and_none_before_waits_too(self, world):
        world.person("ada", "ada@mill-road.org")
        with silence(world):
            ask("ada@mill-road.org")
            assert intents.work().waiting == 1

    def test_inconclusive_while_on_hold_is_refused(self, known, at):
        known.net.replace(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at()))
        known.pass_time(HOUR)
        check.look_now("mill-lane.org", purpose=check.STAFF)
        known.pass_time(HOUR)
        with silence(known):
            assert outcome_of_one() == "refuse"
        assert posted() == []

    def test_while_another_look_is_in_flight_it_waits_and_asks_nobody(self, known):
        known.pass_time(20 * MINUTE)
        until = known.net.clock.now() + MINUTE
        DomainStatus.objects.filter(domain="mill-lane.org").update(asked_until=until)
        known.net.rdap.queries.clear()
        ask()
        assert intents.work().waiting == 1
        assert (posted(), list(known.net.rdap.queries)) == ([], [])
        known.pass_time(MINUTE + timedelta(seconds=1))  # whoever asked was cut off
        assert intents.work().settled == 1
        assert posted() == [ADA]
        assert known.domain("mill-lane.org").asked_until is None

    def test_an_exempt_provider_is_mailed_at_once_without_a_question(self, world):
        world.person("ada", "ada@gmail.com")
        with silence(world):
            ask("ada@gmail.com")
            assert intents.work().settled == 1
        assert posted() == ["ada@gmail.com"]
        assert DomainStatus.objects.get(domain="gmail.com").last_look_at is None

    def test_a_clock_that_once_ran_ahead_makes_no_answer_fresh_for_ever(self, known, at):
        later = known.net.clock.now() + timedelta(days=40)
        DomainStatus.objects.filter(domain="mill-lane.org").update(
            last_conclusive_at=later, last_look_at=later
        )
        known.net.replace(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at()))
        known.pass_time(MINUTE)
        ask()
        intents.work()
        assert posted() == []


def outcome_of_one() -> str:
    intent = ask()
    intents.work()
    return outcome(intent)


def test_storing_is_one_insert_for_everybody(site, django_assert_num_queries):
    site.person("ada", ADA)
    for text in (ADA, "nobody@mill-lane.org", "x" * 5000):
        with django_assert_num_queries(1):
            assert len(ask(text).submitted) <= 320


def test_nobody_found_is_settled_in_silence(site):
    assert outcome_of_one() == "refuse"
    assert site.audited() == []


def test_one_mail_for_each_intent_and_account_however_often_it_is_worked_on(site):
    site.person("ada", ADA)
    intent = ask()
    intents.work()
    for _ in range(3):  # as if the worker had died just before it could say that it was done
        Intent.objects.filter(pk=intent.pk).update(
            next_try_at=site.now(), lease_until=None, payload={}
        )
        intents.work()
    assert posted() == [ADA]


def test_two_accounts_with_one_address_get_a_mail_each(site, settings):
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "ADDRESS_BOOK": "domainguard.addressbooks.auth_user.AuthUserAddressBook",
    }
    ada, bea = site.person("ada", ADA), site.person("bea", HOME)
    bea.email = "Ada@Mill-Lane.ORG"
    bea.save()
    intent = ask()
    intents.work()
    accounts = OutboxMail.objects.values_list("account", "intent")
    assert sorted(accounts) == sorted([(str(ada.pk), intent.pk), (str(bea.pk), intent.pk)])


def test_the_account_that_never_proved_the_address_gets_none(site):
    ada = site.person("ada", ADA)
    bea = site.person("bea", HOME)
    EmailAddress.objects.create(user=bea, email=ADA, verified=False)
    assert outcome_of_one() == "mail"
    assert OutboxMail.objects.get().account == str(ada.pk)


def test_an_inactive_account_gets_none(site):
    site.person("ada", ADA, is_active=False)
    assert outcome_of_one() == "refuse"
    assert posted() == []


def test_the_mail_goes_to_the_stored_address_never_to_the_submitted_one(site):
    site.person("ada", "Ada@bücher.de")
    EmailAddress.objects.update(email="ada@bücher.de")
    for text in ("ADA@BÜCHER.de", "ada@xn--bcher-kva.de", "ada@bücher.de"):
        ask(text)
    intents.work()
    assert set(OutboxMail.objects.values_list("standing__address", flat=True)) == {
        "Ada@xn--bcher-kva.de"
    }
    assert len(posted()) == 3


def test_an_intent_dies_in_silence_after_24_hours(site):
    site.person("ada", ADA)
    intent = ask()
    site.pass_time(24 * HOUR)
    intents.work()
    assert (outcome(intent), posted(), site.audited()) == ("died", [], [])
    assert intent.payload == {}


def test_three_mails_for_an_address_and_hour_and_a_fourth_in_the_next(site):
    site.person("ada", ADA)
    outcomes = [outcome_of_one() for _ in range(5)]
    assert outcomes == ["mail", "mail", "mail", "limited", "limited"]
    assert (len(posted()), site.audited()) == (3, [])
    site.pass_time(HOUR)
    assert outcome_of_one() == "mail"
    assert len(posted()) == 4


def test_a_poisoned_intent_waits_by_itself_and_delays_no_other(site, caplog):
    site.person("ada", ADA)
    poison = ask()
    Intent.objects.filter(pk=poison.pk).update(payload={"purpose": "what is this"})
    fine = ask()
    done = intents.work()
    assert (done.settled, done.waiting) == (1, 1)
    assert outcome(fine) == "mail"
    poison.refresh_from_db()
    assert poison.next_try_at == site.now() + MINUTE
    assert "could not be worked on" in caplog.text
    assert ADA not in caplog.text


def test_a_worker_that_outlives_its_lease_changes_nothing(site):
    """The first worker holds the intent too long; the second settles it; the first comes back."""
    site.person("ada", ADA)
    ask()
    first = intents._claim()
    site.pass_time(timedelta(minutes=2, seconds=1))
    assert intents.work().settled == 1
    assert not intents._postpone(first)
    intents._settle(first, "died")
    intent = Intent.objects.get()
    assert (intent.outcome, intent.next_try_at, intent.tries) == ("mail", None, 2)
    assert posted() == [ADA]


def test_a_leased_intent_is_nobody_elses(site):
    ask()
    assert intents._claim() is not None
    assert intents._claim() is None


def test_observing_sends_no_word_about_a_refusal(site, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "DEVERIFY": "observe"}
    site.person("ada", ADA, HOME)
    site.hold("mill-lane.org")
    assert outcome_of_one() == "refuse"
    assert posted("notice") == []


def test_the_word_about_a_refusal_is_said_once_a_day(site):
    site.person("ada", ADA, HOME)
    site.hold("mill-lane.org")
    ask(), ask()
    intents.work()
    assert posted("notice") == [HOME]


def test_an_unverified_address_is_refused_without_a_word_to_anybody(site):
    site.person("ada", ADA, HOME)
    EmailAddress.objects.filter(email=ADA).update(verified=False)
    assert outcome_of_one() == "refuse"
    assert posted("notice") == []


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_do_each_thing_once(site):
    site.person("ada", ADA)
    for number in range(12):  # no two are the same request
        intents.store(door="reset", text=ADA, payload={"text": str(number)})
    workers = [threading.Thread(target=_work_and_leave) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    while intents.work().settled:
        pass
    assert Intent.objects.filter(outcome="").count() == 0
    assert len(posted()) == 3
    assert AddressStanding.objects.count() == 1


def _work_and_leave() -> None:
    intents.work()
    connections.close_all()
