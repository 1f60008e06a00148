"""What must never reach a log."""

from __future__ import annotations

import logging
import sys

import pytest

from registry_site.logs import RedactingFormatter, redact


def formatted(message: str, *args: object, exc_info: object = None) -> str:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, message, args, exc_info)  # type: ignore[arg-type]
    return RedactingFormatter("{message}", style="{").format(record)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mail to ada@mill.org refused", "mail to [address] refused"),
        ("to=<ada+x@mill.org>", "to=<[address]>"),
        ("'ada@straße.de', 'b@b.org'", "'[address]', '[address]'"),
        ("GET /accounts/password/reset/MQ/c9a2f0-0123456789abcdef0123/ 200",
         "GET /accounts/password/reset/MQ/[key]/ 200"),
        ("POST /invitation/7/31:Zm9vYmFyYmF6cXV4Zm9v/ 302", "POST /invitation/7/[key]/ 302"),
        ("Authorization: Bearer dgr-Zm9vYmFyYmF6cXV4Zm9v", "Authorization: Bearer [token]"),
        ("GET /accounts/confirm-email/Mg:1vMNoP:Zm9vYmFyYmF6cXV4/ 200",
         "GET /accounts/confirm-email/[key]/ 200"),
        ("GET /accounts/password/reset/done/ 200", "GET /accounts/password/reset/done/ 200"),
        ("nothing to hide", "nothing to hide"),
    ],
)  # fmt: skip
def test_addresses_and_keys_are_replaced_and_the_rest_is_kept(said, kept):
    assert redact(said) == kept


def test_one_event_stays_one_line_whatever_it_carries():
    assert formatted("asked for %s", "a\r\n2026 ERROR b\x1b[31m\u202e") == (
        "asked for a\\r\\n2026 ERROR b\\x1b[31m\\u202e"
    )


def test_an_address_in_a_traceback_is_replaced_too():
    try:
        raise ValueError("Key (email)=(ada@mill.org) already exists")
    except ValueError:
        text = formatted("failed", exc_info=sys.exc_info())
    assert "ada@mill.org" not in text
    assert "Traceback" in text
    assert text.count("\n") > 2


def test_every_handler_of_the_site_redacts(settings):
    for handler in settings.LOGGING["handlers"].values():
        assert handler["formatter"] == "redacted"
