"""Containing an account ends what somebody in it could go on with, and counts it."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from registry_site.accounts.facts import RegistrySiteFacts
from registry_site.accounts.models import AccountEvent
from registry_site.packages.models import ApiToken, Invitation
from registry_site.packages.tokens import make_token, user_of

FACTS = RegistrySiteFacts()


def test_tokens_and_invitations_end_and_are_counted_and_those_of_others_stay(person, project):
    ada, bob = person("ada"), person("bob")
    made = project("tidepool", ada, bob)
    secrets = [make_token(ada, "laptop"), make_token(ada, "robot")]
    kept = make_token(bob, "robot")
    for user in (ada, ada, bob):
        Invitation.objects.create(project=made, invited_by=user)
    ended = FACTS.contain(str(ada.pk))
    assert ended == {"sessions": None, "api_tokens": 2, "invitations": 2}
    assert [user_of(secret) for secret in secrets] == [None, None]
    assert user_of(kept) == bob
    assert ApiToken.objects.count() == Invitation.objects.count() == 1


def test_containing_an_account_that_is_gone_ends_nothing(db):
    ended = FACTS.contain("4711")
    assert ended == {"sessions": None, "api_tokens": 0, "invitations": 0}


def test_a_removed_second_factor_asks_for_no_code_and_ends_every_session(client, person):
    ada = person("ada")
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=ada, type="recovery_codes", data={})
    client.force_login(ada)
    assert FACTS.has_second_factor(str(ada.pk))
    FACTS.remove_second_factor(str(ada.pk))
    assert not FACTS.has_second_factor(str(ada.pk))
    assert not Authenticator.objects.exists()
    assert client.get("/account/").status_code == 302
    assert AccountEvent.objects.filter(user=ada, what="factor_removed").count() == 1
