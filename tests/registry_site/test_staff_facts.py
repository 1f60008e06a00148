"""What staff see of an account: its stakes, and what happened to it since."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from domainguard.addressbooks.base import Stakes
from registry_site.accounts.facts import RegistrySiteFacts
from registry_site.accounts.models import AccountEvent

FACTS = RegistrySiteFacts()


def test_projects_and_downloads_of_many_accounts_are_counted_in_one_query(
    person, project, django_assert_num_queries
):
    ada, bob = person("ada"), person("bob")
    project("tidepool", ada, bob, downloads=40)
    project("gearbox", ada, downloads=2)
    with django_assert_num_queries(1):
        found = FACTS.stakes_of([str(ada.pk), str(bob.pk)])
    assert found == {str(ada.pk): Stakes(2, 42), str(bob.pk): Stakes(1, 40)}


def test_what_happened_since_is_said_in_words_the_newest_first(person):
    ada, now = person("ada"), timezone.now()
    What = AccountEvent.What
    for hours, what in ((30, What.TOKEN_MADE), (2, What.SIGNED_IN), (1, What.PASSWORD_CHANGED)):
        AccountEvent.objects.create(
            user=ada, at=now - timedelta(hours=hours), what=what, network="192.0.2.0/24"
        )
    said = FACTS.history_since(str(ada.pk), now - timedelta(hours=3))
    assert [words for _at, words in said] == [
        "Password changed, 192.0.2.0/24",
        "Signed in, 192.0.2.0/24",
    ]
