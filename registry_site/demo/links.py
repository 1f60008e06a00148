"""Opens the newest reset link in a mailbox, as whoever kept the mail would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from http.cookiejar import CookieJar
from typing import Final
from urllib.request import HTTPCookieProcessor, build_opener

from .acts import Impossible, Kind
from .stage import Stage

_LINK: Final = re.compile(r"http://127\.0\.0\.1:\d+/accounts/password/reset/\S+")
_ASKS_FOR_PASSWORD: Final = b'name="new_password1"'
_SECONDS: Final = 30.0


def open_link(stage: Stage, domain: str, address: str) -> Iterator[datetime]:
    """Open it in a browser of its own, at the site's door, and note whether it asks for a password.

    Raises Impossible where no such mail has ever come.
    """
    found = [
        link for mail in stage.net.sink.messages_to(address) for link in _LINK.findall(mail.text)
    ]
    if not found:
        raise Impossible(f"No mail with a link has ever gone to {address}.")
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    with browser.open(found[-1], timeout=_SECONDS) as page:
        taken = _ASKS_FOR_PASSWORD in page.read()
    stage.do(Kind.LINK_TAKEN if taken else Kind.LINK_REFUSED, domain)
    yield stage.net.clock.now()
