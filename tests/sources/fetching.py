"""How the tests of this folder fetch: from servers on loopback that the policy allows by name."""

from __future__ import annotations

from typing import Any

from domainguard.sources.base import Deadline
from domainguard.sources.http import EgressPolicy, GuardedFetch, Reply
from tests.sources.certificates import Authority
from tests.sources.hostile import HostileServer, Script

HOST = "rdap.nic.example"
ALSO = "rdap.registry.example"


def fetch_from(*servers: HostileServer, host: str = "") -> GuardedFetch:
    """Give a fetch that may reach these servers, by their address or under one name."""
    allow = frozenset((host or server.address, server.port) for server in servers)
    return GuardedFetch(EgressPolicy(allow=allow), resolve=lambda *_: ["127.0.0.1"])


def trusting(authority: Authority, *servers: HostileServer) -> GuardedFetch:
    """Give a fetch that trusts this authority and finds the servers under both names."""
    allow = frozenset((name, server.port) for server in servers for name in (HOST, ALSO))
    policy = EgressPolicy(allow=allow, ca_file=authority.ca_file)
    return GuardedFetch(policy, resolve=lambda *_: ["127.0.0.1"])


def get(fetch: GuardedFetch, url: str, seconds: float = 5.0, **options: Any) -> Reply:
    return fetch.get(url, accept="application/json", deadline=Deadline.after(seconds), **options)


def get_from(script: Script, seconds: float = 5.0, **options: Any) -> Reply:
    with HostileServer(script) as server:
        return get(fetch_from(server), server.url("/x"), seconds, **options)
