"""Makes the pictures of letters and of the banner from rows made for them: `make pictures`.

They need a day of our choosing, and nobody's real names; the demo has its own day.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_PHONE = {"width": 390, "height": 760}


def prepare() -> None:
    """Start Django on a database of its own that goes with the process."""
    sys.path.insert(0, str(ROOT))
    rows = Path(tempfile.mkdtemp(prefix="domainguard-pictures-")) / "rows.sqlite3"
    os.environ["DATABASE_URL"] = f"sqlite:///{rows}"
    os.environ["DOMAINGUARD_CLOCK"] = "domainguard.testing.clock.virtual_now"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_site.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    call_command("migrate", verbosity=0)


def written() -> Iterator[tuple[str, str, bool]]:
    """Give each picture's name, its HTML, and whether it is shown in the dark."""
    from domainguard.models import Deverification, DomainStatus, DueNotice, OutboxMail
    from domainguard.services import enforce
    from domainguard.testing.clock import clock
    from domainguard.wiring import letter
    from tests.services.rows import Site

    clock.restart(NOW)
    site = Site()
    ada = site.person("ada", "ada@mill-lane.org", "ada@fieldpost.net", "ada@weir-lane.org")
    bea = site.person("bea", "bea@quarry.org")
    ends = {"runs_out_at": NOW + timedelta(days=30), "registry_clean_at": NOW}
    DomainStatus.objects.filter(domain="mill-lane.org").update(**ends)
    site.corroborate("weir-lane.org")
    enforce.enforce()

    def html(name: str, user: Any, **payload: Any) -> str:
        mine = site.standing("ada@fieldpost.net", ada)
        mail = OutboxMail(standing=mine, account=str(user.pk), letter=name, payload=payload)
        (found,) = letter(name)(mail).alternatives
        return str(found[0])

    early = DueNotice.objects.create(
        account=str(ada.pk), reason="expiry", about="picture", created_at=NOW
    )
    yield "mail-early", html("early", ada, notice=early.pk), False
    yield "mail-early-dark", html("early", ada, notice=early.pk), True
    lost = Deverification.objects.get().pk
    yield (
        "mail-deverified",
        html("deverified", ada, address="ada@weir-lane.org", deverification=lost),
        False,
    )
    site.hold("quarry.org")
    about = DueNotice.objects.create(
        account=str(ada.pk), reason="co_owner", about=f"{bea.pk} now", created_at=NOW
    )
    yield "mail-co-owner-dark", html("co_owner", ada, notice=about.pk), True


def page_of_ada(path: str) -> str:
    """Give a page as ada sees it, its style sheet put into it."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.get(username="ada"))
    style = (ROOT / "registry_site/static/registry/style.css").read_text()
    return client.get(path).text.replace("</head>", f"<style>{style}</style></head>")


def what_happened() -> str:
    """Give the page about the address that ada lost, as she had a second factor before."""
    from allauth.mfa.models import Authenticator
    from django.contrib.auth import get_user_model
    from django.urls import reverse

    from domainguard.models import AddressStanding
    from tests.registry_site.second_factor import arm

    arm(get_user_model().objects.get(username="ada"))
    Authenticator.objects.update(created_at=NOW - timedelta(days=300))
    lost = AddressStanding.objects.get(canonical="ada@weir-lane.org")
    return page_of_ada(reverse("domainguard_account:what_happened", args=[lost.pk]))


def take_all(chromium: Browser) -> None:
    """Take the pictures."""
    prepare()
    for name, html, dark in written():
        scheme = "dark" if dark else "light"
        page = chromium.new_page(viewport=_PHONE, color_scheme=scheme)
        page.set_content(html)
        page.screenshot(path=HERE / f"{name}.png", full_page=True)
        page.close()
    page = chromium.new_page(viewport={"width": 900, "height": 420}, color_scheme="light")
    page.set_content(page_of_ada("/"))
    page.locator(".domainguard-banner").screenshot(path=HERE / "banner.png")
    page.close()
    page = chromium.new_page(viewport=_PHONE, color_scheme="light")
    page.set_content(what_happened())
    page.locator("main").screenshot(path=HERE / "what-happened.png")
    page.close()
