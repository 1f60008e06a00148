"""What hangs on a domain, and that it ranks looks and decides nothing."""

from __future__ import annotations

import pytest

from domainguard.addressbooks.base import NoFacts
from domainguard.models import DomainStatus, MailDependency
from domainguard.services import impact, leases
from registry_site.accounts.facts import RegistrySiteFacts
from registry_site.packages.models import Project, Role


def project(name: str, *owners, dependents: int = 0) -> None:
    made = Project.objects.create(name=name, dependents=dependents)
    for owner in owners:
        Role.objects.create(project=made, user=owner, kind=Role.Kind.OWNER)


def renewed(*names: str) -> dict[str, tuple[int, bool]]:
    impact.renew(list(DomainStatus.objects.filter(domain__in=names)))
    rows = DomainStatus.objects.filter(domain__in=names)
    return {row.domain: (row.impact, row.hot) for row in rows}


def test_the_accounts_behind_a_domain_are_weighed_together(site):
    ada = site.person("ada", "ada@mill-lane.org")
    bea = site.person("bea", "bea@mill-lane.org")
    site.person("cleo", "cleo@mill-road.org")
    project("anvil", ada, dependents=4)
    project("bellows", ada, bea)
    # Ada owns the anvil alone and has no second factor: (2 + 4) x 2 x 2; Bea: 1 x 2.
    assert renewed("mill-lane.org", "mill-road.org") == {
        "mill-lane.org": (26, True),
        "mill-road.org": (0, False),
    }


def test_a_domain_that_carries_the_mail_of_a_hot_one_is_hot(site):
    ada = site.person("ada", "ada@mill-lane.org")
    project("anvil", ada)
    carrier = site.domain("relaypost-mail.net")
    MailDependency.objects.create(
        mail_domain=site.mail_domain("mill-lane.org"), domain=carrier, first_seen_at=site.now()
    )
    renewed("mill-lane.org")
    assert renewed("relaypost-mail.net") == {"relaypost-mail.net": (0, True)}


def test_a_mailbox_provider_is_hot_without_anybody_being_weighed(site):
    site.person("ada", "ada@gmail.com")
    assert renewed("gmail.com") == {"gmail.com": (0, True)}


def test_many_domains_take_as_many_queries_as_one(site, django_assert_max_num_queries):
    for number in range(30):
        site.person(f"p{number}", f"p@mill-{number}.org")
    rows = list(DomainStatus.objects.all())
    with django_assert_max_num_queries(10):
        impact.renew(rows)


def test_a_site_that_answers_for_one_account_at_a_time_is_asked_for_each(site, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "SITE_FACTS": f"{__name__}.OneByOne"}
    site.person("ada", "ada@mill-lane.org")
    assert renewed("mill-lane.org") == {"mill-lane.org": (12, True)}


def test_where_the_sites_own_code_breaks_each_account_counts_as_one(site, settings, caplog):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "SITE_FACTS": f"{__name__}.Broken"}
    site.person("ada", "ada@mill-lane.org")
    assert renewed("mill-lane.org") == {"mill-lane.org": (2, True)}
    assert "could not say" in caplog.text


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_hot_are_claimed_first_however_long_the_others_have_been_due(site, limit):
    old = site.domain("old.org", next_check_at=site.now())
    site.pass_time(site.domain("unused.org").next_check_at - site.now())
    hot = site.domain("hot.org", hot=True, next_check_at=site.now())
    DomainStatus.objects.filter(domain="unused.org").delete()
    assert leases.claim(limit) == [hot, old][:limit]


def test_the_registry_answers_for_many_accounts_as_for_each(site):
    people = [site.person(name, f"{name}@mill-lane.org") for name in ("ada", "bea", "cleo")]
    project("anvil", people[0], dependents=4)
    project("bellows", people[0], people[1])
    facts = RegistrySiteFacts()
    accounts = [str(each.pk) for each in people]
    assert facts.facts_of(accounts) == {
        account: (
            facts.impact(account),
            facts.sole_owner(account),
            facts.has_second_factor(account),
        )
        for account in accounts
    }


class OneByOne(NoFacts):
    """Three projects each, owned alone."""

    def impact(self, account: str) -> int:
        return 3

    def sole_owner(self, account: str) -> bool:
        return True


class Broken(NoFacts):
    """A site whose own code is broken."""

    def impact(self, account: str) -> int:
        raise RuntimeError("the projects are on strike")
