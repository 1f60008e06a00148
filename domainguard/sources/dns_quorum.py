"""What one resolver says about a name, and what several of them agree on (RULES.md 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from domainguard.core.evidence import Delegation, Outcome, Presence
from domainguard.core.names import NameRefused, parse_host

from .base import SourceError
from .canary import Distrusted
from .dns_reading import NO_HOST, Finding, Lame
from .dns_wire import Resolver

_IN_WORDS = {
    Presence.DELEGATED: "delegated",
    Presence.NODATA: "no data",
    Presence.NXDOMAIN: "NXDOMAIN",
}
_Fact = Callable[[Delegation], Hashable]


@dataclass(frozen=True, slots=True)
class ResolverAnswer:
    """One resolver's whole answer about a name, also in a few words; `said` is None in silence."""

    resolver: Resolver
    outcome: Outcome
    note: str
    said: Delegation | None = None
    lame: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the resolvers agree on; without a quorum `delegation` is None.

    `note` says why there is no quorum, or who was not part of it.
    """

    outcome: Outcome
    note: str
    delegation: Delegation | None = None
    lame: bool = False


def silent(resolver: Resolver, error: SourceError, rdtype: str = "") -> ResolverAnswer:
    """Note why a resolver counts as having said nothing."""
    note = f"{error} for {rdtype}" if rdtype else str(error)
    return ResolverAnswer(resolver, error.outcome, note, lame=isinstance(error, Lame))


def doubt(
    answer: ResolverAnswer, unproven: Mapping[Resolver, SourceError]
) -> ResolverAnswer | None:
    """Give the silence that a test, passed by all but `unproven`, makes of an answer; else None.

    A failed test takes everything back of a liar, and of the silent their denials alone.
    """
    error = unproven.get(answer.resolver)
    if error is None or answer.said is None:
        return None
    if isinstance(error, Distrusted) or answer.said.presence is Presence.NXDOMAIN:
        return silent(answer.resolver, error)
    return None


def at_trust_key(resolver: Resolver, found: Mapping[str, Finding]) -> ResolverAnswer:
    """Put together what was found at a registrable domain: only NS records delegate it."""
    # NXDOMAIN denies every type (RFC 8020), but broken balancers say it of single types.
    exists = any(not each.is_nxdomain or each.cnames for each in found.values())
    delegated = bool(found["NS"].records and not found["NS"].cnames)
    return _answer(resolver, found, _presence(exists=exists, delegated=delegated))


def at_mail_domain(resolver: Resolver, found: Mapping[str, Finding]) -> ResolverAnswer:
    """Put together what was found at a mail domain: any record will do, and CNAMEs are followed."""
    exists = any(not each.is_nxdomain for each in found.values())
    delegated = any(each.records for each in found.values())
    return _answer(resolver, found, _presence(exists=exists, delegated=delegated))


def at_text(text: str, resolver: Resolver, found: Mapping[str, Finding]) -> ResolverAnswer:
    """Say whether a TXT record with exactly this text was found: delegated if so, else no data."""
    is_there = text in found["TXT"].records
    presence = Presence.DELEGATED if is_there else Presence.NODATA
    return ResolverAnswer(
        resolver, Outcome.ANSWERED, _IN_WORDS[presence], Delegation(presence=presence)
    )


def needed(asked: int) -> int:
    """Give how many must agree: both or the only one, and of three or more all but one."""
    return asked if asked < 3 else asked - 1


def agree(answers: Sequence[ResolverAnswer]) -> Agreement:
    """Weigh the answers of all resolvers asked, the silent ones included.

    Presence with the NS set, the mail hosts and the DS set each need the quorum by itself, so
    nothing that a single resolver made up gets in. The SOA is left empty, which means not known,
    where it has no quorum: a domain at two DNS providers has two.
    """
    enough = needed(len(answers))
    agreed = _largest_group([each.said for each in answers if each.said], _delegation)
    mail, ds, soa = (_largest_group(agreed, fact) for fact in (_mail, _ds, _soa))
    for rdtype, group, fact in (("NS", agreed, _delegation), ("MX", mail, _mail), ("DS", ds, _ds)):
        if len(group) < enough:
            said = _who_said_what(answers, len(answers), fact)
            lame = bool(answers) and sum(each.lame for each in answers) >= enough
            return Agreement(_silence(answers), f"no quorum on {rdtype}: {said}", lame=lame)
    delegation = replace(
        agreed[0],
        mx=mail[0].mx,
        null_mx=mail[0].null_mx,
        ds=ds[0].ds,
        soa=soa[0].soa if len(soa) >= enough else "",
        quorum=f"{len(agreed)}/{len(answers)}",
    )
    others = [each for each in answers if each.said not in agreed]
    return Agreement(
        Outcome.ANSWERED, _who_said_what(others, len(answers), _delegation), delegation
    )


def _presence(*, exists: bool, delegated: bool) -> Presence:
    if delegated:
        return Presence.DELEGATED
    return Presence.NODATA if exists else Presence.NXDOMAIN


def _answer(resolver: Resolver, found: Mapping[str, Finding], presence: Presence) -> ResolverAnswer:
    ns, mx, ds, soa = (found.get(each, Finding()) for each in ("NS", "MX", "DS", "SOA"))
    said = Delegation(
        presence=presence,
        ns=_hosts(ns.records) if not ns.cnames else frozenset(),
        # Everybody who is handed the mail: CNAME targets as well as the MX hosts behind them.
        mx=_hosts((*mx.records, *mx.cnames)),
        null_mx=mx.records == (NO_HOST,),
        ds=frozenset(ds.records) if not ds.cnames else frozenset(),
        soa=soa.records[0] if soa.records and not soa.cnames else "",
    )
    return ResolverAnswer(resolver, Outcome.ANSWERED, _IN_WORDS[presence], said)


def _hosts(names: Iterable[str]) -> frozenset[str]:
    """Keep the names that a host can have; nothing answers under the others."""
    return frozenset(host for name in names if (host := _host(name)))


@lru_cache(maxsize=10_000)  # a few providers serve most domains
def _host(name: str) -> str | None:
    try:
        return parse_host(name)
    except NameRefused:
        return None


def _delegation(said: Delegation) -> Hashable:
    return said.presence, said.ns


def _mail(said: Delegation) -> Hashable:
    return said.mx, said.null_mx


def _ds(said: Delegation) -> Hashable:
    return said.ds


def _soa(said: Delegation) -> Hashable:
    return said.soa


def _largest_group(every: Sequence[Delegation], fact: _Fact) -> list[Delegation]:
    groups = defaultdict(list)
    for each in every:
        groups[fact(each)].append(each)
    return max(groups.values(), key=len, default=[])


def _silence(answers: Sequence[ResolverAnswer]) -> Outcome:
    """Give the one way in which all are silent, else that they do not agree."""
    outcomes = {each.outcome for each in answers}
    if len(outcomes) == 1 and Outcome.ANSWERED not in outcomes:
        return outcomes.pop()
    return Outcome.DISTRUSTED


def _who_said_what(answers: Iterable[ResolverAnswer], asked: int, fact: _Fact) -> str:
    groups = defaultdict(list)
    for each in answers:
        groups[each.note, each.said and fact(each.said)].append(str(each.resolver))
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return "; ".join(
        f"{len(who)} of {asked} {note} ({', '.join(who)})" for (note, _), who in ordered
    )
