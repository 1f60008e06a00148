"""A domain's life from health through lapse and a stranger's hands, and what the site does."""

from __future__ import annotations

from datetime import timedelta

from domainguard.gate import Purpose, Reason, may_receive
from domainguard.integrations.tokens import recovery_tokens
from domainguard.models import Deverification, EpochBump
from domainguard.testing import scripts
from registry_site.accounts.models import User

DAY = timedelta(days=1)
BORN = -400 * DAY


def test_a_reset_at_a_healthy_domain_arrives_and_works_once(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    user = world.person("ada", "ada@mill-lane.org")
    world.sweep()
    world.ask_for_reset("ada@mill-lane.org")
    assert world.mail_to("ada@mill-lane.org") == []
    world.serve()
    (mail,) = world.mail_to("ada@mill-lane.org")
    link = world.link_in(mail)
    assert world.use(link, "a new pair of shoes")
    user.refresh_from_db()
    assert user.check_password("a new pair of shoes")
    assert not world.use(link, "a third pair of shoes")


def test_a_domain_in_redemption_is_refused_at_the_first_look_and_deverified_at_the_second(
    world, at
):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=10)))
    user = world.person("ada", "ada@mill-lane.org", "ada.home@fieldpost.net")
    world.net.add(scripts.healthy("fieldpost.net", born=at(days=-900)))
    world.person("bea", "bea@mill-lane.org")
    world.live(9 * DAY)
    world.ask_for_reset("ada@mill-lane.org")
    world.serve()
    (before,) = world.mail_to("ada@mill-lane.org")
    world.pass_time(at(days=10, hours=1) - world.net.clock.now())

    first = world.sweep()

    assert (first.held, first.deverified) == (1, 0)
    assert world.domain("mill-lane.org").state == "redemption"
    for address in ("ada@mill-lane.org", "bea@mill-lane.org"):
        world.ask_for_reset(address)
    world.serve()
    world.pass_time(timedelta(hours=6))
    second = world.sweep()
    assert second.deverified == 2
    assert world.domain("mill-lane.org").control_epoch == 2
    world.live(2 * DAY)
    assert world.mail_to("bea@mill-lane.org") == []
    assert world.mail_to("ada@mill-lane.org") == [before]
    assert not user.emailaddress_set.get(email="ada@mill-lane.org").verified
    assert user.emailaddress_set.get(email="ada.home@fieldpost.net").verified
    told = [mail.message["subject"] for mail in world.mail_to("ada.home@fieldpost.net")]
    assert len(told) == len(set(told)) > 0


def test_a_link_from_before_the_lapse_is_refused_for_the_hold_and_not_for_its_age(world, at):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=1)))
    user = world.person("ada", "ada@mill-lane.org")
    world.sweep()
    world.pass_time(at(hours=23, minutes=50) - world.net.clock.now())
    world.ask_for_reset("ada@mill-lane.org")
    world.serve()
    (mail,) = world.mail_to("ada@mill-lane.org")
    link = world.link_in(mail)
    world.pass_time(timedelta(minutes=20))

    assert not world.use(link, "a new pair of shoes")

    answer = recovery_tokens.judge(User.objects.get(pk=user.pk), link.split("/")[-2])
    assert answer.reason is Reason.HELD
    user.refresh_from_db()
    assert not user.check_password("a new pair of shoes")


def test_a_domain_registered_by_a_stranger_stays_refused(world, at):
    world.net.add(
        scripts.registered_by_a_stranger("mill-lane.org", born=at(days=-400), at=at(days=50))
    )
    world.person("ada", "ada@mill-lane.org", "ada@second.mill-lane.org")
    world.live(52 * DAY)
    row = world.domain("mill-lane.org")
    assert row.state == "reregistered"
    assert row.control_epoch == 3
    assert list(EpochBump.objects.values_list("cause", flat=True).order_by("epoch")) == [
        "lapse",
        "change_of_hands",
    ]
    for address in ("ada@mill-lane.org", "ada@second.mill-lane.org"):
        world.ask_for_reset(address)
        answer = may_receive(world.standing(address).pk, Purpose.RECOVER)
        assert not answer.admitted
    world.serve()
    world.live(20 * DAY)
    for address in ("ada@mill-lane.org", "ada@second.mill-lane.org"):
        assert world.mail_to(address) == []
    assert Deverification.objects.filter(restored_at=None).count() == 2


def test_a_domain_renewed_by_its_owner_is_trusted_again(world, at):
    world.net.add(
        scripts.restored_from_redemption(
            "mill-lane.org", born=at(days=-400), expires=at(days=-40), after=4 * DAY
        )
    )
    world.person("ada", "ada@mill-lane.org")
    world.live(60 * DAY)
    row = world.domain("mill-lane.org")
    assert (row.state, row.held, row.control_epoch) == ("active", False, 2)
    assert world.standing("ada@mill-lane.org").verified_epoch == 2
    assert Deverification.objects.get().restored_at is not None
    world.ask_for_reset("ada@mill-lane.org")
    world.serve()
    assert "new password" in world.mail_to("ada@mill-lane.org")[-1].message["subject"]
