"""Keeps addresses and tokens out of the logs, and stray control characters too."""

from __future__ import annotations

import logging
import re
import unicodedata
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s@<>'\"(){}\[\],;:=]+@[^\s@<>'\"(){}\[\],;=]+")
_LINK: Final = re.compile(
    r"(/(?:password/reset|confirm-email|invitation|early-notices|stop-act)/(?:[^/\s]+/)?)"
    r"([^/\s]{16,})"
)
_TOKEN: Final = re.compile(r"dgr-[\w-]{16,}")


def redact(text: str) -> str:
    """Replace every e-mail address, API token and key of a mailed link by a word in brackets."""
    return _TOKEN.sub("[token]", _LINK.sub(r"\1[key]", _ADDRESS.sub("[address]", text)))


def escape_controls(text: str) -> str:
    """Write control and format characters as escapes, so that one event stays one line."""
    return "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") else ascii(c)[1:-1]
        for c in text
    )


class RedactingFormatter(logging.Formatter):
    """Formats a record without the addresses and keys its message or traceback may carry."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Put the message into the line after escaping it; only tracebacks keep line breaks."""
        record.message = escape_controls(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Give the whole entry, redacted."""
        return redact(super().format(record))
