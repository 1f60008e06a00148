"""Fetches a newer bootstrap registry; whoever asks keeps the old one when this raises."""

from __future__ import annotations

from .base import Deadline, Refused, Unreachable
from .egress import read_url
from .http import GuardedFetch
from .rdap_bootstrap import (
    LARGEST_UPDATE,
    Bootstrap,
    accept_update,
    overrides,
    published_copy,
)


def is_url(where: str) -> bool:
    """Say whether the operator named an address in place of a file."""
    return where.startswith(("https://", "http://"))


def fetch_update(
    old: Bootstrap,
    url: str,
    fetch: GuardedFetch,
    *,
    deadline: Deadline,
    allow: frozenset[tuple[str, int]] = frozenset(),
) -> Bootstrap:
    """Get the registry from its address and believe it within bounds.

    Compared with `old`, which has no overrides in it. Raises SourceError when it does not come,
    BootstrapRefused when what comes is not plausible.
    """
    return accept_update(old, _get(url, fetch, deadline, allow), allow=allow)


def fetch_first(
    url: str, fetch: GuardedFetch, *, deadline: Deadline, allow: frozenset[tuple[str, int]]
) -> Bootstrap:
    """Get the table to begin with; raises as `fetch_update` does.

    A server in `allow` is the operator's own: its table is taken as a file of his would be. Any
    other is believed within bounds beside the copy that ships, and gets our overrides.
    """
    if _is_own(url, allow):
        return Bootstrap.from_json(_get(url, fetch, deadline, allow))
    new = fetch_update(published_copy(), url, fetch, deadline=deadline, allow=allow)
    return new.with_overrides(overrides())


def _get(
    url: str, fetch: GuardedFetch, deadline: Deadline, allow: frozenset[tuple[str, int]]
) -> bytes:
    if read_url(url).scheme != "https" and not _is_own(url, allow):
        raise Refused(f"{url}: the bootstrap registry is fetched over https alone")
    reply = fetch.get(url, accept="application/json", deadline=deadline, limit=LARGEST_UPDATE)
    if reply.status != 200:
        raise Unreachable(f"{url}: the bootstrap registry did not come (HTTP {reply.status})")
    return reply.body


def _is_own(url: str, allow: frozenset[tuple[str, int]]) -> bool:
    target = read_url(url)
    return (target.host, target.port) in allow
