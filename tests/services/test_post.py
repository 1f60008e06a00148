"""Mail that gives power goes through the outbox, sealed until it is handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domainguard.gate import Purpose
from domainguard.models import Intent, OutboxMail
from domainguard.services import intents
from domainguard.services.post import send_capability_mail
from domainguard.testing import scripts


@pytest.fixture
def mill(world, at, settings):
    """Give a world with one healthy domain, and a letter of the site's own."""
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "LETTERS": {"invitation": "tests.services.letters.invitation"},
    }
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    return world


def invite(address: str, **more: object) -> Intent:
    return send_capability_mail(
        letter="invitation", address=address, payload={"word": "sesame"}, **more
    )


@pytest.mark.parametrize("purpose", ["recover", "accept", "undo", "confirm"])
def test_it_arrives_at_a_healthy_domain_and_leaves_no_payload_behind(mill, purpose):
    ada = mill.person("ada", "ada@mill-lane.org")
    intent = invite("ada@mill-lane.org", account=ada, purpose=purpose)
    assert "sesame" not in str(intent.payload)
    mill.serve()
    (mail,) = mill.mail_to("ada@mill-lane.org")
    assert "Your word: sesame" in mail.text
    assert (Intent.objects.get().payload, OutboxMail.objects.get().payload) == ({}, {})


def test_between_request_and_hand_over_the_database_cannot_read_it(mill):
    invite("ada@mill-lane.org", account=mill.person("ada", "ada@mill-lane.org"))
    intents.work()
    kept = [*Intent.objects.values_list("payload"), *OutboxMail.objects.values_list("payload")]
    assert OutboxMail.objects.count() == 1
    assert "sesame" not in str(kept)


@pytest.mark.parametrize("purpose", ["recover", "accept", "undo", "confirm"])
def test_nothing_goes_to_a_lapsed_domain_whatever_the_purpose(mill, at, purpose):
    mill.net.add(scripts.redemption("weir-lane.org", born=at(days=-400), begins=at(days=-1)))
    bea = mill.person("bea", "bea@weir-lane.org", "bea@mill-lane.org")
    invite("bea@weir-lane.org", account=bea, purpose=purpose)
    mill.serve()
    assert mill.mail_to("bea@weir-lane.org") == []
    assert not any("sesame" in mail.text for mail in mill.net.sink.messages)


def test_a_domain_that_lapses_between_work_and_hand_over_gets_nothing(mill, at):
    mill.net.add(scripts.redemption("weir-lane.org", born=at(days=-400), begins=at(hours=1)))
    bea = mill.person("bea", "bea@weir-lane.org")
    invite("bea@weir-lane.org", account=bea)
    intents.work()
    assert OutboxMail.objects.get().status == "pending"
    mill.pass_time(timedelta(hours=2))
    mill.serve()
    mail = OutboxMail.objects.get()
    assert (mail.status, mail.reason, mail.payload) == ("dropped", "held", {})


def test_an_address_that_is_not_the_accounts_gets_nothing(mill):
    ada = mill.person("ada", "ada@mill-lane.org")
    mill.person("eve", "eve@mill-lane.org")
    invite("eve@mill-lane.org", account=ada)
    mill.serve()
    assert mill.net.sink.messages == []


def test_without_an_account_the_one_who_proved_the_address_is_meant(mill):
    mill.person("ada", "ada@mill-lane.org")
    eve = mill.person("eve", "eve@mill-lane.org")
    EmailAddress.objects.create(user=eve, email="ada@mill-lane.org", verified=False)
    invite("Ada@Mill-Lane.org")
    mill.serve()
    assert len(mill.mail_to("ada@mill-lane.org")) == 1


def test_it_dies_when_its_time_is_over(mill):
    invite(
        "ada@mill-lane.org",
        account=mill.person("ada", "ada@mill-lane.org"),
        lives=timedelta(minutes=3),
    )
    mill.pass_time(timedelta(minutes=4))
    mill.serve()
    assert Intent.objects.get().outcome == "died"
    assert Intent.objects.get().payload == {}
    assert mill.net.sink.messages == []


def test_it_costs_one_insert_for_known_and_unknown(mill):
    ada = mill.person("ada", "ada@mill-lane.org")
    for address, account in (("ada@mill-lane.org", ada), ("nobody@mill-lane.org", None)):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            invite(address, account=account)
        assert len(queries) == 1


def test_a_notice_is_no_capability_mail(mill):
    with pytest.raises(ValueError, match="notify"):
        invite("ada@mill-lane.org", purpose=Purpose.NOTICE)
