"""What hangs on a de-verified account is kept beside it, in few queries, and follows the site."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domainguard.addressbooks.base import NoFacts
from domainguard.models import Deverification, DomainStatus
from domainguard.services import stakes
from domainguard.services.enforce import enforce
from registry_site.packages.models import Project, Role

SEEN = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def out(site) -> Deverification:
    """Give the row of an account with a project, whose domain has lapsed."""
    ada = site.person("ada", "ada@mill-lane.org", last_login=SEEN)
    made = Project.objects.create(name="anvil", dependents=4, downloads=900)
    Role.objects.create(project=made, user=ada, kind=Role.Kind.OWNER)
    site.corroborate("mill-lane.org")
    enforce()
    return Deverification.objects.get()


def kept(row: Deverification) -> tuple[object, ...]:
    row.refresh_from_db()
    return tuple(getattr(row, name) for name in Deverification.KEPT_FACTS)


def renew() -> None:
    stakes.renew(DomainStatus.objects.all())


def test_a_row_knows_its_account_from_the_moment_it_is_made(out):
    assert kept(out) == ("ada", 5, 1, 900, True, False, SEEN)


def test_a_look_at_the_domain_brings_what_has_changed_at_the_site(out):
    Project.objects.update(downloads=7_000)
    Role.objects.all().delete()
    renew()
    assert kept(out) == ("ada", 0, 0, 0, False, False, SEEN)


def test_a_restored_account_is_not_asked_about_again(out):
    Deverification.objects.update(restored_at=SEEN)
    Project.objects.update(downloads=7_000)
    renew()
    assert kept(out)[3] == 900


class Broken(NoFacts):
    """A site whose own code breaks."""

    def stakes_of(self, accounts):
        raise RuntimeError("the site's own trouble")


@pytest.mark.parametrize("facts", ["Broken", ""])
def test_a_site_that_tells_nothing_leaves_nothing_known_and_stops_no_look(out, settings, facts):
    dotted = f"{Broken.__module__}.{facts}" if facts else ""
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "SITE_FACTS": dotted}
    renew()
    assert kept(out)[:4] == ("ada", 1, None, None)


def test_thirty_accounts_take_few_queries(site, django_assert_max_num_queries):
    for number in range(30):
        site.person(f"p{number}", f"p{number}@mill-lane.org")
    site.corroborate("mill-lane.org")
    enforce()
    with django_assert_max_num_queries(14):
        renew()


@pytest.mark.parametrize("book", ["auth_user.AuthUserAddressBook", "allauth.AllauthAddressBook"])
def test_people_are_found_all_at_once_and_nobody_for_what_is_no_key(
    site, settings, book, django_assert_num_queries
):
    ada = site.person("ada", "ada@mill-lane.org")
    gone = site.person("bob", "bob@mill-lane.org", is_active=False)
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "ADDRESS_BOOK": f"domainguard.addressbooks.{book}",
    }
    with django_assert_num_queries(1):
        found = stakes.people({str(ada.pk), str(gone.pk), "77"})
    assert found == {str(ada.pk): ada}
    assert stakes.people({str(ada.pk), "nobody", "9" * 40}) == {str(ada.pk): ada}
