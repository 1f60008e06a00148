from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from domainguard.core.names import parse_address, parse_domain
from domainguard.testing import Holder
from domainguard.wiring import exempt_providers
from registry_site.accounts.models import USERNAME
from registry_site.demo.places import EVERY_PLACE, PROVIDERS
from registry_site.demo.story import Story

TODAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STORY = Story(TODAY)


def test_the_same_story_has_the_same_people_lives_and_requests():
    again = Story(TODAY)
    assert again.people() == STORY.people()
    assert again.lives() == STORY.lives()
    assert list(again.requests()) == list(STORY.requests())


def test_the_registry_has_about_150_people_at_about_40_domains():
    assert 140 <= len(STORY.people()) <= 160
    assert 35 <= len(STORY.places) <= 40


def test_nobody_shares_a_name_or_an_address():
    people = STORY.people()
    addresses = [each for person in people for each in (*person.addresses, person.unproven) if each]
    for names in ([person.username for person in people], addresses):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_name_and_address_is_one_the_site_would_take():
    for person in STORY.people():
        USERNAME(person.username)
        for address in (*person.addresses, person.unproven):
            assert not address or parse_address(address).mailed == address


def test_every_domain_is_one_that_can_be_looked_up():
    for place in EVERY_PLACE:
        assert parse_domain(place.domain).mail_domain == place.domain


def test_at_a_real_mailbox_provider_every_address_has_a_tail_that_is_nobodys():
    providers = {place.domain for place in PROVIDERS}
    assert providers <= exempt_providers()
    at_providers = [
        address
        for person in STORY.people()
        for address in (*person.addresses, person.unproven)
        if address.partition("@")[2] in providers
    ]
    assert at_providers
    assert all(".cairn-demo@" in address for address in at_providers)


def test_nobody_asks_for_a_reset_where_a_parking_page_would_get_it():
    lives = {life.domain: life for life in STORY.lives()}
    holders = {
        lives[address.partition("@")[2]].holder_at(moment) for moment, address in STORY.requests()
    }
    assert holders == {Holder.OWNER, Holder.STRANGER, Holder.NOBODY}


def test_a_story_with_a_few_domains_only_sends_nobody_elsewhere():
    only = ("kestrelyard.com", "gmail.com", "quillmere.dev")
    people = Story(TODAY, only=only).people()
    domains = {
        address.partition("@")[2]
        for person in people
        for address in (*person.addresses, person.unproven)
        if address
    }
    assert domains == set(only)


def test_a_story_is_read_back_as_it_was_written():
    story = Story(TODAY, days=30, only=("kestrelyard.com",))
    assert Story.from_json(story.as_json()) == story


def test_a_story_that_is_told_differently_today_is_none():
    assert Story.from_json(STORY.as_json() | {"edition": "an older one"}) is None
    assert Story.from_json(None) is None
