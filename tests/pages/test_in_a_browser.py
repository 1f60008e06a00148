"""The way back as its owner walks it in a browser, and each page on a telephone in the dark."""

from __future__ import annotations

import re

import pytest

from tests.journeys.lost import LOST, OTHER, Loss, lost_in_rows
from tests.registry_site.second_factor import KEY, code_of
from tests.registry_site.test_in_a_browser import fits_and_is_accessible
from tests.world import PASSWORD


@pytest.fixture
def loss(live_server, site) -> Loss:
    """Give ada, who lost one address and still has another."""
    return lost_in_rows(site, OTHER)


def test_the_owner_clicks_through_to_her_address(live_server, page, loss):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(live_server.url + "/accounts/login/")
    page.get_by_label("Username or email address").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    while page.url.endswith("/accounts/code/"):  # a code may run out before it is read
        page.get_by_label("Code").fill(code_of(KEY))
        page.get_by_role("main").get_by_role("button").first.click()
    page.goto(live_server.url + "/accounts/email/")
    page.get_by_role("link", name=f"What happened, and the ways back for {LOST}").click()
    assert page.get_by_role("heading", level=1).inner_text() == "What happened to my address"
    fits_and_is_accessible(page)
    here = page.url
    for way in ("recovery code", "the admins", "second factor"):
        page.goto(here)
        page.get_by_role("link", name=re.compile(f"Take this way.*{way}")).click()
        fits_and_is_accessible(page)
    page.get_by_role("button", name="Send the link").click()
    assert "It has begun" in page.get_by_role("status").inner_text()
    page.goto(live_server.url + loss.link_at(LOST))
    fits_and_is_accessible(page)
    page.get_by_role("button", name="Bring it back").click()
    assert "The address is trusted again" in page.get_by_role("status").inner_text()
    assert loss.is_contact_only()
    page.get_by_role("link", name="That was not me: take it back").click()
    fits_and_is_accessible(page)
    page.goto(live_server.url + "/account/addresses/")
    fits_and_is_accessible(page)
    assert complaints == []
