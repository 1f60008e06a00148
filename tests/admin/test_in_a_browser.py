"""Staff at work in a real browser: whole journeys, by mouse and keyboard; every page's looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings as django_settings
from django.urls import reverse

from domainguard.models import AddressStanding, Deverification, DomainStatus, ReviewCase, StaffAct
from domainguard.services.tally import tally
from domainguard.testing import scripts
from tests.services.acts.desk import lost, lost_together, order, renewed, stopped

from .staff import ALL, Staff, hire

AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
BAD = ("serious", "critical")
SEEN_AS = (("light", 1240), ("dark", 390))
_MOST_TABS = 120


@pytest.fixture
def desk(browser, live_server) -> Iterator[Callable[..., Any]]:
    """Give a function that opens the admin's index as a member of staff."""
    contexts = []

    def open_as(who: Staff, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        cookie = who.browser.cookies[django_settings.SESSION_COOKIE_NAME].value
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}{reverse('admin:index')}")
        return page

    yield open_as
    for context in contexts:
        context.close()


def press(page: Any, words: str) -> None:
    """Walk with the Tab key to the link or button of these words, and press Enter."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "(document.activeElement.innerText || document.activeElement.value || '').trim()"
        )
        if re.match(words, " ".join(said.split())):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"No Tab leads to {words!r} on {page.url}.")


def write(page: Any, label: str, text: str) -> None:
    """Walk with the Tab key to a field, and type."""
    field = page.get_by_label(label, exact=False)
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if field.evaluate("field => field === document.activeElement"):
            page.keyboard.type(text)
            return
    raise AssertionError(f"No Tab leads to {label!r} on {page.url}.")


def test_by_keyboard_and_without_scripts_four_presses_lead_from_the_index_to_a_restored_account(
    site, desk
):
    row = lost(site)
    renewed(site)
    page = desk(hire("ann", *ALL), java_script_enabled=False)
    press(page, "1 de-verified account to review")
    press(page, "ada")
    press(page, "Restore")
    write(page, "Reason", "The owner renewed in time.")
    press(page, "Restore")
    row.refresh_from_db()
    assert row.restored_at == site.now()
    assert "Done." in page.locator(".messagelist").inner_text()


def test_four_clicks_lead_to_a_proposal_where_the_registration_is_not_as_it_was(site, desk):
    row = lost(site)
    page = desk(hire("ann", *ALL))
    page.get_by_role("link", name="1 de-verified account to review").click()
    page.get_by_role("link", name="ada", exact=False).first.click()
    assert "Start recovery" in page.locator(".dg-step").inner_text()
    page.get_by_role("link", name="Restore (takes two)").click()
    page.get_by_label("Reason").fill("The owner sent papers.")
    page.get_by_role("button", name="Propose: Restore").click()
    assert "Waits for a second person" in page.get_by_role("main").inner_text()
    row.refresh_from_db()
    assert row.restored_at is None


def test_fifty_are_restored_by_two_people_and_the_batch_is_undone(site, desk):
    lost_together(site, 50)
    renewed(site)
    page = desk(hire("ann", *ALL))
    page.get_by_role("link", name="50 de-verified accounts to review").click()
    page.get_by_label("Select all objects on this page for an action").check()
    page.get_by_label("Action:").select_option(label="Restore")
    page.get_by_role("button", name="Go").click()
    assert "To 50" in page.get_by_role("main").inner_text()
    page.get_by_label("Reason").fill("The owner renewed in time.")
    page.get_by_role("button", name="Propose: Restore").click()
    assert Deverification.objects.filter(restored_at=None).count() == 50
    where = page.url

    other = desk(hire("ben", *ALL))
    other.goto(where)
    other.get_by_label("Reason").fill("I asked the registrar.")
    other.get_by_role("button", name="Agree").click()
    assert not Deverification.objects.filter(restored_at=None).exists()
    other.get_by_label("Reason").fill("It was the wrong batch.")
    other.get_by_role("button", name="Undo").click()
    assert Deverification.objects.filter(restored_at=None).count() == 50
    assert not AddressStanding.objects.filter(verified_epoch=2).exists()


def test_a_review_case_is_released_in_part(site, desk):
    stopped(site, "one.org", "two.org", "three.org")
    page = desk(hire("ann", *ALL))
    page.get_by_role("link", name=re.compile("3 cases wait")).click()
    for name in ("one.org", "two.org"):
        page.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(value="act_clear")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("Reason").fill("A migration at the registrar.")
    page.locator("form.dg-act [type=submit]").first.click()
    where = page.url

    other = desk(hire("ben", *ALL))
    other.goto(where)
    other.get_by_label("Reason").fill("The registrar says so too.")
    other.get_by_role("button", name="Agree").click()
    waiting = ReviewCase.objects.filter(closed_at=None)
    assert [case.domain.domain for case in waiting] == ["three.org"]
    assert DomainStatus.objects.get(domain="three.org").held
    assert not DomainStatus.objects.get(domain="one.org").held


def test_every_page_passes_the_accessibility_rules_at_both_widths_and_colours(
    site, desk, live_server
):
    row = lost(site, "ada", "mill-lane.org", "ada@other.net")
    (case,) = stopped(site, "one.org")
    act = order("hold", [site.domain("two.org")])
    tally()
    page = desk(hire("ann", *ALL))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for where in _all_pages(row, case, act):
        for scheme, width in SEEN_AS:
            complaints.clear()  # axe reads style sheets by script, which our policy forbids
            see_as(page, scheme, width)
            page.goto(live_server.url + where)
            assert complaints == [], where
            passes(page)


def test_the_answers_of_a_look_and_a_refusal_pass_too(world, desk, live_server, at):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    where = [world.domain("mill-lane.org").pk]
    page = desk(hire("ann", *ALL))
    page.goto(live_server.url + reverse("admin:domainguard_domainstatus_change", args=where))
    page.get_by_role("button", name="Look now").click()
    assert "What each source says about mill-lane.org now" in page.inner_text("h1")
    seen_both_ways(page)
    page.goto(live_server.url + reverse("admin:domainguard_domainstatus_look", args=where))
    assert "Looking is no link to follow" in page.inner_text("body")
    seen_both_ways(page)


def see_as(page: Any, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})


def seen_both_ways(page: Any) -> None:
    for scheme, width in SEEN_AS:
        see_as(page, scheme, width)
        passes(page)


def passes(page: Any) -> None:
    """Assert that the page fits its width, and that axe finds nothing serious or critical."""
    where = page.url, page.viewport_size
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), where
    found = Axe().run(page, options=AA).response["violations"]
    problems = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in BAD]
    assert problems == [], where


def _all_pages(row: Deverification, case: ReviewCase, act: StaffAct) -> list[str]:
    lists = (
        "tally",
        "deverification",
        "domainstatus",
        "reviewcase",
        "staffact",
        "auditevent",
        "wayback",
    )
    shown = (row, row.bump.domain, case, act)
    confirm = reverse("admin:domainguard_deverification_act", args=["contact"])
    return [
        reverse("admin:index"),
        *(reverse(f"admin:domainguard_{name}_changelist") for name in lists),
        *(
            reverse(f"admin:domainguard_{each._meta.model_name}_change", args=[each.pk])
            for each in shown
        ),
        f"{confirm}?pk={row.pk}",
    ]
