"""Recognises "slow down" in every dress RDAP servers give it: 429, 403, 422, 503 and plain 200."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST_WAIT = timedelta(hours=1)
_JSON_TYPES = frozenset({"application/rdap+json", "application/json"})
_WHAT = r"(?:quotas?|limits?|rate|quer(?:y|ies)|requests?)"
_SPENT = r"(?:exceeded|reached|exhausted|used up)"
_QUOTA = re.compile(
    rf"\b{_WHAT}\b.{{0,40}}\b{_SPENT}\b|\b{_SPENT}\b.{{0,60}}\b{_WHAT}\b"
    r"|\btoo many (?:requests|queries|connections)\b|\b(?:slow|calm) down\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:may|might|can|could|will|would|if|when|should|must|agree)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_TAG = re.compile(r"<(?:script|style)\b.*?</|<[^>]*>?", re.DOTALL | re.IGNORECASE)
_LONGEST_NOTICE = 300  # terms of use mention limits too, at greater length
_PAGE_READ = 8192
_SECONDS = re.compile(r"[0-9]{1,9}")


def is_limit(status: int, content_type: str, headers: Mapping[str, str]) -> bool:
    """Say whether a status other than 200 and 404 means that we ask too often.

    403 with a page for people and 422 are how some registries say it; a 503 that names a time is
    the same. 403 as an RDAP error object is a refusal.
    """
    if status in (429, 422):
        return True
    if status == 403:
        return content_type not in _JSON_TYPES
    return status == 503 and "retry-after" in headers


def read_retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110 section 10.2.3), at most an hour; None where it says nothing."""
    text = headers.get("retry-after", "").strip()
    wait = timedelta(seconds=int(text)) if _SECONDS.fullmatch(text) else _until(text, now)
    return min(wait, LONGEST_WAIT) if wait > timedelta(0) else None


def is_quota_notice(text: str) -> bool:
    """Say whether a short text tells us that a quota is used up, not what would happen then."""
    return len(text) <= _LONGEST_NOTICE and any(
        _QUOTA.search(sentence) and not _HEDGE.search(sentence)
        for sentence in _SENTENCE.split(text)
    )


def is_quota_page(page: bytes) -> bool:
    """Say whether a page for people, sent in place of an answer, says so."""
    text = _TAG.sub(" ", page[:_PAGE_READ].decode("utf-8", "replace"))
    return _QUOTA.search(text) is not None


def has_quota_notice(document: Mapping[str, Any]) -> bool:
    """Say whether an RDAP object carries such a text in place of, or beside, its facts."""
    return document.get("errorCode") == 429 or any(map(is_quota_notice, _notices(document)))


def _notices(document: Mapping[str, Any]) -> Iterator[str]:
    yield _words(document)
    for member in ("notices", "remarks"):
        value = document.get(member)
        # The recorded quota notice is an object where RFC 9083 wants a list of them.
        for notice in value if isinstance(value, list) else [value]:
            if isinstance(notice, dict):
                yield _words(notice)


def _words(notice: Mapping[str, Any]) -> str:
    description = notice.get("description")
    lines = description if isinstance(description, list) else [description]
    return " ".join(text for text in (notice.get("title"), *lines) if isinstance(text, str))


def _until(text: str, now: datetime) -> timedelta:
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError, TypeError, IndexError):
        return timedelta(0)
