"""What the DNS says about a domain: delegation, mail hosts and DS, as a quorum of resolvers has it.

Nothing but the resolvers of the settings is ever contacted. NXDOMAIN, no data, SERVFAIL, bogus,
lame, REFUSED and silence are told apart in the note; only the first two say anything.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
    at_text,
    at_trust_key,
    doubt,
    needed,
    silent,
)
from .dns_reading import Finding, read
from .dns_round import Round, Verdict
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

    def look_for_text(self, name: str, text: str, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask every resolver for a TXT record: DELEGATED if a quorum sees it, else NODATA."""
        return self._look(name, _Depth(("TXT",), partial(at_text, text)), now, deadline)

    def triage(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask the resolver whose turn it is for NS, SOA and MX.

        The delegation has the quorum "1/1" and no DS: it is compared by the other fields, and
        any difference calls for `look`.
        """
        return self._look(domain, _CHEAP, now, deadline)

    def triage_many(
        self, domains: Iterable[RegistrableDomain], *, now: datetime, deadline: Deadline
    ) -> Iterator[Evidence]:
        """Triage very many domains at once; gives each one's Evidence as it completes.

        Domains are drawn as they can be asked, so a million take no more memory than thousands;
        once the deadline has come, no more are. A failed one is asked once more, of another.
        """
        with Round(
            domains,
            _CHEAP.rdtypes,
            partial(_answer, _CHEAP),
            partial(self._test, now, deadline),
            deadline=deadline,
            patience=self._patience,
        ) as looks:
            for look in looks:
                if look.answer is None:  # nobody to ask
                    yield self.triage(look.domain, now=now, deadline=deadline)
                else:
                    asked = [look.answer.resolver]
                    yield self._evidence(look.domain, _CHEAP, asked, [look.answer], now)

    def _test(self, now: datetime, deadline: Deadline) -> Verdict:
        """Test all resolvers now, in a round."""
        if self._canary is None:
            return Verdict(self._resolvers, {})
        unproven = self._canary.unproven(since=time.monotonic(), now=now, deadline=deadline)
        aside = self._canary.set_aside(now=now, deadline=deadline)
        return Verdict(self._remaining(aside), unproven)

    def _remaining(self, aside: Mapping[Resolver, SourceError]) -> tuple[Resolver, ...]:
        """Give those not set aside; nobody when they are too few."""
        left = tuple(each for each in self._resolvers if each not in aside)
        return left if len(left) >= needed(len(self._resolvers)) else ()

    def _panel(self, depth: _Depth, now: datetime, deadline: Deadline) -> _Panel:
        """Choose whom to ask among those the canary believes; nobody when they are too few."""
        aside: Mapping[Resolver, SourceError] = {}
        if self._canary:
            aside = self._canary.set_aside(now=now, deadline=deadline)
        believed = self._remaining(aside)
        if not believed:
            lonely = Distrusted("not asked, as too few others are believed")
            return _Panel(
                (), tuple(silent(each, aside.get(each, lonely)) for each in self._resolvers)
            )
        if depth.of_everybody:
            mute = (silent(each, aside[each]) for each in self._resolvers if each in aside)
            return _Panel(believed, tuple(mute))
        return _Panel((believed[next(self._turn) % len(believed)],), ())

    def _look(self, name: str, depth: _Depth, now: datetime, deadline: Deadline) -> Evidence:
        deadline = deadline.within(self._longest_look)
        panel = self._panel(depth, now, deadline)
        answers = self._answers(name, depth, panel, deadline)
        return self._evidence(name, depth, panel.asked, self._believed(answers, now, deadline), now)

    def _evidence(
        self,
        name: str,
        depth: _Depth,
        asked: Sequence[Resolver],
        answers: Sequence[ResolverAnswer],
        now: datetime,
    ) -> Evidence:
        agreement = agree(answers)
        whom = ", ".join(map(str, asked)) or "nobody"
        return Evidence(
            domain=name,
            source=self.name,
            source_class=self.source_class,
            outcome=agreement.outcome,
            at=now,
            asked=f"{' '.join(depth.rdtypes)} of {name} from {whom}",
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
        return [doubt(each, unproven) or each for each in answers]

    def _answers(
        self, name: str, depth: _Depth, panel: _Panel, deadline: Deadline
    ) -> list[ResolverAnswer]:
        """Ask the panel; once its others agree, the last resolver has half a second left."""
        questions = [
            Question(each, name, rdtype) for rdtype in depth.rdtypes for each in panel.asked
        ]
        heard: dict[Resolver, dict[str, Finding | SourceError]] = {each: {} for each in panel.asked}
        answers = {each: silent(each, TimedOut("timed out")) for each in panel.asked}
        missing = set(panel.asked)
        with Conversation(questions, deadline=deadline, patience=self._patience) as conversation:
            for reply in conversation:
                resolver = reply.question.resolver
                heard[resolver][reply.question.rdtype] = _read(reply)
                if len(heard[resolver]) < len(depth.rdtypes):
                    continue
                answers[resolver] = _answer(depth, resolver, heard[resolver])
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


def _read(reply: Reply) -> Finding | SourceError:
    try:
        return read(reply)
    except SourceError as error:
        return error


def _answer(
    depth: _Depth, resolver: Resolver, heard: Mapping[str, Finding | SourceError]
) -> ResolverAnswer:
    found = {}
    for rdtype in depth.rdtypes:
        came = heard[rdtype]
        if isinstance(came, SourceError):
            return silent(resolver, came, rdtype)
        found[rdtype] = came
    return depth.put_together(resolver, found)
