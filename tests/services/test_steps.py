"""What staff are advised to do next about a de-verified account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domainguard.models import AddressStanding, Deverification, DomainStatus, MailDependency
from domainguard.services.enforce import enforce
from domainguard.services.steps import others_of, with_steps
from tests.services.acts.desk import lost, renewed


def step() -> str:
    row: Any = with_steps(Deverification.objects.all()).get()
    return str(row.step)


def others() -> list[str]:
    row = Deverification.objects.select_related("standing").get()
    return [each.address for each in others_of([row])[row.pk]]


def test_who_has_another_address_in_order_is_written_to(site):
    lost(site, "ada", "mill-lane.org", "ada@other.net")
    assert (step(), others()) == ("contact", ["ada@other.net"])


def test_who_has_nothing_else_needs_a_recovery(site):
    lost(site)
    assert (step(), others()) == ("recover", [])


def spoil_removed(site) -> None:
    AddressStanding.objects.filter(canonical="ada@other.net").update(removed_at=site.now())


def spoil_held(site) -> None:
    site.hold("other.net")


def spoil_epoch(site) -> None:
    site.raise_epoch("other.net")


def spoil_mail_domain(site) -> None:
    row = site.mail_domain("other.net")
    row.holds = [{"hold_class": "undelegated"}]
    row.save()


def spoil_dependency(site) -> None:
    carrier = site.domain("relaypost-mail.net", held=True)
    MailDependency.objects.create(
        mail_domain=site.mail_domain("other.net"), domain=carrier, first_seen_at=site.now()
    )


@pytest.mark.parametrize(
    "spoil", [spoil_removed, spoil_held, spoil_epoch, spoil_mail_domain, spoil_dependency]
)
def test_another_address_that_is_not_in_order_is_none(site, spoil):
    lost(site, "ada", "mill-lane.org", "ada@other.net")
    spoil(site)
    assert (step(), others()) == ("recover", [])


def test_somebody_elses_address_is_no_other_address(site):
    site.person("bob", "bob@other.net")
    lost(site)
    assert (step(), others()) == ("recover", [])


def test_who_has_a_second_factor_helps_themselves(site):
    lost(site)
    Deverification.objects.update(second_factor=True)
    assert step() == "sign_in"


def test_a_lapsed_domain_that_is_back_in_order_suggests_to_restore(site):
    lost(site, "ada", "mill-lane.org", "ada@other.net")
    renewed(site)
    assert step() == "restore"


def test_a_sign_in_after_the_change_of_hands_is_looked_at_first(site):
    began = site.now() - timedelta(days=5)
    site.person("ada", "ada@mill-lane.org", "ada@other.net")
    site.corroborate("mill-lane.org", t0=began)
    enforce()
    assert step() == "contact"
    Deverification.objects.update(last_sign_in_at=began + timedelta(hours=1))
    assert step() == "contain"


def test_nothing_is_left_to_do_for_who_is_trusted_again(site):
    lost(site)
    Deverification.objects.update(restored_at=site.now())
    assert step() == "none"


def test_a_page_of_rows_takes_one_query(site, django_assert_num_queries):
    for number in range(5):
        site.person(f"p{number}", f"p{number}@mill-lane.org", f"p{number}@other.net")
    site.corroborate("mill-lane.org")
    enforce()
    rows = list(Deverification.objects.select_related("standing"))
    with django_assert_num_queries(1):
        found = others_of(rows)
    assert [len(found[row.pk]) for row in rows] == [1] * 5
    assert DomainStatus.objects.get(domain="other.net").held is False
