"""Resolvers on loopback that know a table of names, for the tests of everything that asks DNS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from domainguard.core.evidence import Delegation, Evidence
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.dns import DnsSource, read_resolvers
from domainguard.sources.dns_wire import Resolver
from domainguard.testing.dns_server import NODATA, NXDOMAIN, DnsAnswer, DnsServer

EXAMPLE_COM = RegistrableDomain("example.com")
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
QUICK = (0.4, 0.6)  # patience where a resolver is silent on purpose
DIGEST = "ab" * 32
EXAMPLE = {
    "NS": ("ns1.host.net.", "ns2.host.net."),
    "MX": ("10 mx1.mail.org.", "20 mx2.mail.org."),
    "DS": (f"4711 13 2 {DIGEST}",),
    "SOA": ("ns1.host.net. hostmaster.host.net. 2026110201 7200 900 1209600 300",),
}
Table = Mapping[str, Mapping[str, tuple[str, ...] | DnsAnswer]]
SUFFIXES = {suffix: {"NS": (f"a.nic.{suffix}.",)} for suffix in ("com", "net", "org")}


def knowing(table: Table) -> Callable[[str, str], DnsAnswer]:
    """Answer from a table of names and types; any other name is NXDOMAIN."""

    def answer(name: str, rdtype: str) -> DnsAnswer:
        found = {**SUFFIXES, **table}.get(name)
        if found is None:
            return NXDOMAIN
        given = found.get(rdtype, NODATA)
        return given if isinstance(given, DnsAnswer) else DnsAnswer(records=given)

    return answer


@contextmanager
def serving(*tables: Table) -> Iterator[list[DnsServer]]:
    """Start one resolver for each table."""
    with ExitStack() as stack:
        yield [stack.enter_context(DnsServer(knowing(table))) for table in tables]


def addresses(servers: list[DnsServer]) -> tuple[Resolver, ...]:
    return read_resolvers(server.resolver for server in servers)


def source(servers: list[DnsServer], **options: Any) -> DnsSource:
    return DnsSource(addresses(servers), **options)


def look(servers: list[DnsServer], **options: Any) -> Evidence:
    """Take one quorum look of these resolvers at example.com."""
    return source(servers, **options).look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(10))


def said(evidence: Evidence) -> Delegation:
    """Give what the resolvers agreed on, which must be something."""
    assert evidence.delegation, evidence.note
    return evidence.delegation


def changed(**types: tuple[str, ...] | DnsAnswer) -> Table:
    """Give the table of example.com with some types answered otherwise."""
    return {"example.com": {**EXAMPLE, **types}}


HEALTHY = changed()
GONE: Table = {}
