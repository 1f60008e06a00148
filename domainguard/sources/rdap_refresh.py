"""Fetches a newer bootstrap registry; whoever asks keeps the old one when this raises."""

from __future__ import annotations

from .base import Deadline, Unreachable
from .http import GuardedFetch
from .rdap_bootstrap import LARGEST_UPDATE, Bootstrap, accept_update


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
    reply = fetch.get(url, accept="application/json", deadline=deadline, limit=LARGEST_UPDATE)
    if reply.status != 200:
        raise Unreachable(f"{url}: the bootstrap registry did not come (HTTP {reply.status})")
    return accept_update(old, reply.body, allow=allow)
