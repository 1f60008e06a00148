"""Accounts with a second factor, and the codes that their telephones would show."""

from __future__ import annotations

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from registry_site.accounts.models import User

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_PERIOD = 30


def arm(*people: User) -> None:
    """Give each of them an authenticator app with this key, and recovery codes."""
    for each in people:
        TOTP.activate(each, KEY)
        RecoveryCodes.activate(each)


def code_of(key: str, *, periods: int = 0) -> str:
    """Give the code that the app shows now, or so many half minutes later.

    A code is good once; what a test has used it forgets here, since a test cannot wait.
    """
    cache.clear()
    return str(format_hotp_value(hotp_value(key, int(time.time()) // _PERIOD + periods)))


def codes_of(person: User) -> list[str]:
    """Give the recovery codes that are left."""
    found = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    codes: list[str] = found.wrap().get_unused_codes()
    return codes


def key_on(page: str) -> str:
    """Read the key that a page offers to somebody without a camera."""
    found = re.search(r'<code class="key">([A-Z2-7]+)</code>', page)
    assert found is not None
    return found[1]


def give(client: Client, code: str) -> str:
    """Answer the question for a code at sign-in; give where it leads, empty for nowhere."""
    answer = client.post("/accounts/code/", {"code": code})
    return answer.headers.get("Location", "")
