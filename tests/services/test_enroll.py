"""Which trust an address gets when we first see it, and which it never gets back by itself."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connections, transaction

from domainguard.addressbooks.base import StoredAddress
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import AddressStanding, DomainStatus, MailDomain
from domainguard.services import enroll
from domainguard.wiring import address_book
from registry_site.accounts.models import User

ADA = "ada@mill-lane.org"


def stored(text: str = ADA, account: str = "7", *, verified: bool = True, **fields: object):
    return StoredAddress(account=account, text=text, verified=verified, **fields)


def test_first_sight_is_baseline(site):
    site.domain("mill-lane.org", control_epoch=3)
    assert enroll.enroll([stored(), stored("bea@mill-lane.org", "8", verified=False)]) == 2
    ada, bea = AddressStanding.objects.order_by("canonical")
    assert (ada.verified_epoch, ada.verified_at, ada.recovery_from) == (3, None, None)
    assert bea.verified_epoch is None
    assert ada.first_seen_at == site.now()


def test_the_time_of_a_proof_is_kept_where_the_site_knows_it(site):
    long_ago = site.now() - timedelta(days=900)
    enroll.enroll([stored(verified_at=long_ago)])
    assert site.standing(ADA).verified_at == long_ago


def test_a_name_that_is_refused_gets_no_row(site):
    refused = [
        "ada@localhost",
        "ada@[127.0.0.1]",
        '"a b"@mill-lane.org',
        "ada@straße.de",
        "ada@co.uk",
    ]
    assert enroll.enroll([stored(text) for text in refused]) == 0
    assert not DomainStatus.objects.exists()
    assert enroll.standing_of(stored("ada@localhost")) is None
    assert enroll.prove_now(stored("ada@localhost")) is None


def test_an_intranets_name_gets_a_row_once_the_operator_trusts_it(site, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRUSTED_DOMAINS": ["corp.internal"]}
    assert enroll.enroll([stored("Ada@Build.Corp.Internal")]) == 1
    standing = site.standing("ada@build.corp.internal")
    assert standing.mail_domain.trust_key.domain == "corp.internal"
    assert not standing.mail_domain.trust_key.has_registry


def test_all_spellings_of_an_address_are_one_standing(site):
    enroll.enroll(
        [stored("Ada@Bücher.DE"), stored("ada@xn--bcher-kva.de"), stored("ADA@bücher.de")]
    )
    standing = AddressStanding.objects.get()
    assert standing.address == "Ada@xn--bcher-kva.de"
    assert standing.canonical == "ada@xn--bcher-kva.de"


def test_two_accounts_with_one_address_have_two_standings(site):
    enroll.enroll([stored(account="7"), stored(account="8", verified=False)])
    epochs = dict(AddressStanding.objects.values_list("account", "verified_epoch"))
    assert epochs == {"7": 1, "8": None}


def test_a_tenant_of_a_private_suffix_has_a_key_of_its_own_below_its_operators(site):
    enroll.enroll([stored("ada@weaverbird.eu.org")])
    row = DomainStatus.objects.get(domain="weaverbird.eu.org")
    assert row.parent.domain == "eu.org"
    assert (row.has_registry, row.parent.has_registry) == (False, True)


def test_an_address_that_is_proven_later_gets_the_epoch_of_that_day(site):
    enroll.enroll([stored(verified=False)])
    site.raise_epoch("mill-lane.org")
    assert enroll.enroll([stored()]) == 1
    assert site.standing(ADA).verified_epoch == 2
    assert site.audited() == ["address_proven"]
    assert enroll.enroll([stored()]) == 0


def test_a_flag_that_is_set_again_after_a_deverification_raises_nothing(site):
    user = site.person("ada", ADA)
    site.raise_epoch("mill-lane.org")
    EmailAddress.objects.update(verified=False)
    enroll.enroll_all()
    EmailAddress.objects.update(verified=True)
    assert enroll.enroll_all() == 0
    enroll.prove_now(stored(account=str(user.pk)))
    standing = site.standing(ADA)
    assert standing.verified_epoch == 1
    assert may_receive(standing.pk, Purpose.RECOVER).reason is Reason.OLDER_EPOCH


def test_an_address_that_is_removed_and_added_again_has_its_old_standing(site):
    user = site.person("ada", ADA, "home@mill-road.org")
    address = EmailAddress.objects.get(email=ADA)
    address.delete()
    assert enroll.forget_removed(str(user.pk)) == 1
    site.raise_epoch("mill-lane.org")
    assert may_receive(site.standing(ADA).pk, Purpose.RECOVER).reason is Reason.REMOVED
    EmailAddress.objects.create(user=user, email=ADA, verified=True)
    enroll.enroll_all()
    standing = site.standing(ADA)
    assert (standing.removed_at, standing.verified_epoch) == (None, 1)
    assert not may_receive(standing.pk, Purpose.CONFIRM).admitted


def test_forgetting_knows_an_address_in_whichever_spelling_the_site_keeps_it(site):
    user = site.person("ada", "ada@bücher.de", ADA)
    assert enroll.forget_removed(str(user.pk)) == 0


def test_an_accounts_first_proof_counts_at_once_and_is_dated(site):
    user = site.person("ada", ADA, verified=False)
    EmailAddress.objects.update(verified=True)
    enroll.prove_now(stored(account=str(user.pk)))
    standing = site.standing(ADA)
    assert (standing.verified_at, standing.recovery_from) == (site.now(), None)
    assert may_receive(standing.pk, Purpose.RECOVER).admitted


def test_a_further_address_rests_a_week_before_it_wins_back_anything(site):
    user = site.person("ada", ADA)
    EmailAddress.objects.create(user=user, email="new@mill-road.org", verified=True)
    standing = enroll.prove_now(stored("new@mill-road.org", str(user.pk)))
    standing.refresh_from_db()
    assert standing.recovery_from == site.now() + timedelta(days=7)
    assert may_receive(standing.pk, Purpose.RECOVER).reason is Reason.TOO_NEW
    assert may_receive(standing.pk, Purpose.NOTICE).admitted
    site.pass_time(timedelta(days=7))
    assert may_receive(standing.pk, Purpose.RECOVER).admitted


def test_a_proof_that_is_told_twice_begins_no_new_rest(site):
    user = site.person("ada", ADA)
    again = stored("new@mill-road.org", str(user.pk))
    standing = enroll.prove_now(again)
    site.pass_time(timedelta(days=6))
    enroll.prove_now(again)
    rests_until = AddressStanding.objects.get(pk=standing.pk).recovery_from
    assert rests_until == site.now() + timedelta(days=1)


def test_a_sweep_meets_what_it_knows_in_three_queries(site, django_assert_num_queries):
    for number in range(20):
        site.person(f"p{number}", f"p{number}@mill-lane.org")
    with django_assert_num_queries(3):  # one page, what is known of it, and no further page
        assert enroll.enroll_all() == 0


def test_a_scan_that_loses_its_last_row_on_the_way_goes_on(site):
    site.person("ada", ADA)
    site.person("bea", "bea@mill-lane.org")
    AddressStanding.objects.all().delete()
    book = address_book()
    first = list(book.scan("", 1))
    EmailAddress.objects.filter(email=ADA).delete()
    rest = list(book.scan(book.cursor_of(first[-1]), 10))
    assert [each.text for each in rest] == ["bea@mill-lane.org"]


@pytest.mark.django_db(transaction=True)
def test_a_first_sight_during_a_bump_believes_one_epoch_or_the_other_and_is_never_lost(site):
    """Whoever commits second sees the first: no standing stays one epoch behind unseen."""
    site.domain("mill-lane.org")
    site.mail_domain("mill-lane.org")
    held, done = threading.Event(), threading.Event()

    def first_sight() -> None:
        held.wait(60)
        enroll.enroll([stored()])
        done.set()
        connections.close_all()

    thread = threading.Thread(target=first_sight)
    thread.start()
    with transaction.atomic():
        row = DomainStatus.objects.select_for_update().get()
        row.control_epoch = 2
        row.save()
        held.set()
        assert not done.wait(0.3)
    thread.join(60)
    assert site.standing(ADA).verified_epoch == 2


def test_the_book_knows_an_address_in_any_spelling(site):
    book = address_book()
    site.person("ada", ADA)
    account = str(User.objects.get().pk)
    assert [each.text for each in book.find("ADA@mill-lane.org")] == [ADA]
    book.set_verified(account, "Ada@MILL-lane.org", False)
    assert not book.is_verified(account, ADA)
    assert not site.is_flagged(ADA)
    book.set_verified(account, "bea@mill-lane.org", True)
    assert not site.is_flagged(ADA)


def test_a_large_book_is_walked_in_parts_round_and_round(site):
    for number in range(7):
        site.person(f"p{number}", f"p{number}@mill-lane.org")
    AddressStanding.objects.all().delete()
    first = enroll.enroll_from("", most=4)
    assert (first.fresh, AddressStanding.objects.count()) == (4, 4)
    second = enroll.enroll_from(first.cursor, most=100)
    assert (second.fresh, second.cursor, AddressStanding.objects.count()) == (3, "", 7)
    ada = site.person("ada", ADA)
    AddressStanding.objects.filter(account=str(ada.pk)).delete()
    behind = enroll.enroll_from(first.cursor, most=2)
    assert enroll.enroll_from(behind.cursor, most=100).fresh == 1


def test_a_thousand_new_addresses_take_a_few_queries(site, django_assert_max_num_queries):
    new = [stored(f"p{number}@mill-{number % 50}.org", str(number)) for number in range(1000)]
    with django_assert_max_num_queries(40):
        assert enroll.enroll(new) == 1000
    assert enroll.enroll(new) == 0
    epochs = AddressStanding.objects.values_list("verified_epoch", flat=True)
    assert set(epochs) == {1}
    assert MailDomain.objects.count() == DomainStatus.objects.count() == 50


def test_one_address_twice_in_a_batch_is_one_standing(site):
    enroll.enroll([stored("ada@mill-lane.org"), stored("Ada@MILL-LANE.org")])
    assert AddressStanding.objects.count() == 1
