"""Makes the pictures of the README and the docs from the running demo: `make pictures`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from letters import take_all as take_letters
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PASSWORD = "three grey stones"  # noqa: S105 - printed by the demo itself
DOMAIN = "kestrelyard.com"
_OPTIONS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
_PATIENCE = 300_000  # ms; weeks of looks take a while on a slow machine
_WIDE: ViewportSize = {"width": 1240, "height": 860}
_NARROW: ViewportSize = {"width": 390, "height": 860}


@contextmanager
def demo() -> Iterator[str]:
    """Make a demo of its own and serve it; give its address. Nobody else's is touched."""
    command = [sys.executable, "-u", "manage.py", "demo", "--port", "8400"]
    with TemporaryDirectory(prefix="pictures-") as directory:
        environ = {**os.environ, "REGISTRY_DEMO_DIRECTORY": directory}
        process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
        )
        try:
            yield next(_addresses(process))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _addresses(process: subprocess.Popen[str]) -> Iterator[str]:
    for line in process.stdout or ():
        print(line, end="")
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            yield found.group()


def sign_in(page: Page, site: str, login: str = "admin") -> None:
    """Sign in, as the demo's staff or by an address."""
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Username", exact=False).first.fill(login)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()


def take(page: Page, name: str) -> None:
    """Take one picture of what the window shows."""
    page.wait_for_load_state()
    page.screenshot(path=HERE / f"{name}.png")
    print(f"docs/pictures/{name}.png")


def walk(page: Page, site: str) -> None:
    """Go through the pages that the docs show."""
    page.goto(site)
    take(page, "front")
    page.goto(f"{site}/demo/inbox/")
    take(page, "inbox")
    sign_in(page, site)
    staff(page, f"{site}/admin")


def staff(page: Page, admin: str) -> None:
    """Go through the pages of the admin, as its staff would."""
    page.goto(f"{admin}/")
    take(page, "admin")
    page.goto(f"{admin}/domainguard/tally/")
    take(page, "dashboard")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(_NARROW)
    page.reload()
    take(page, "dashboard-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(_WIDE)
    page.goto(f"{admin}/domainguard/deverification/")
    take(page, "deverified")
    page.locator("#result_list tbody a").first.click()
    take(page, "account")
    page.get_by_role("link", name="Contain").click()
    take(page, "confirm")
    page.goto(f"{admin}/domainguard/domainstatus/")
    take(page, "domains")
    page.get_by_role("link", name=DOMAIN).click()
    take(page, "domain")
    page.get_by_role("button", name="Look now").click()
    page.wait_for_load_state()
    take(page, "look")


def play(page: Page, site: str) -> str:
    """Play the five scenes of the time page; give the address of the owner they tell of."""
    page.goto(f"{site}/demo/time/")
    for number in range(5):
        page.get_by_role("button", name=f"Play scene {number + 1}").click()
        page.get_by_text("seen", exact=True).nth(number).wait_for()
    page.goto(f"{site}/demo/time/")
    section = page.locator("section", has=page.locator("#picture"))
    section.screenshot(path=HERE / "time.png")
    print("docs/pictures/time.png")
    told = re.findall(r"goes to (\S+), read", page.locator(".history").inner_text())
    return str(told[-1])


def own_pages(page: Page, site: str, owner: str) -> None:
    """Go through what the owner sees of it."""
    sign_in(page, site, owner)
    page.goto(f"{site}/account/history/")
    take(page, "history")
    page.goto(f"{site}/accounts/second-factor/on/")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.locator(".qr").wait_for()
    take(page, "second-factor")


def main() -> None:
    """Make every picture; an existing one is replaced."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        sys.exit("No chromium here: apt-get install chromium")
    with demo() as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_OPTIONS)
        page = chromium.new_page(viewport=_WIDE, color_scheme="light")
        page.set_default_timeout(_PATIENCE)
        walk(page, site)
        page.context.clear_cookies()
        own_pages(page, site, play(page, site))
        take_letters(chromium)
        chromium.close()


if __name__ == "__main__":
    main()
