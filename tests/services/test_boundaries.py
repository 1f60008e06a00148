"""T22: a newer public suffix list moves mail domains, and gives nobody more or less trust."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domainguard.core.evidence import SourceClass
from domainguard.core.names import PSL_VERSION
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import hold_as_json
from domainguard.gate import Purpose, Reason, may_receive
from domainguard.models import (
    AddressStanding,
    AuditEvent,
    Deverification,
    DomainStatus,
    EpochBump,
    MailDomain,
    ReviewCase,
)
from domainguard.services import boundaries, enroll
from domainguard.wiring import address_book

OLDER_LIST = "2001-01-01_00-00-00_UTC"
ADA, BEA = "ada@ada-notes.github.io", "bea@mail.birch-wood.org"
DAY = timedelta(days=1)


def under(site, address: str, key: str, **fields) -> AddressStanding:
    """Give a proven address whose mail domain an older list put under another trust key."""
    site.person(address.partition("@")[0], address)
    row = DomainStatus.objects.filter(domain=key).first() or site.domain(key)
    fields = {"psl_version": OLDER_LIST, **fields}
    DomainStatus.objects.filter(pk=row.pk).update(**fields)
    MailDomain.objects.filter(name=address.rpartition("@")[2]).update(trust_key=row)
    AddressStanding.objects.filter(canonical=address).update(
        verified_epoch=fields.get("control_epoch", 1)
    )
    return site.standing(address)


def key_of(site, address: str) -> str:
    return site.standing(address).mail_domain.trust_key.domain


def reason(site, address: str, purpose: Purpose = Purpose.RECOVER) -> Reason:
    return may_receive(site.standing(address).pk, purpose).reason


def test_a_tenant_gets_a_key_of_its_own_below_the_operator_and_stays_eligible(site):
    under(site, ADA, "github.io", control_epoch=3)
    assert boundaries.follow() == 1

    row = site.standing(ADA).mail_domain.trust_key
    assert (row.domain, row.parent.domain) == ("ada-notes.github.io", "github.io")
    assert row.next_check_at == site.now()
    assert reason(site, ADA) is Reason.ELIGIBLE
    assert not ReviewCase.objects.exists()


def test_a_name_that_is_no_suffix_any_more_falls_to_the_domain_above(site):
    above = site.domain("birch-wood.org", control_epoch=4)
    under(site, BEA, "mail.birch-wood.org", parent=above)
    assert boundaries.follow() == 1

    assert key_of(site, BEA) == "birch-wood.org"
    assert site.standing(BEA).verified_epoch == 4
    assert reason(site, BEA) is Reason.ELIGIBLE


def test_what_was_on_hold_has_to_be_proven_anew_and_a_case_says_so(site):
    under(site, ADA, "github.io")
    site.hold("github.io")
    boundaries.follow()

    standing = site.standing(ADA)
    assert (standing.verified_epoch, standing.proof_void_since) == (None, site.now())
    case = ReviewCase.objects.get()
    assert (case.kind, case.domain.domain) == ("moved", "ada-notes.github.io")
    assert case.detail["unproven"] == 1


def test_the_sites_old_word_does_not_prove_it_again_and_a_new_proof_does(site):
    user = under(site, ADA, "github.io").account
    site.hold("github.io")
    boundaries.follow()
    DomainStatus.objects.update(holds=[], held=False)
    (stored,) = address_book().addresses_of(user)

    enroll.enroll_all()
    enroll.standing_of(stored)
    assert site.standing(ADA).verified_epoch is None
    assert reason(site, ADA) is Reason.NEVER_PROVEN
    site.pass_time(DAY)
    enroll.enroll([replace(stored, verified_at=site.now() - 2 * DAY)])
    assert site.standing(ADA).verified_epoch is None

    enroll.prove_now(stored)
    assert reason(site, ADA) is Reason.ELIGIBLE


def test_who_verified_after_the_hold_began_was_eligible_and_stays_so(site):
    under(site, ADA, "github.io")
    t0 = site.now() - 10 * DAY
    AddressStanding.objects.update(verified_at=t0 + 3 * DAY)
    site.hold("github.io", t0=t0)
    boundaries.follow()

    assert site.standing(ADA).verified_epoch == 1
    assert reason(site, ADA) is Reason.ELIGIBLE


def test_a_hold_of_the_mail_domain_counts_like_one_of_its_key(site):
    under(site, ADA, "github.io")
    held = Hold(HoldClass.UNDELEGATED, Code.LAME, site.now(), frozenset({SourceClass.DNS}))
    row = MailDomain.objects.get(name="ada-notes.github.io")
    row.holds = [hold_as_json(held)]
    row.save()
    boundaries.follow()

    assert site.standing(ADA).verified_epoch is None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_an_older_epoch_stays_older_whoever_had_the_boundary_moved(site, purpose):
    # Whoever registers a lapsed name may have it listed as a suffix.
    under(site, ADA, "github.io", control_epoch=2)
    AddressStanding.objects.update(verified_epoch=1)
    boundaries.follow()

    assert key_of(site, ADA) == "ada-notes.github.io"
    assert reason(site, ADA, purpose) is Reason.OLDER_EPOCH
    assert ReviewCase.objects.get().detail["older"] == 1


def test_who_is_eligible_at_the_new_key_already_stays_so_when_older_ones_move_in(site):
    above = site.domain("birch-wood.org")
    site.person("cat", "cat@birch-wood.org")
    under(site, BEA, "mail.birch-wood.org", parent=above, control_epoch=5)
    AddressStanding.objects.filter(canonical=BEA).update(verified_epoch=3)
    boundaries.follow()

    assert DomainStatus.objects.get(domain="birch-wood.org").control_epoch == 5
    assert reason(site, "cat@birch-wood.org") is Reason.ELIGIBLE
    assert reason(site, BEA) is Reason.OLDER_EPOCH


def test_what_has_become_a_suffix_itself_is_nobodys_and_has_to_be_looked_at_by_a_person(site):
    standing = under(site, "dan@birch-wood.org", "birch-wood.org")
    MailDomain.objects.filter(pk=standing.mail_domain_id).update(name="co.uk")
    boundaries.follow()

    assert site.standing("dan@birch-wood.org").verified_epoch is None
    assert ReviewCase.objects.get().domain.domain == "birch-wood.org"


def test_a_boundary_moved_above_a_key_only_changes_its_operator(site):
    under(site, "eve@eve-notes.github.io", "eve-notes.github.io", parent=None)
    assert boundaries.follow() == 0

    row = DomainStatus.objects.get(domain="eve-notes.github.io")
    assert row.parent.domain == "github.io"
    assert reason(site, "eve@eve-notes.github.io") is Reason.ELIGIBLE


def test_nobody_is_de_verified_by_it(site):
    under(site, ADA, "github.io")
    site.hold("github.io")
    boundaries.follow()

    assert site.is_flagged(ADA)
    assert not Deverification.objects.exists()
    assert not EpochBump.objects.exists()


def test_every_move_is_in_the_audit_trail(site):
    under(site, ADA, "github.io")
    boundaries.follow()

    event = AuditEvent.objects.get(action="mail_domain_moved")
    assert event.domain == "ada-notes.github.io"
    assert event.detail["before"] == "github.io"


def test_rows_that_this_list_or_a_newer_one_made_are_left_alone(site, django_assert_num_queries):
    under(site, ADA, "github.io", psl_version=PSL_VERSION)
    under(site, "eve@eve-notes.github.io", "github.io", psl_version="9999-01-01_00-00-00_UTC")
    DomainStatus.objects.filter(psl_version="").update(psl_version=PSL_VERSION)
    with django_assert_num_queries(1):
        assert boundaries.follow() == 0
    assert key_of(site, ADA) == "github.io"


def test_a_rise_that_is_not_carried_out_yet_comes_first(site):
    row = under(site, ADA, "github.io", control_epoch=2).mail_domain.trust_key
    bump = EpochBump.objects.create(
        domain=row, epoch=2, cause="lapse", sentence="", evidence={}, at=site.now()
    )
    assert boundaries.follow() == 0
    assert key_of(site, ADA) == "github.io"

    EpochBump.objects.filter(pk=bump.pk).update(projected_at=site.now())
    assert boundaries.follow() == 1


def test_a_second_time_there_is_nothing_left_to_do(site):
    under(site, ADA, "github.io")

    assert [boundaries.follow(), boundaries.follow()] == [1, 0]
    assert set(DomainStatus.objects.values_list("psl_version", flat=True)) == {PSL_VERSION}


def test_a_sweep_follows_the_list(world):
    world.person("ada", ADA)
    world.sweep()
    row = world.domain("ada-notes.github.io")
    DomainStatus.objects.filter(pk=row.pk).update(psl_version=OLDER_LIST)
    MailDomain.objects.filter(name="ada-notes.github.io").update(trust_key=row.parent)
    DomainStatus.objects.filter(pk=row.parent_id).update(psl_version=OLDER_LIST)
    world.sweep()

    assert world.standing(ADA).mail_domain.trust_key == row
