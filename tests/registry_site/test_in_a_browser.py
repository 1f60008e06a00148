"""The pages as a real browser sees them: colours, widths, headers and forms together."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone

from domainguard.integrations.auth import reset_letter
from domainguard.models import OutboxMail
from registry_site.packages.models import Release

from .conftest import PASSWORD
from .second_factor import code_of
from .standings import LONG_AGO, hold, prove

PUBLIC = ["/", "/search/?q=tide", "/project/tidepool/", "/user/ada/", "/help/recovery",
          "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
          "/accounts/password/reset/done/", "/no-such-page/",
          "/account/stop-act/1/old/"]  # fmt: skip
OWN = ["/account/", "/accounts/email/", "/accounts/password/change/", "/accounts/logout/",
       "/new/", "/project/tidepool/publish/", "/account/history/", "/account/tokens/"]  # fmt: skip
AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def site(live_server, person, project, page):
    """Fill the site a little, and give a function that opens one of its pages."""
    ada = person("ada")
    made = project("tidepool", ada, summary="Cache what the sea leaves", description="x" * 400)
    Release.objects.create(project=made, version="1.0", notes="First.", published_by=ada)
    hold(prove(ada))
    EmailAddress.objects.create(user=ada, email=f"{'long' * 12}@quarry.org")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    def visit(path: str) -> list[str]:
        page.goto(live_server.url + path)
        return [each for each in complaints if "404 (Not Found)" not in each]

    return visit


def sign_in(site, page, login: str = "ada", password: str = PASSWORD) -> None:
    site("/accounts/login/")
    page.get_by_label("Username or email address").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def fits_and_is_accessible(page) -> None:
    for scheme, width in (("light", 1200), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        found: dict[str, Any] = Axe().run(page, options=AA).response
        problems = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
        assert problems == []


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_fits_a_phone_and_passes_the_accessibility_rules(site, page, path):
    assert site(path) == []
    fits_and_is_accessible(page)


def test_ones_own_pages_fit_a_phone_and_pass_the_accessibility_rules(site, page):
    sign_in(site, page)
    for path in OWN:
        complaints = site(path)
        assert complaints == [], path
        fits_and_is_accessible(page)


def test_the_first_stop_of_the_keyboard_skips_to_the_content(site, page):
    site("/project/tidepool/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_admin_works_under_the_content_security_policy(site, page, person):
    person("staff", is_staff=True, is_superuser=True)
    sign_in(site, page, "staff")
    for path in ("/admin/", "/admin/packages/project/", "/admin/packages/project/1/change/"):
        assert site(path) == []
    assert page.get_by_role("link", name="Cairn administration").is_visible()


def test_a_release_is_published_by_clicking_through(site, page):
    sign_in(site, page)
    page.get_by_role("link", name="Publish a release of tidepool").click()
    page.get_by_label("Version").fill("2.0")
    page.get_by_role("button", name="Publish").click()
    assert page.get_by_role("status").inner_text() == "tidepool 2.0 is published."
    assert page.get_by_role("heading", level=1).inner_text() == "tidepool 2.0"


def test_a_second_factor_is_turned_on_and_asked_for_by_clicking_through(site, page):
    sign_in(site, page)
    page.get_by_role("link", name="Second factor").click()
    fits_and_is_accessible(page)
    page.get_by_role("link", name="Turn it on").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    fits_and_is_accessible(page)
    square = page.locator(".qr svg").bounding_box()
    assert square is not None
    assert square["width"] > 150  # it is drawn under the policy, and large enough for a camera
    key = page.locator(".key").inner_text()
    page.get_by_label("Authenticator code").fill(code_of(key))
    page.get_by_role("button", name="Turn it on").click()
    fits_and_is_accessible(page)
    (code, *_) = page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name="I have them").click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    sign_in(site, page)
    fits_and_is_accessible(page)
    page.get_by_label("Code").fill(code)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", level=1).inner_text() == "ada"


def test_a_mailed_link_sets_a_new_password(site, page, person, live_server):
    bob = person("bob")
    EmailAddress.objects.filter(user=bob).update(email="bob@gmail.com")
    letter = reset_letter(handed_over(bob))
    link = re.search(r"http://127\.0\.0\.1:8000(\S+)", str(letter.body))
    assert link is not None
    site(link[1])
    page.get_by_label("New password", exact=True).fill("five stones higher")
    page.get_by_label("New password confirmation").fill("five stones higher")
    page.get_by_role("button", name="Set the password").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your password is new"
    sign_in(site, page, "bob", "five stones higher")
    assert page.get_by_role("heading", level=1).inner_text() == "bob"


def handed_over(user) -> OutboxMail:
    """Give a reset mail as the outbox leaves it, to a mailbox provider nobody has to look at."""
    standing = prove(user, "bob@gmail.com")
    return OutboxMail.objects.create(
        standing=standing,
        account=str(user.pk),
        purpose="recover",
        letter="reset",
        payload={
            "subject": "registration/password_reset_subject.txt",
            "text": "registration/password_reset_email.html",
        },
        status=OutboxMail.Status.SENT,
        epoch=standing.verified_epoch,
        created_at=LONG_AGO,
        expires_at=timezone.now(),
        handed_over_at=timezone.now(),
    )
