"""A worker that asks one hostile server after another and says what that cost it.

Run by a test as a process of its own: its memory is nobody else's, and the highest it ever was is
what the system remembers of it. It reads [[kind, name, host, port], …] and prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline, Source
from domainguard.sources.dial import Dialer
from domainguard.sources.dns import DnsSource
from domainguard.sources.dns_wire import Resolver
from domainguard.sources.egress import EgressPolicy
from domainguard.sources.fastly import FastlyKey, FastlySource
from domainguard.sources.http import GuardedFetch
from domainguard.sources.rdap import RdapSource
from domainguard.sources.rdap_bootstrap import Bootstrap
from domainguard.sources.whois import WhoisSource
from domainguard.sources.whois_layout import layout
from domainguard.sources.whois_table import WhoisServer, WhoisTable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DOMAIN = RegistrableDomain("birch.com")
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


def source_of(kind: str, host: str, port: int) -> Source:
    """Give the source that asks this one server and may reach no other."""
    policy = EgressPolicy(allow=frozenset({(host, port)}))
    url = f"http://{host}:{port}/"
    match kind:
        case "rdap":
            return RdapSource(Bootstrap("", {"com": url}), GuardedFetch(policy))
        case "fastly":
            return FastlySource(url, FastlyKey("a key"), GuardedFetch(policy))
        case "whois":
            row = WhoisServer(host=host, port=port, query="{domain}", layout=layout("plain"))
            return WhoisSource(WhoisTable("", {"com": row}), Dialer(policy))
        case _:
            return DnsSource([Resolver(host, port)], longest_look=2.0)


def highest() -> int:
    """Give the most memory this process ever had, in bytes."""
    # Not ru_maxrss: that one remembers the parent's size from before the exec.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def main() -> None:
    reached: set[str] = set()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in _SENDS:
            reached.add(str(arguments[1]))

    sys.addaudithook(watch)
    calm, *bombs = json.loads(sys.stdin.read())
    outcomes, before = {}, 0
    for kind, name, host, port in (calm, *bombs):
        evidence = source_of(kind, host, port).look(DOMAIN, now=NOW, deadline=Deadline.after(5))
        outcomes[name] = evidence.outcome.value
        before = before or highest()
    print(json.dumps({"outcomes": outcomes, "grown": highest() - before, "to": sorted(reached)}))


if __name__ == "__main__":
    main()
