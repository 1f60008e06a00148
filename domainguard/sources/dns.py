"""What the DNS says about a domain: delegation, mail hosts and DS, as a quorum of resolvers has it.

Nothing but the resolvers of the settings is ever contacted. NXDOMAIN, no data, SERVFAIL, bogus,
lame, REFUSED and silence are told apart in the note; only the first two say anything.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from domainguard.core.evidence import Evidence, Presence, SourceClass
from domainguard.core.names import MailDomain, RegistrableDomain

from .base import Deadline, SourceError, TimedOut
from .canary import Distrusted
from .dns_canary import ResolverCanary
from .dns_conversation import MOST_QUERIES, PATIENCE, Conversation, Reply
from .dns_quorum import (
    ResolverAnswer,
    agree,
    at_mail_domain,
    at_trust_key,
    needed,
    silent,
)
from .dns_reading import Finding, read
from .dns_wire import Question, Resolver

LONGEST_LOOK = 10.0  # seconds
_GRACE = 0.5  # seconds for the last resolver once the others agree
_PutTogether = Callable[[Resolver, Mapping[str, Finding]], ResolverAnswer]


@dataclass(frozen=True, slots=True)
class _Depth:
    """Which types are asked, of whom, and how one resolver's findings become its answer."""

    rdtypes: tuple[str, ...]
    put_together: _PutTogether
    of_everybody: bool = True


_WHOLE = _Depth(("NS", "SOA", "MX", "DS"), at_trust_key)
_CHEAP = _Depth(("NS", "SOA", "MX"), at_trust_key, of_everybody=False)
_MAIL = _Depth(("MX", "A", "AAAA", "NS"), at_mail_domain)
_MOST_RESOLVERS = MOST_QUERIES // len(_WHOLE.rdtypes)


@dataclass(frozen=True, slots=True)
class _Panel:
    """Who is asked, and what is noted of those who are not."""

    asked: tuple[Resolver, ...]
    silent: tuple[ResolverAnswer, ...]


class DnsSource:
    """Asks a panel of recursive resolvers; a look takes at most 10 s, 30 queries and 64 KiB.

    Raises ValueError for no resolver, for more than seven, and for one named twice. Thread-safe.
    """

    name = "dns"
    source_class = SourceClass.DNS

    def __init__(
        self,
        resolvers: Sequence[Resolver],
        *,
        canary: ResolverCanary | None = None,
        patience: Sequence[float] = PATIENCE,
        longest_look: float = LONGEST_LOOK,
    ) -> None:
        if not 1 <= len(resolvers) <= _MOST_RESOLVERS:
            raise ValueError(f"DNS needs 1 to {_MOST_RESOLVERS} resolvers, got {len(resolvers)}")
        if len(set(resolvers)) < len(resolvers):
            raise ValueError("a resolver named twice would vote twice")
        self._resolvers = tuple(resolvers)
        self._canary = canary
        self._patience = patience
        self._longest_look = longest_look
        self._turn = itertools.count()

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say yes: every name is looked up in the same DNS."""
        return True

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask every resolver for NS, SOA, MX and DS of a registrable domain."""
        return self._look(domain, _WHOLE, now, deadline)

    def look_mail_domain(
        self, mail_domain: MailDomain, *, now: datetime, deadline: Deadline
    ) -> Evidence:
        """Ask every resolver whether a mail domain below its trust key exists and where it mails.

        NXDOMAIN here is about this mail domain only, also when a CNAME of it leads nowhere.
        """
        return self._look(mail_domain, _MAIL, now, deadline)

    def triage(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask the resolver whose turn it is for NS, SOA and MX.

        The delegation has the quorum "1/1" and no DS: it is compared by the other fields, and
        any difference calls for `look`.
        """
        return self._look(domain, _CHEAP, now, deadline)

    def _panel(self, depth: _Depth, now: datetime, deadline: Deadline) -> _Panel:
        """Choose whom to ask among those the canary believes; nobody when they are too few."""
        aside: Mapping[Resolver, SourceError] = {}
        if self._canary:
            aside = self._canary.set_aside(now=now, deadline=deadline)
        believed = tuple(each for each in self._resolvers if each not in aside)
        mute = tuple(silent(each, aside[each]) for each in self._resolvers if each in aside)
        if len(believed) < needed(len(self._resolvers)):
            lonely = Distrusted("not asked, as too few others are believed")
            return _Panel((), (*mute, *(silent(each, lonely) for each in believed)))
        if depth.of_everybody:
            return _Panel(believed, mute)
        return _Panel((believed[next(self._turn) % len(believed)],), ())

    def _look(self, name: str, depth: _Depth, now: datetime, deadline: Deadline) -> Evidence:
        deadline = deadline.within(self._longest_look)
        panel = self._panel(depth, now, deadline)
        answers = self._answers(name, depth, panel, deadline)
        agreement = agree(self._believed(answers, now, deadline))
        asked = ", ".join(map(str, panel.asked)) or "nobody"
        return Evidence(
            domain=name,
            source=self.name,
            source_class=self.source_class,
            outcome=agreement.outcome,
            at=now,
            asked=f"{' '.join(depth.rdtypes)} of {name} from {asked}",
            note=agreement.note,
            delegation=agreement.delegation,
            lame=agreement.lame,
        )

    def _believed(
        self, answers: list[ResolverAnswer], now: datetime, deadline: Deadline
    ) -> list[ResolverAnswer]:
        """Drop each "no such name" of a resolver that passes no canary after it has said so.

        One that began to lie since its last test is caught by its first lie, and set aside.
        """
        if self._canary is None or not any(_denies(each) for each in answers):
            return answers
        unproven = self._canary.unproven(since=time.monotonic(), now=now, deadline=deadline)
        return [
            silent(each.resolver, error)
            if (error := unproven.get(each.resolver)) and _is_doubtful(each, error)
            else each
            for each in answers
        ]

    def _answers(
        self, name: str, depth: _Depth, panel: _Panel, deadline: Deadline
    ) -> list[ResolverAnswer]:
        """Ask the panel; once its others agree, the last resolver has half a second left."""
        questions = [
            Question(each, name, rdtype) for rdtype in depth.rdtypes for each in panel.asked
        ]
        heard: dict[Resolver, dict[str, Reply]] = {each: {} for each in panel.asked}
        answers = {each: silent(each, TimedOut("timed out")) for each in panel.asked}
        missing = set(panel.asked)
        with Conversation(questions, deadline=deadline, patience=self._patience) as conversation:
            for reply in conversation:
                resolver = reply.question.resolver
                heard[resolver][reply.question.rdtype] = reply
                if len(heard[resolver]) < len(depth.rdtypes):
                    continue
                answers[resolver] = _answer(resolver, depth, heard[resolver])
                missing.discard(resolver)
                if missing and agree([*panel.silent, *answers.values()]).delegation:
                    conversation.hurry(_GRACE)
        return [*panel.silent, *answers.values()]


def read_resolvers(addresses: str | Iterable[str]) -> tuple[Resolver, ...]:
    """Read resolvers written `address`, `address:port` or `[v6]:port`, comma-separated or listed.

    Raises ValueError for anything else; a name is no address, since nobody could look it up.
    """
    words = addresses.split(",") if isinstance(addresses, str) else addresses
    return tuple(_read_resolver(word.strip()) for word in words if word.strip())


def system_resolvers(path: Path = Path("/etc/resolv.conf")) -> tuple[Resolver, ...]:
    """Read the name servers of resolv.conf(5); none when the file is absent."""
    if not path.exists():
        return ()
    lines = (line.split() for line in path.read_text().splitlines())
    return read_resolvers(words[1] for words in lines if words[:1] == ["nameserver"] and words[1:])


def _read_resolver(word: str) -> Resolver:
    host, port = word, "53"
    if word.startswith("["):
        host, _, port = word[1:].partition("]:")
    elif word.count(":") == 1:
        host, port = word.split(":")
    try:
        resolver = Resolver(str(ip_address(host)), int(port))
    except ValueError as error:
        raise ValueError(f"{word!r} is no resolver: write an IP address and a port") from error
    if not 0 < resolver.port < 65536:
        raise ValueError(f"{word!r} is no resolver: the port is between 1 and 65535")
    return resolver


def _denies(answer: ResolverAnswer) -> bool:
    return answer.said is not None and answer.said.presence is Presence.NXDOMAIN


def _is_doubtful(answer: ResolverAnswer, error: SourceError) -> bool:
    """Say whether a failed test takes an answer back: of the silent only denials, of liars all."""
    return _denies(answer) or (answer.said is not None and isinstance(error, Distrusted))


def _answer(resolver: Resolver, depth: _Depth, heard: Mapping[str, Reply]) -> ResolverAnswer:
    found = {}
    for rdtype in depth.rdtypes:
        try:
            found[rdtype] = read(heard[rdtype])
        except SourceError as error:
            return silent(resolver, error, rdtype)
    return depth.put_together(resolver, found)
