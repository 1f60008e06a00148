"""What the owner of an address reads about it, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress

from registry_site.accounts.addresses import address_cards

from .standings import hold, lose_trust, prove

PAGES = ["/account/", "/accounts/email/"]


def headline(user) -> str:
    (card,) = address_cards(user)
    return str(card.words.headline)


def test_an_address_in_good_standing_is_verified(person):
    ada = person("ada")
    prove(ada)
    assert headline(ada) == "Verified"


def test_an_address_on_a_domain_on_hold_says_so(person):
    ada = person("ada")
    hold(prove(ada))
    assert headline(ada) == "On hold"


@pytest.mark.parametrize("still_ticked", [True, False])
def test_an_address_of_an_older_epoch_is_no_longer_trusted(person, still_ticked):
    ada = person("ada", verified=still_ticked)
    lose_trust(prove(ada))
    assert headline(ada) == "No longer trusted"


def test_an_address_that_must_rest_after_its_way_back_is_not_for_recovery_yet(person):
    ada = person("ada")
    standing = prove(ada)
    standing.recovery_from = datetime(2999, 1, 1, tzinfo=UTC)
    standing.save()
    assert headline(ada) == "Not for recovery yet"


def test_an_address_on_a_domain_that_takes_no_mail_says_so(person):
    ada = person("ada")
    standing = prove(ada)
    standing.mail_domain.null_mx = True
    standing.mail_domain.save()
    assert headline(ada) == "Takes no mail"


def test_an_address_nobody_has_looked_at_yet_is_what_the_site_says(person):
    assert headline(person("ada")) == "Verified"
    assert headline(person("bob", verified=False)) == "Not verified"


def test_an_address_never_proven_can_be(client, person):
    ada = person("ada", verified=False)
    client.force_login(ada)
    assert headline(ada) == "Not verified"
    assert 'name="action_send"' in client.get("/accounts/email/").text


@pytest.mark.parametrize("path", PAGES)
def test_the_owner_is_prompted_and_offered_no_link_to_the_lost_mailbox(client, person, path):
    ada = person("ada", verified=False)
    lose_trust(prove(ada))
    client.force_login(ada)
    text = client.get(path).text
    assert "No longer trusted" in text
    assert 'name="action_send"' not in text


def test_the_prompt_names_the_address_and_the_way_out(client, person):
    ada = person("ada")
    hold(prove(ada))
    client.force_login(ada)
    text = client.get("/account/").text
    assert "ada@mill-ada.org: On hold" in text
    assert "Add an address on another domain" in text


@pytest.mark.parametrize("trusted", [True, False])
def test_the_prompt_names_an_address_that_still_works_if_there_is_one(client, person, trusted):
    ada = person("ada")
    lose_trust(prove(ada))
    EmailAddress.objects.create(user=ada, email="ada@quarry.org", verified=trusted)
    client.force_login(ada)
    text = client.get("/account/").text
    assert ("Meanwhile <strong>ada@quarry.org</strong>" in text) == trusted
    assert text.count("Somebody else may read") == 1


def test_an_address_merely_unverified_raises_no_prompt(client, person):
    ada = person("ada")
    prove(ada)
    EmailAddress.objects.create(user=ada, email="ada@quarry.org")
    client.force_login(ada)
    assert 'class="prompt"' not in client.get("/account/").text


def test_nobody_else_sees_the_state_of_an_address(client, person):
    ada = person("ada")
    before = client.get("/user/ada/").text
    lose_trust(prove(ada))
    assert client.get("/user/ada/").text == before
    client.force_login(person("bob"))
    assert "trusted" not in client.get("/account/").text
