"""May this address receive this mail now: every purpose against every standing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from domainguard.core.evidence import SourceClass
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.gate import GateAnswer, Purpose, Reason, may_confirm_new, may_receive
from domainguard.models import AddressStanding, DomainStatus, MailDependency, MailDomain
from domainguard.services import enroll
from domainguard.wiring import address_book

ADA = "ada@mill-lane.org"
CONFIRM, NOTICE, RECOVER, ACCEPT, UNDO = Purpose
ALL = set(Purpose)


def nothing(site) -> None:
    pass


def unverified(site) -> None:
    EmailAddress.objects.update(verified=False)


def never_proven(site) -> None:
    AddressStanding.objects.update(verified_epoch=None)


def unverified_and_never_proven(site) -> None:
    unverified(site)
    never_proven(site)


def older_epoch(site) -> None:
    site.raise_epoch("mill-lane.org")


def held(site) -> None:
    site.hold("mill-lane.org")


def never_proven_and_held(site) -> None:
    unverified_and_never_proven(site)
    held(site)


def mail_domain_held(site) -> None:
    MailDomain.objects.update(holds=[hold_as_json(_hold(site))])


def dependency_held(site) -> None:
    row = site.domain("northwind-hosting.net", held=True, holds=[hold_as_json(_hold(site))])
    mail_domain = MailDomain.objects.get()
    MailDependency.objects.create(mail_domain=mail_domain, domain=row, first_seen_at=site.now())


def operator_of_the_suffix_held(site) -> None:
    above = site.domain("eu.org", held=True, holds=[hold_as_json(_hold(site))])
    DomainStatus.objects.filter(domain="mill-lane.org").update(parent=above)


def resting(site) -> None:
    AddressStanding.objects.update(recovery_from=site.now() + timedelta(seconds=1))


def rested(site) -> None:
    AddressStanding.objects.update(recovery_from=site.now())


def removed(site) -> None:
    AddressStanding.objects.update(removed_at=site.now())


def removed_after_the_epoch_rose(site) -> None:
    removed(site)
    older_epoch(site)


def takes_no_mail(site) -> None:
    MailDomain.objects.update(null_mx=True)


def inactive(site) -> None:
    user = EmailAddress.objects.get().user
    user.is_active = False
    user.save()


def _hold(site) -> Hold:
    return Hold(HoldClass.UNDELEGATED, Code.UNDELEGATED, site.now(), frozenset({SourceClass.DNS}))


TABLE = [
    (nothing, ALL, Reason.ELIGIBLE),
    (unverified, {CONFIRM}, Reason.NOT_VERIFIED),
    (inactive, {CONFIRM}, Reason.NOT_VERIFIED),
    (never_proven, {CONFIRM}, Reason.NEVER_PROVEN),
    (unverified_and_never_proven, {CONFIRM}, Reason.NOT_VERIFIED),
    (older_epoch, set(), Reason.OLDER_EPOCH),
    (held, set(), Reason.HELD),
    (never_proven_and_held, set(), Reason.HELD),
    (mail_domain_held, set(), Reason.HELD),
    (dependency_held, set(), Reason.HELD),
    (operator_of_the_suffix_held, set(), Reason.HELD),
    (resting, {CONFIRM, NOTICE}, Reason.TOO_NEW),
    (rested, ALL, Reason.ELIGIBLE),
    (removed, {CONFIRM}, Reason.REMOVED),
    (removed_after_the_epoch_rose, set(), Reason.REMOVED),
    (takes_no_mail, set(), Reason.NO_MAIL),
]


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize(
    ("how", "admitted", "reason"), TABLE, ids=[how.__name__ for how, _, _ in TABLE]
)
def test_who_may_receive_what(site, how, admitted, reason, purpose):
    site.person("ada", ADA)
    how(site)
    answer = may_receive(site.standing(ADA).pk, purpose)
    assert answer.admitted == (purpose in admitted)
    if purpose is RECOVER:
        assert answer.reason is reason
    assert answer.domain == "mill-lane.org"


def test_a_hold_with_a_known_start_spares_who_verified_more_than_48_hours_after_it(site):
    site.person("ada", ADA)
    start = site.now() - timedelta(days=10)
    site.hold("mill-lane.org", t0=start)
    standings = AddressStanding.objects.filter(canonical=ADA)
    for verified_at, spared in (
        (None, False),
        (start - timedelta(days=1), False),
        (start + timedelta(hours=48), False),
        (start + timedelta(hours=48, seconds=1), True),
    ):
        standings.update(verified_at=verified_at)
        assert may_receive(standings.get().pk, RECOVER).admitted is spared


def test_two_accounts_with_one_address_are_judged_each_by_itself(site):
    ada, bea = site.person("ada", ADA), site.person("bea", "bea@mill-lane.org")
    EmailAddress.objects.create(user=bea, email=ADA, verified=False)
    enroll.enroll(address_book().addresses_of(str(bea.pk)))
    assert may_receive(site.standing(ADA, ada).pk, RECOVER).admitted
    assert may_receive(site.standing(ADA, bea).pk, RECOVER).reason is Reason.NOT_VERIFIED


def test_an_address_that_the_site_spells_in_u_labels_is_as_good_as_any(site):
    site.person("ada", "Ada@bücher.de")
    standing = site.standing("ada@xn--bcher-kva.de")
    assert standing.address == "Ada@xn--bcher-kva.de"
    assert may_receive(standing.pk, RECOVER).admitted


def test_an_unknown_standing_is_refused(site):
    assert may_receive(4711, RECOVER).reason is Reason.UNKNOWN


def test_a_trusted_domain_is_eligible_whatever_its_row_says_but_not_without_the_sites_word(
    site, settings
):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRUSTED_DOMAINS": ["corp.internal"]}
    site.person("ada", "ada@mail.corp.internal")
    site.hold("corp.internal")
    site.raise_epoch("corp.internal")
    standing = site.standing("ada@mail.corp.internal")
    assert may_receive(standing.pk, RECOVER).reason is Reason.TRUSTED
    EmailAddress.objects.update(verified=False)
    assert may_receive(standing.pk, RECOVER).reason is Reason.NOT_VERIFIED
    assert may_receive(standing.pk, CONFIRM).admitted


def test_a_first_proof_goes_to_any_domain_that_is_not_on_hold(site):
    assert may_confirm_new("never-seen.org").admitted
    site.domain("mill-lane.org")
    assert may_confirm_new("mill-lane.org").admitted
    site.hold("mill-lane.org")
    assert may_confirm_new("mill-lane.org").reason is Reason.HELD
    assert not may_confirm_new("a-name-nobody-used.mill-lane.org").admitted
    assert may_confirm_new("what is this").reason is Reason.UNKNOWN


def test_a_first_proof_below_a_private_suffix_asks_about_its_operator(site):
    site.domain("eu.org")
    site.hold("eu.org")
    assert not may_confirm_new("weaverbird.eu.org").admitted


@pytest.mark.parametrize("how", [nothing, dependency_held, removed])
def test_an_answer_takes_two_queries_at_most_and_writes_nothing(
    site, how, django_assert_max_num_queries
):
    site.person("ada", ADA)
    how(site)
    pk = site.standing(ADA).pk
    with django_assert_max_num_queries(2) as seen:
        may_receive(pk, RECOVER)
    assert all(query["sql"].lstrip().startswith("SELECT") for query in seen.captured_queries)


def test_an_answer_cannot_be_taken_for_a_yes():
    with pytest.raises(TypeError, match="not a yes or no"):
        bool(GateAnswer(True, Reason.ELIGIBLE))
