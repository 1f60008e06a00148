"""Makes the pictures of the README and the docs from the running demo: `make pictures`."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PASSWORD = "three grey stones"  # noqa: S105 - printed by the demo itself
DOMAIN = "kestrelyard.com"
_OPTIONS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
_WIDE = {"width": 1240, "height": 860}


@contextmanager
def demo() -> Iterator[str]:
    """Serve the demo as it stands, or make it first; give its address."""
    command = [sys.executable, "-u", "manage.py", "demo", "--port", "8400"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
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


def sign_in(page: Page, site: str) -> None:
    """Sign in as the demo's staff."""
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Username", exact=False).first.fill("admin")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()


def take(page: Page, name: str) -> None:
    """Take one picture of what the window shows."""
    page.screenshot(path=HERE / f"{name}.png")
    print(f"docs/pictures/{name}.png")


def walk(page: Page, site: str) -> None:
    """Go through the pages that the docs show."""
    page.goto(site)
    take(page, "front")
    page.goto(f"{site}/demo/inbox/")
    take(page, "inbox")
    sign_in(page, site)
    page.goto(f"{site}/admin/domainguard/domainstatus/")
    take(page, "domains")
    link = page.get_by_role("link", name=DOMAIN).get_attribute("href")
    page.goto(f"{site}{link}")
    take(page, "domain")
    page.goto(f"{site}/admin/domainguard/deverification/")
    take(page, "deverified")


def main() -> None:
    """Make every picture; an existing one is replaced."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        sys.exit("No chromium here: apt-get install chromium")
    with demo() as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_OPTIONS)
        walk(chromium.new_page(viewport=_WIDE, color_scheme="light"), site)
        chromium.close()


if __name__ == "__main__":
    main()
