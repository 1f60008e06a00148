"""Links with power that reset no password: once, for a day, and only while the address is ours."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

import domainguard
from domainguard.models import AuditEvent, DomainStatus, OutboxMail
from domainguard.testing import scripts

ADDRESS = "ada@mill-lane.org"
ABOUT = "invitation:7"


@pytest.fixture
def mill(world, at, settings):
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "LETTERS": {"invitation": "tests.services.letters.invitation_with_token"},
    }
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.ada = world.person("ada", ADDRESS)
    return world


def mailed(mill, purpose: str) -> str:
    domainguard.send_capability_mail(
        letter="invitation",
        address=ADDRESS,
        account=mill.ada,
        purpose=purpose,
        payload={"about": ABOUT},
    )
    mill.serve()
    found = re.search(r"Your token: (\S+)", mill.mail_to(ADDRESS)[-1].text)
    assert found is not None
    return found[1]


@pytest.fixture(params=["accept", "undo", "recover"])
def token(request, mill) -> str:
    return mailed(mill, request.param)


def use(token: str, about: str = ABOUT) -> list[str]:
    done: list[str] = []
    answer = domainguard.redeem_capability(token, about, lambda: done.append("written"))
    assert answer.admitted == bool(done)
    return done


def test_it_works_once_and_the_trail_says_so(token):
    assert (use(token), use(token)) == (["written"], [])
    assert AuditEvent.objects.filter(action="capability_used").count() == 1


def test_it_works_for_nothing_but_what_it_was_mailed_for(token):
    assert use(token, "invitation:8") == []
    assert use(token[:-1] + "x") == []
    assert use("") == []


def test_it_stays_good_when_the_site_could_not_write(token):
    def fail() -> None:
        raise RuntimeError("The site's own disk is full.")

    with pytest.raises(RuntimeError):
        domainguard.redeem_capability(token, ABOUT, fail)
    assert use(token) == ["written"]


@pytest.mark.parametrize(
    ("purpose", "lives"),
    [("accept", timedelta(hours=24)), ("undo", timedelta(hours=24)),
     ("recover", timedelta(minutes=60))],
)  # fmt: skip
def test_it_dies_in_time(mill, purpose, lives):
    late = mailed(mill, purpose)
    mill.pass_time(lives + timedelta(seconds=1))
    assert use(late) == []


def test_it_does_nothing_after_the_domain_lapsed(mill, token, at):
    mill.net.replace(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    DomainStatus.objects.update(last_conclusive_at=at(days=-1))
    assert use(token) == []


def test_it_does_nothing_after_the_epoch_went_up_even_where_the_address_came_along(mill, token):
    DomainStatus.objects.filter(domain="mill-lane.org").update(control_epoch=2)
    assert use(token) == []
    standing = mill.standing(ADDRESS)
    standing.verified_epoch = 2
    standing.save()
    assert use(token) == []


def test_a_mail_that_was_not_handed_over_has_no_token(mill):
    with pytest.raises(ValueError, match="handed over"):
        domainguard.capability_token(OutboxMail(pk=1), ABOUT)
