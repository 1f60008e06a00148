"""An owner reads what became of their addresses; nobody else's affairs stand in it."""

from __future__ import annotations

from datetime import timedelta

from domainguard import audit
from domainguard.audit import AUTOMATION
from domainguard.models import AddressStanding, AuditEvent
from domainguard.services import enforce
from domainguard.services.history import history_of

HOME, WORK = "ada@mill-lane.org", "ada@fieldpost.net"
T0 = timedelta(days=5)


def told(account: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.about, str(each.what), each.evidence) for each in history_of(account)]


def trail(site, action: str, **said: object) -> None:
    audit.record(action, at=site.now(), **said)


def take_trust(site, name: str) -> None:
    """Let a sweep conclude that a domain has lapsed, with all that follows from it."""
    site.corroborate(name)
    enforce.enforce()


def test_a_lapse_is_told_with_the_days_and_what_was_seen(site):
    ada = str(site.person("ada", HOME, WORK).pk)
    take_trust(site, "mill-lane.org")
    (lost,) = [each for each in history_of(ada) if each.evidence]
    assert lost.about == HOME
    assert str(lost.what).startswith("It lost its trust")
    assert lost.evidence
    assert all("redemption period" in line for line in lost.evidence)
    assert all("gone from the DNS" in line for line in lost.evidence)


def test_a_hold_and_its_end_are_told_of_the_domain_from_the_day_it_was_first_used(site):
    trail(site, "domain_hold", domain="mill-lane.org", reasons=["redemption"])
    site.pass_time(timedelta(days=1))
    ada = str(site.person("ada", HOME).pk)
    trail(site, "domain_hold", domain="mill-lane.org", reasons=["nxdomain", "for_sale"])
    site.pass_time(timedelta(days=1))
    trail(site, "domain_release", domain="mill-lane.org", reasons=[])
    assert told(ada) == [
        ("mill-lane.org", "The hold has ended.", ()),
        (
            "mill-lane.org",
            "On hold: nothing that could open your account goes there.",
            ("The domain has gone from the DNS.", "The domain is offered for sale."),
        ),
    ]


def test_requests_are_told_with_what_became_of_them(site):
    ada = str(site.person("ada", HOME).pk)
    for action, said in (
        ("mail_sent", {"letter": "reset"}),
        ("mail_sent", {"letter": "changed"}),
        ("mail_refused", {"reason": "held"}),
        ("mail_dropped", {"letter": "reset", "reason": "older_epoch"}),
        ("recovery_completed", {"epoch": 1}),
    ):
        site.pass_time(timedelta(minutes=1))
        trail(site, action, domain="mill-lane.org", canonical=HOME, account=ada, **said)
    assert [(what, why) for _, what, why in told(ada)] == [
        ("A new password was set with the link that was sent there.", ()),
        (
            "A mail with a link in it was asked for, and given up before it was sent.",
            ("Its domain has lapsed or changed hands since it was verified.",),
        ),
        (
            "A mail that could have opened your account was asked for, and not sent.",
            ("Its domain was on hold.",),
        ),
        ("A link to set a new password was asked for, and sent.", ()),
    ]


def test_an_address_that_two_accounts_claim_tells_each_its_own(site):
    ada = str(site.person("ada", HOME).pk)
    bea = str(site.person("bea", "bea@mill-lane.org").pk)
    other = AddressStanding.objects.get(account=ada)
    other.pk, other.account, other.verified_epoch = None, bea, None
    other.save()
    trail(site, "mail_sent", domain="mill-lane.org", canonical=HOME, account=ada, letter="reset")
    assert len(told(ada)) == 1
    assert told(bea) == []


def test_nothing_is_told_of_what_concerns_nobody_here(site):
    ada = str(site.person("ada", HOME).pk)
    site.person("bea", "bea@fieldpost.net")
    trail(site, "domain_hold", domain="fieldpost.net", reasons=[])
    trail(site, "automation_paused", actor=AUTOMATION)
    assert told(ada) == []


def test_it_reaches_back_400_days_and_no_further_than_500_rows(site):
    ada = str(site.person("ada", HOME).pk)
    trail(site, "domain_hold", domain="mill-lane.org", reasons=[])
    site.pass_time(timedelta(days=401))
    assert told(ada) == []
    audit.record_all(
        audit.event("domain_release", at=site.now(), domain="mill-lane.org") for _ in range(501)
    )
    assert len(history_of(ada)) == 500


def test_it_asks_the_database_a_bounded_number_of_times(site, django_assert_max_num_queries):
    ada = str(site.person("ada", HOME, WORK).pk)
    rows = [("mail_sent", {"letter": "reset"})] * 30 + [("mail_refused", {"reason": "held"})] * 30
    for action, said in rows:
        trail(site, action, domain="mill-lane.org", canonical=HOME, account=ada, **said)
    with django_assert_max_num_queries(3):
        assert len(history_of(ada)) == 60
    assert AuditEvent.objects.count() >= 60
