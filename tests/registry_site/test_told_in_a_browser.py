"""A letter, the banner and the page that stops early notices, on a telephone in the dark."""

from __future__ import annotations

from datetime import timedelta

from domainguard.models import DomainStatus, DueNotice, OutboxMail
from domainguard.services import quiet
from domainguard.wiring import letter, now
from registry_site.accounts.models import User

from .standings import hold, prove
from .test_in_a_browser import fits_and_is_accessible, sign_in


def early_mail(user: User) -> str:
    """Give the HTML of an early notice to this person."""
    standing = prove(user)
    soon = {"runs_out_at": now() + timedelta(days=20), "state": "active"}
    DomainStatus.objects.update(**soon)
    notice = DueNotice.objects.create(
        account=str(user.pk), reason="expiry", about="test", created_at=now()
    )
    mail = OutboxMail(
        standing=standing, account=str(user.pk), letter="early", payload={"notice": notice.pk}
    )
    (html,) = letter("early")(mail).alternatives
    return str(html[0])


def test_an_owner_reads_a_letter_meets_the_banner_and_stops_early_notices(
    live_server, page, person
):
    ada = person("ada")
    page.set_content(early_mail(ada))
    fits_and_is_accessible(page)
    path = "/early-notices/" + str(quiet.link_for(str(ada.pk))).split("/early-notices/")[1]
    assert path in page.content()

    def visit(where: str) -> list[str]:
        page.goto(live_server.url + where)
        return []

    sign_in(visit, page)
    visit("/")
    banner = page.get_by_role("complementary", name="About your addresses")
    assert "ada@mill-ada.org: its domain runs out soon" in banner.inner_text()
    fits_and_is_accessible(page)
    banner.get_by_role("link").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Email addresses"

    visit(path)
    fits_and_is_accessible(page)
    assert not quiet.is_quiet(str(ada.pk))
    page.get_by_role("button", name="Send me no early notices any more").click()
    page.get_by_role("button", name="Send me early notices again").wait_for()
    assert quiet.is_quiet(str(ada.pk))
    fits_and_is_accessible(page)


def test_a_page_says_nothing_of_it_to_anybody_else(client, person):
    ada, bob = person("ada"), person("bob")
    hold(prove(ada))
    for reader in (None, bob):
        if reader is not None:
            client.force_login(reader)
        assert "domainguard-banner" not in client.get("/").text
    client.force_login(ada)
    assert "ada@mill-ada.org: on hold" in client.get("/").text
