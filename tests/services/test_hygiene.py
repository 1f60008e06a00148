"""What is kept in order before a domain is lost: cautions, the last address, the primary one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connections

from domainguard.models import AddressStanding, DomainStatus
from domainguard.models.locking import atomic
from domainguard.services import enroll, hygiene
from domainguard.services.hygiene import Caution
from domainguard.simulation import scripts
from domainguard.simulation.outages import How, Where
from domainguard.wiring import address_book
from tests.registry_site.second_factor import arm

ADA, HOME, MAIL = "ada@mill-lane.org", "ada@fieldpost.net", "ada@gmail.com"
DAY = timedelta(days=1)


def of(user) -> str:
    return str(user.pk)


def test_a_healthy_domain_and_a_mailbox_provider_need_no_word(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    assert hygiene.cautions_of(ADA) == []
    assert hygiene.cautions_of(MAIL) == []
    assert not DomainStatus.objects.exists()


def test_a_domain_that_lapsed_is_new_or_cannot_be_seen_says_what_that_means(world, at):
    world.net.add(scripts.redemption("ford-lane.org", born=at(days=-400), begins=at(days=-1)))
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-10)))
    assert hygiene.cautions_of("ada@ford-lane.org") == [Caution.LAPSED]
    assert hygiene.cautions_of("ada@nobody-here.org") == [Caution.LAPSED]
    assert hygiene.cautions_of(ADA) == [Caution.YOUNG]
    assert hygiene.cautions_of("ada@quarry.github.io") == [Caution.UNOBSERVABLE]
    assert set(hygiene.WORDS) == set(Caution)


def test_a_look_that_nobody_answers_says_so(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    with world.net.outage(Where.RESOLVERS, How.DOWN), world.net.outage(Where.RDAP, How.DOWN):
        assert hygiene.cautions_of(ADA) == [Caution.UNSEEN]


def test_what_the_site_remembers_of_a_domain_is_told_to_nobody_who_types_it(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", ADA)
    world.sweep()
    row = world.domain("mill-lane.org")
    row.control_epoch, row.held = 2, True
    row.holds = [{"hold_class": "staff", "code": "held_by_staff", "t0": None, "sources": [],
                  "since": at(days=0).isoformat()}]  # fmt: skip
    row.save()
    assert hygiene.cautions_of("eve@mill-lane.org") == []


@pytest.mark.parametrize("text", ["", "ada", "ada@", "ada@localhost", "ada@co.uk"])
def test_what_is_no_address_has_no_caution(db, text):
    assert hygiene.cautions_of(text) == []


def test_the_last_address_that_counts_is_kept_and_the_last_but_one_is_not(site):
    ada = site.person("ada", ADA, HOME)
    assert hygiene.may_remove(of(ada), ADA)
    site.hold("fieldpost.net")
    assert not hygiene.may_remove(of(ada), ADA)
    assert not hygiene.may_remove(of(ada), ADA.upper())
    assert hygiene.may_remove(of(ada), HOME)


def test_a_thiefs_address_that_rests_does_not_replace_the_owners(site):
    ada = site.person("ada", ADA)
    EmailAddress.objects.create(user=ada, email=HOME, verified=True)
    site.mail_domain("fieldpost.net")
    enroll.prove_now(next(s for s in address_book().addresses_of(of(ada)) if s.text == HOME))
    assert not hygiene.may_remove(of(ada), ADA)
    assert hygiene.may_remove(of(ada), HOME)
    site.pass_time(7 * DAY)
    assert hygiene.may_remove(of(ada), ADA)


def test_of_addresses_that_count_for_nothing_any_may_go(site):
    ada = site.person("ada", ADA, HOME, verified=False)
    assert hygiene.may_remove(of(ada), ADA)
    assert hygiene.may_remove(of(ada), "never@had.org")


@pytest.mark.django_db(transaction=True)
def test_two_tabs_do_not_give_up_both_addresses(site):
    ada = site.person("ada", ADA, HOME)

    def give_up(text: str) -> bool:
        try:
            with atomic():
                if not hygiene.may_remove(of(ada), text):
                    return False
                EmailAddress.objects.filter(email=text).delete()
                enroll.forget_removed(of(ada))
                return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give_up, [ADA, HOME])) == [False, True]


def test_an_address_that_counts_is_offered_in_the_place_of_one_that_does_not(site):
    ada = site.person("ada", ADA, HOME)
    assert hygiene.better_primary(of(ada)) is None
    site.raise_epoch("mill-lane.org")
    better = hygiene.better_primary(of(ada))
    assert better is not None
    assert better.text == HOME
    site.hold("fieldpost.net")
    assert hygiene.better_primary(of(ada)) is None


NEEDY = {
    "one custom domain": ([ADA], True),
    "two addresses on one custom domain": ([ADA, "home@mill-lane.org"], True),
    "two custom domains": ([ADA, HOME], False),
    "a mailbox provider": ([MAIL], False),
    "a mailbox provider besides": ([ADA, MAIL], False),
}


@pytest.mark.parametrize("what", NEEDY)
def test_an_account_on_one_custom_domain_alone_needs_more(site, what):
    addresses, needs = NEEDY[what]
    ada = site.person("ada", *addresses)
    assert hygiene.needs_second_proof(of(ada)) is needs
    arm(ada)
    assert not hygiene.needs_second_proof(of(ada))
    Authenticator.objects.filter(type=Authenticator.Type.TOTP).delete()
    assert not hygiene.needs_second_proof(of(ada))


def test_an_account_without_any_address_that_counts_is_locked_out_of_nothing(site):
    ada = site.person("ada", ADA)
    site.raise_epoch("mill-lane.org")
    assert not hygiene.needs_second_proof(of(ada))


def rests(site, user, text: str) -> bool:
    """Prove an address now, and say whether it rests before it wins back the account."""
    EmailAddress.objects.create(user=user, email=text, verified=True)
    site.mail_domain(text.partition("@")[2])
    enroll.prove_now(next(s for s in address_book().addresses_of(of(user)) if s.text == text))
    return AddressStanding.objects.get(canonical=text).recovery_from is not None


def test_a_new_address_rests_unless_a_second_factor_is_as_old_as_a_rest_is_long(site):
    ada = site.person("ada", ADA)
    assert rests(site, ada, HOME)
    arm(ada)
    Authenticator.objects.update(created_at=site.now() - DAY)
    assert rests(site, ada, "ada@lane-end.org")
    Authenticator.objects.update(created_at=site.now() - 7 * DAY)
    assert not rests(site, ada, "ada@quarry.org")


def test_an_address_added_when_all_others_were_taken_away_is_not_the_first(site):
    ada = site.person("ada", ADA)
    EmailAddress.objects.all().delete()
    enroll.forget_removed(of(ada))
    assert rests(site, ada, HOME)
