"""What DomainGuard learns from the registry about an account."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.utils import timezone

from domainguard.addressbooks.base import AccountFacts
from registry_site.accounts.facts import RegistrySiteFacts
from registry_site.packages.models import Release, Role

from .second_factor import arm

FACTS = RegistrySiteFacts()


def test_impact_counts_projects_and_those_that_depend_on_them(person, project):
    ada = person("ada")
    project("tidepool", ada, dependents=40)
    project("gearbox", ada, dependents=2)
    project("littoral", person("bob"), dependents=1000)
    assert FACTS.impact(str(ada.pk)) == 44


def test_an_account_without_projects_has_no_impact(person):
    assert FACTS.impact(str(person("ada").pk)) == 0


def test_the_only_owner_is_a_sole_owner_however_many_maintain(person, project):
    ada, bob = person("ada"), person("bob")
    made = project("tidepool", ada)
    Role.objects.create(project=made, user=bob, kind=Role.Kind.MAINTAINER)
    assert FACTS.sole_owner(str(ada.pk)) is True
    assert FACTS.sole_owner(str(bob.pk)) is False


def test_one_of_two_owners_is_no_sole_owner(person, project):
    ada = person("ada")
    project("tidepool", ada, person("bob"))
    assert FACTS.sole_owner(str(ada.pk)) is False


def test_a_second_factor_is_an_app_and_not_its_recovery_codes_alone(person):
    ada, bob = person("ada"), person("bob")
    arm(ada)
    Authenticator.objects.create(user=bob, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert [FACTS.has_second_factor(str(each.pk)) for each in (ada, bob)] == [True, False]


def test_many_accounts_are_answered_as_one_by_one_in_three_queries(
    person, project, django_assert_num_queries
):
    people = [person(name) for name in ("ada", "bob", "cleo", "dan")]
    project("tidepool", *people[:2], dependents=40)
    project("gearbox", people[2])
    arm(people[1], people[2])
    accounts = [str(each.pk) for each in people]
    with django_assert_num_queries(3):
        found = FACTS.facts_of(accounts)
    assert found == {
        each: AccountFacts(
            FACTS.impact(each), FACTS.sole_owner(each), FACTS.has_second_factor(each)
        )
        for each in accounts
    }


def test_releases_since_a_moment_are_named_oldest_first(person, project):
    ada = person("ada")
    made = project("tidepool", ada)
    now = timezone.now()
    for days, version in ((1, "3.0"), (9, "1.0"), (2, "2.0")):
        at = now - timedelta(days=days)
        Release.objects.create(project=made, version=version, published_by=ada, published_at=at)
    since = FACTS.releases_since(str(ada.pk), now - timedelta(days=3))
    assert since == ["tidepool 2.0", "tidepool 3.0"]


def test_a_contained_account_is_signed_out_everywhere_and_cannot_publish(client, person, project):
    ada = person("ada")
    project("tidepool", ada)
    client.force_login(ada)
    assert client.get("/account/").status_code == 200
    FACTS.contain(str(ada.pk))
    assert client.get("/account/").status_code == 302
    client.force_login(ada)
    assert client.get("/account/").status_code == 302  # an object loaded before is stale as well
    ada.refresh_from_db()
    client.force_login(ada)
    assert client.get("/project/tidepool/publish/").status_code == 403


def test_containing_twice_keeps_the_first_moment(person):
    ada = person("ada")
    FACTS.contain(str(ada.pk))
    ada.refresh_from_db()
    first = ada.publishing_frozen_at
    FACTS.contain(str(ada.pk))
    ada.refresh_from_db()
    assert ada.publishing_frozen_at == first


def test_containing_one_account_leaves_the_others_alone(client, person):
    ada, bob = person("ada"), person("bob")
    client.force_login(bob)
    FACTS.contain(str(ada.pk))
    assert client.get("/account/").status_code == 200
