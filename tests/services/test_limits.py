"""How much an address, an account and a client may ask for within an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from domainguard.models import AuditEvent, Intent, OutboxMail
from domainguard.services import intents, limits

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LANES = [f"ada@lane-{number}.org" for number in range(5)]


def ask(text: str, client: str = "", **more: object) -> Intent:
    return intents.store(door="reset", text=text, client=client, payload=more)


def outcomes(asked: list[Intent]) -> list[str]:
    return [Intent.objects.get(pk=each.pk).outcome for each in asked]


def asked_in_turn(text: str, times: int) -> list[str]:
    asked = []
    for _ in range(times):
        asked.append(ask(text))
        intents.work()
    return outcomes(asked)


def test_an_address_has_three_mails_an_hour(site):
    site.person("ada", *LANES)
    assert asked_in_turn(LANES[0], 5) == ["mail"] * 3 + ["limited"] * 2
    site.pass_time(HOUR - SECOND)
    assert asked_in_turn(LANES[0], 1) == ["limited"]
    site.pass_time(SECOND)
    assert asked_in_turn(LANES[0], 1) == ["mail"]


def test_an_account_has_six_and_whichever_address_had_none_gets_its_first(site):
    site.person("ada", *LANES)
    for text in LANES[:2]:
        assert asked_in_turn(text, 4) == ["mail"] * 3 + ["limited"]
    for text in LANES[2:]:
        assert asked_in_turn(text, 2) == ["mail", "limited"]
    assert OutboxMail.objects.count() == 9


def test_no_number_of_addresses_makes_the_mails_of_an_account_endless(site):
    many = [f"ada@lane-{number}.org" for number in range(12)]
    site.person("ada", *many)
    for _ in range(3):
        for text in many:
            asked_in_turn(text, 1)
    assert OutboxMail.objects.count() == len(many)


def test_one_account_is_no_limit_for_another_at_the_same_domain(site):
    site.person("ada", "ada@mill-lane.org")
    site.person("bea", "bea@mill-lane.org")
    assert asked_in_turn("ada@mill-lane.org", 4)[-1] == "limited"
    assert asked_in_turn("bea@mill-lane.org", 1) == ["mail"]


def test_one_purpose_is_no_limit_for_another(site):
    site.person("ada", *LANES)
    asked_in_turn(LANES[0], 4)
    confirm = ask(LANES[0], purpose="confirm")
    intents.work()
    assert outcomes([confirm]) == ["mail"]


def test_one_mail_answers_all_who_asked_for_the_very_same(site):
    site.person("ada", *LANES)
    asked = [ask(LANES[0]) for _ in range(50)]
    other = ask(LANES[0], html="another letter")
    assert intents.work().settled == 2
    assert outcomes([*asked, other]) == ["mail", *["answered_as_one"] * 49, "mail"]
    assert OutboxMail.objects.count() == 2


def test_whoever_answers_for_others_lives_as_long_as_they_would(site, settings):
    site.person("ada", *LANES)
    site.pass_time(HOUR)
    first = ask(LANES[0])
    Intent.objects.filter(pk=first.pk).update(expires_at=site.now() + 2 * HOUR)
    site.pass_time(3 * HOUR)
    last = ask(LANES[0])
    intents.work()
    assert outcomes([first, last]) == ["mail", "answered_as_one"]
    assert Intent.objects.get(pk=first.pk).expires_at == last.expires_at


def test_a_client_asks_thirty_times_an_hour(site, django_assert_max_num_queries):
    asked = [ask(f"nobody-{number}@mill-lane.org", "near") for number in range(200)]
    intents.work(30)
    with django_assert_max_num_queries(10):
        intents.work(200)
    said = outcomes(asked)
    assert said == ["refuse"] * limits.PER_CLIENT + ["limited"] * 170


def test_a_client_that_stopped_for_an_hour_may_ask_again_and_no_moment_earlier(site):
    for number in range(limits.PER_CLIENT):
        ask(f"nobody-{number}@mill-lane.org", "near")
        site.pass_time(SECOND)
    too_early = ask("nobody@mill-lane.org", "near")
    site.pass_time(HOUR - SECOND)
    in_time = ask("somebody@mill-lane.org", "near")
    intents.work()
    assert outcomes([too_early, in_time]) == ["limited", "refuse"]


def test_what_a_flood_leaves_to_others_is_all_they_need(site):
    site.person("ada", *LANES)
    for number in range(100):
        ask(f"nobody-{number}@mill-lane.org", "near")
    far, unnamed = ask(LANES[0], "far"), ask(LANES[1], "")
    intents.work()
    assert outcomes([far, unnamed]) == ["mail", "mail"]


def test_what_is_over_a_limit_is_in_no_audit_trail(site):
    site.person("ada", *LANES)
    asked_in_turn(LANES[0], 20)
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize(("count", "kept"), [(0, True), (None, False)])
def test_the_form_keeps_the_class_of_its_client(site, settings, count, kept):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRUSTED_PROXY_COUNT": count}
    Client(REMOTE_ADDR="192.0.2.7").post(reverse("password_reset"), {"email": LANES[0]})
    assert bool(Intent.objects.get().client) is kept
