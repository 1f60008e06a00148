"""The five scenes, played in a browser one after the other; what each claims is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test.utils import override_settings

from domainguard.models import AuditEvent, Deverification, DomainStatus, EpochBump, OutboxMail
from domainguard.testing import Holder
from domainguard.testing.clock import clock
from registry_site.accounts.models import User
from registry_site.demo import seed, stage
from registry_site.demo.acts import Kind
from registry_site.demo.internet import small_internet
from registry_site.demo.places import RENEWED, STAGE
from registry_site.demo.scenes import RESET, owner_at
from registry_site.demo.server import listen, serving
from registry_site.demo.stage import Stage
from registry_site.demo.state import DIRECTORY_VARIABLE, State
from registry_site.demo.story import Story
from registry_site.demo.walk import live
from tests.registry_site.test_in_a_browser import fits_and_is_accessible

pytestmark = pytest.mark.one_database

STORY = Story(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), days=11, only=("gmail.com", STAGE, RENEWED))


@pytest.fixture
def played(transactional_db, tmp_path, monkeypatch) -> Iterator[tuple[Stage, str]]:
    """Give the stage of a demo of three domains, and the address at which it is served."""
    state = State(tmp_path)
    state.finish(STORY.as_json())
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(state.directory))
    clock.restart(STORY.begins)
    with (
        override_settings(
            ALLOWED_HOSTS=["127.0.0.1", "testserver"],
            MIDDLEWARE=["whitenoise.middleware.WhiteNoiseMiddleware", *settings.MIDDLEWARE],
            STATIC_ROOT=None,
            WHITENOISE_USE_FINDERS=True,
            ROOT_URLCONF="registry_site.demo.urls",
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ),
        listen(0) as server,
        small_internet(STORY, state, server.origin) as net,
        serving(server),
        stage.running(Stage(net, state, STORY)) as on_stage,
    ):
        seed.fill(STORY)
        live(clock, STORY.today, STORY.requests())
        yield on_stage, server.origin


def resets(on_stage: Stage, address: str) -> list[Holder]:
    """Give who read each reset mail to an address, the oldest first."""
    mails = on_stage.net.sink.messages_to(address)
    return [each.holder for each in mails if each.message["subject"] == RESET]


def epoch(domain: str) -> int:
    return DomainStatus.objects.get(domain=domain).control_epoch


def test_five_scenes_tell_the_attack_and_the_defence(played, page):
    on_stage, origin = played
    owner = owner_at(on_stage, STAGE)
    password = User.objects.get(email=owner).password
    page.goto(f"{origin}/demo/time/")
    fits_and_is_accessible(page)

    assert page.locator("script").count() == 0
    page.get_by_role("button", name="register it as a stranger").click()
    assert f"{STAGE} is registered at" in page.locator(".errorlist").inner_text()
    assert on_stage.life(STAGE).holder_at(clock.now()) is Holder.OWNER

    page.get_by_role("button", name="Play scene 1").press("Enter")  # the keyboard is enough
    page.get_by_role("button", name="Play scene 2").wait_for()
    assert resets(on_stage, owner) == [Holder.OWNER]
    assert epoch(STAGE) == 1

    page.get_by_role("button", name="Play scene 2").click()
    page.get_by_role("button", name="Play scene 3").wait_for()
    refused = next(act for act in on_stage.story.acts if act.kind is Kind.LINK_REFUSED)
    link = OutboxMail.objects.get(letter="reset", standing__canonical=owner)
    assert link.handed_over_at is not None
    assert refused.at - link.handed_over_at < timedelta(minutes=60)
    assert link.used_at is None
    assert User.objects.get(email=owner).password == password
    assert DomainStatus.objects.get(domain=STAGE).held
    assert epoch(STAGE) == 1

    page.get_by_role("button", name="Play scene 3").click()
    page.get_by_role("button", name="Play scene 4").wait_for()
    lost = Deverification.objects.get(standing__canonical=owner)
    assert epoch(STAGE) == 2
    assert not EmailAddress.objects.get(email=owner).verified
    assert resets(on_stage, owner) == [Holder.OWNER]
    (other,) = set(
        lost.standing.__class__.objects.filter(account=lost.standing.account).values_list(
            "canonical", flat=True
        )
    ) - {owner}
    assert on_stage.net.sink.messages_to(other)
    bump = EpochBump.objects.get(domain__domain=STAGE)
    looks = [datetime.fromisoformat(each["at"]) for each in bump.evidence["looks"]]
    assert all(last - first >= timedelta(hours=6) for first, last in pairwise(looks))

    page.get_by_role("button", name="Play scene 4").click()
    page.get_by_role("button", name="Play scene 5").wait_for()
    neighbour = owner_at(on_stage, RENEWED)
    assert Deverification.objects.get(standing__canonical=neighbour).restored_at is not None
    assert EmailAddress.objects.get(email=neighbour).verified
    assert resets(on_stage, neighbour) == [Holder.OWNER]

    page.get_by_role("button", name="Play scene 5").click()
    page.get_by_text("seen").nth(4).wait_for()
    assert on_stage.life(STAGE).holder_at(clock.now()) is Holder.STRANGER
    asked = AuditEvent.objects.filter(action="mail_refused", domain=STAGE).order_by("pk")
    assert len(asked) == 2
    assert Holder.STRANGER not in {each.holder for each in on_stage.net.sink.messages}
    assert User.objects.get(email=owner).password == password
    assert page.get_by_role("button", name=re.compile("Play scene")).count() == 0
    fits_and_is_accessible(page)
