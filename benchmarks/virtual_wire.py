"""What the small internet's servers put on the wire, handed over in memory and without waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from domainguard.simulation.outages import How, Outage, Where
from domainguard.simulation.rdap_shapes import shape_of
from domainguard.simulation.status_words import status_words
from domainguard.sources.base import (
    Deadline,
    Refused,
    SourceError,
    TimedOut,
    Unreachable,
    Unreadable,
)
from domainguard.sources.dial import Dialer
from domainguard.sources.dns_reading import NO_HOST, Finding, Lame
from domainguard.sources.http import GuardedFetch, Reply
from domainguard.testing.dns_packets import BOGUS, LAME, REFUSED, SERVFAIL, SILENCE, DnsAnswer
from domainguard.testing.rdap_documents import RDAP_TYPE, domain_document, error_document
from domainguard.testing.rdap_server import is_an_object
from domainguard.testing.whois_documents import WRITERS
from domainguard.testing.whois_server import whois_formats
from domainguard.testing.world import World

RDAP_URL = "https://rdap.small-internet.net/"
FASTLY_URL = "https://status.small-internet.net/"
_JSON, _HTML = "application/json", "text/html"
_PAGE = b"<html><body><h1>Number of allowed queries exceeded</h1></body></html>"
_NO_ANSWER: Mapping[DnsAnswer, SourceError] = {
    SILENCE: TimedOut("timed out"),
    REFUSED: Refused("REFUSED"),
    SERVFAIL: Unreadable("SERVFAIL"),
    BOGUS: Unreadable("bogus by DNSSEC"),
    LAME: Lame("lame: none of its name servers answers"),
}


class Fetch(GuardedFetch):
    """Gets what RDAP and Fastly's look-alikes would answer, from the lives of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, url: str, *, accept: str, deadline: Deadline, **_: Any) -> Reply:
        """Give the reply, or raise as a broken connection does."""
        parts = urlsplit(url)
        if url.startswith(RDAP_URL):
            status, content_type, body = _rdap(self._world, parts.path.rpartition("/")[2])
        else:
            status, content_type, body = _fastly(self._world, parse_qs(parts.query)["domain"][0])
        # Of any other status the real fetch reads no body.
        kept = body if status in (200, 404) else b""
        return Reply(url=url, status=status, content_type=content_type, headers={}, body=kept)


class Dial(Dialer):
    """Asks what the WHOIS look-alike would answer, from the lives of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def ask(
        self, host: str, port: int, question: bytes, *, limit: int, deadline: Deadline
    ) -> bytes:
        """Give the answer, or raise as a broken connection does."""
        name = question.decode("ascii").split()[-1]
        outage = self._world.outage(Where.WHOIS, name)
        if outage is None:
            text = WRITERS[whois_formats()[name.partition(".")[2]]](name, self._world.facts(name))
        elif outage.how in (How.LIMITED, How.FORBIDDEN, How.QUOTA_NOTICE):
            text = "% Query rate limit exceeded, please try again later.\n"
        elif outage.how is How.NO_SUCH_NAME:
            text = f"No match for {name}.\n"
        elif outage.how in (How.DOWN, How.ERROR):
            raise Unreachable("the connection broke")
        else:
            raise TimedOut("the deadline passed")
        return text.replace("\n", "\r\n").encode()


_Answer = tuple[int, str, bytes]


def _rdap(world: World, name: str) -> _Answer:
    outage = world.outage(Where.RDAP, name)
    facts = world.facts(name)
    if outage is not None and outage.how is not How.NO_SUCH_NAME:
        return _failing(outage)
    if outage is not None or not is_an_object(facts):
        body = b"" if shape_of(name).empty_404 else error_document(404, "Not Found", "No object.")
        return 404, RDAP_TYPE, body
    return 200, RDAP_TYPE, domain_document(name, facts, shape_of(name), now=world.clock.now())


def _fastly(world: World, name: str) -> _Answer:
    outage = world.outage(Where.FASTLY, name)
    words = status_words(world.facts(name))
    if outage is not None:
        if outage.how not in (How.UNKNOWN, How.NO_SUCH_NAME):
            return _failing(outage)
        words = "unknown" if outage.how is How.UNKNOWN else "undelegated inactive"
    return 200, _JSON, b'{"domain": "%s", "status": "%s"}' % (name.encode(), words.encode())


def _failing(outage: Outage) -> _Answer:
    match outage.how:
        case How.DOWN:
            raise Unreachable("the connection broke")
        case How.ERROR:
            return 503, RDAP_TYPE, b""
        case How.LIMITED:
            return 429, RDAP_TYPE, b""
        case How.FORBIDDEN:
            return 403, _HTML, _PAGE
        case How.QUOTA_NOTICE:
            return 200, RDAP_TYPE, error_document(429, "Quota exceeded", "It is used up.")
        case _:
            raise TimedOut("the deadline passed")


def found(answer: DnsAnswer, rdtype: str) -> Finding:
    """Read one resolver's scripted answer as the app reads the message; raises SourceError."""
    if answer in _NO_ANSWER:
        raise _NO_ANSWER[answer]
    return _finding(answer, rdtype)


@lru_cache(maxsize=20_000)
def _finding(answer: DnsAnswer, rdtype: str) -> Finding:
    read = _READ.get(rdtype, str)
    return Finding(answer.rcode == "NXDOMAIN", tuple(map(read, answer.records)))


def _host(text: str) -> str:
    return text.removesuffix(".") or NO_HOST


_READ: Mapping[str, Callable[[str], str]] = {
    "NS": _host,
    "MX": lambda text: _host(text.split()[1]),
    "DS": lambda text: text.replace(" ", "/"),
    "SOA": lambda text: " ".join(map(_host, text.split()[:2])),
}
