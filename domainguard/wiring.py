"""Settings in, objects out: the one place where the app's parts are put together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string
from limits.storage import RedisStorage

from .addressbooks.base import AddressBook, NoFacts, SiteFacts
from .conf import LETTERS, settings
from .core.names import (
    Address,
    DomainName,
    NameRefused,
    RegistrableDomain,
    parse_address,
    parse_domain,
    parse_host,
    trusted_above,
)
from .core.record import Policy
from .sources.base import Deadline, Source, SourceError
from .sources.canary import CanariedSource, RegistryCanary
from .sources.dial import Dialer
from .sources.dns import DnsSource, read_resolvers, system_resolvers
from .sources.dns_canary import ResolverCanary
from .sources.egress import EgressPolicy
from .sources.fastly import FastlyKey, FastlySource
from .sources.http import GuardedFetch
from .sources.known_names import known_names
from .sources.manners import Errand, Manners, Polite
from .sources.rdap import RdapSource
from .sources.rdap_bootstrap import Bootstrap, BootstrapRefused, shipped
from .sources.rdap_refresh import fetch_first, is_url
from .sources.unsafe import UnsafeAlwaysActive
from .sources.whois import WhoisSource
from .sources.whois_table import WhoisTable

log = logging.getLogger("domainguard.wiring")
_DATA = Path(__file__).parent / "data"
_FEWEST_PROVIDERS = 50
_PER_MINUTE = 60  # questions a minute to one domain registry; few publish a figure


def now() -> datetime:
    """Give the time that domainguard stores and compares, in UTC."""
    clock = _clock()
    return clock() if clock else datetime.now(UTC)


def clock_is_virtual() -> bool:
    """Say whether the clock was declared virtual, as a demo's or a test's is."""
    return bool(getattr(_clock(), "virtual", False))


@cache
def address_book() -> AddressBook:
    """Give the site's address book."""
    book: AddressBook = import_string(settings().address_book)()
    return book


@cache
def site_facts() -> SiteFacts:
    """Give what the site can tell about its accounts; a site that tells nothing is fine."""
    dotted = settings().site_facts
    facts: SiteFacts = import_string(dotted)() if dotted else NoFacts()
    return facts


@cache
def policy() -> Policy:
    """Give the numbers of the rules."""
    return Policy()


@cache
def egress() -> EgressPolicy:
    """Give what may be reached outside."""
    chosen = settings()
    return EgressPolicy(
        allow=frozenset(_host_and_port(pair) for pair in chosen.egress_allow),
        ca_file=chosen.rdap_ca or None,
    )


@cache
def dns() -> DnsSource:
    """Give the resolvers' source, whose canary sets liars aside."""
    chosen = settings()
    resolvers = read_resolvers(chosen.resolvers) if chosen.resolvers else system_resolvers()
    return DnsSource(resolvers, canary=ResolverCanary(resolvers))


def registry_sources_for(
    domain: RegistrableDomain, errand: Errand = Errand.SWEEP
) -> tuple[Source, ...]:
    """Give the registry sources that can know the domain, the most reliable first."""
    return tuple(source for source in _registry_sources(errand) if source.covers(domain))


@cache
def vendor_sources() -> tuple[Source, ...]:
    """Give the status services that are switched on."""
    chosen = settings()
    if "fastly" not in chosen.sources or not chosen.fastly_key:
        return ()
    return (FastlySource(chosen.fastly_url, FastlyKey(chosen.fastly_key), fetch()),)


def assemble() -> None:
    """Put the sources together now, since two threads that came first would make two of each.

    Each would count a server's questions by itself.
    """
    for errand in Errand:
        _registry_sources(errand)
    vendor_sources()
    dns()


@cache
def _registry_sources(errand: Errand) -> tuple[Source, ...]:
    made = {"rdap": _rdap, "whois": _whois, "UnsafeAlwaysActive": _unsafe}
    return tuple(made[name](errand) for name in settings().sources if name in made)


def _rdap(errand: Errand) -> Source:
    source = RdapSource(_bootstrap(), fetch())
    return _canaried(Polite(source, _manners(), errand=errand, server_of=source.server_of))


def _whois(errand: Errand) -> Source:
    chosen = settings()
    table = (
        WhoisTable.from_file(chosen.whois_servers) if chosen.whois_servers else WhoisTable.shipped()
    )
    table = table.without(lambda suffix: _bootstrap().server_for(suffix) is not None)
    source = WhoisSource(table, Dialer(egress()))
    return _canaried(Polite(source, _manners(), errand=errand, server_of=table.host_for))


def _canaried(source: Source) -> Source:
    return CanariedSource(source, RegistryCanary(source, known=canary_names()))


def canary_names() -> Mapping[str, str]:
    """Give what each registry must find; raises ImproperlyConfigured for what none could hold."""
    try:
        return known_names(settings().canaries)
    except ValueError as refused:
        raise ImproperlyConfigured(f"DOMAINGUARD['CANARIES']: {refused}") from refused


def _unsafe(errand: Errand) -> Source:
    return UnsafeAlwaysActive()


@cache
def fetch() -> GuardedFetch:
    """Give the one guarded fetch."""
    return GuardedFetch(egress())


@cache
def _manners() -> Manners:
    # Our own small internet on loopback is nobody's to be polite to, and a sweep of many days
    # passes there in seconds.
    chosen = settings()
    storage = RedisStorage(chosen.redis_url) if chosen.redis_url else None
    usual = chosen.rates.get("*", _PER_MINUTE if not clock_is_virtual() else 10**6)
    return Manners(storage, per_minute=usual, rates=chosen.rates)


def read_address(text: str) -> Address:
    """Read an e-mail address as this site does, trusted domains included; raises NameRefused."""
    return parse_address(text, trusted=trusted_domains())


def read_domain(text: str) -> DomainName:
    """Read a domain as this site does, trusted domains included; raises NameRefused."""
    return parse_domain(text, trusted=trusted_domains())


def is_trusted(domain: str) -> bool:
    """Say whether the operator controls the domain himself: never looked at, always eligible."""
    return trusted_above(domain, trusted_domains()) is not None


@cache
def trusted_domains() -> frozenset[str]:
    """Give the operator's own domains in A-labels; raises ImproperlyConfigured for what is none."""
    try:
        return frozenset(parse_host(name) for name in settings().trusted_domains)
    except NameRefused as refused:
        raise ImproperlyConfigured(f"DOMAINGUARD['TRUSTED_DOMAINS']: {refused}") from refused


def is_exempt(domain: str, by_staff: bool | None = None) -> bool:
    """Say whether this exact trust key is a mailbox provider that only people may change.

    The word of staff, which a domain's row keeps, stands before that of the list.
    """
    return domain in exempt_providers() if by_staff is None else by_staff


@cache
def exempt_providers() -> frozenset[str]:
    """Read the mailbox providers; raises ImproperlyConfigured for a list that cannot be whole."""
    path = Path(settings().exempt_providers or _DATA / "exempt-providers.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    words = (line.strip().lower() for line in lines)
    names = frozenset(word for word in words if word and not word.startswith("#"))
    if len(names) < _FEWEST_PROVIDERS:
        raise ImproperlyConfigured(
            f"{path} lists {len(names)} mailbox providers; fewer than {_FEWEST_PROVIDERS} "
            "means that it is damaged, and gmail.com could be de-verified."
        )
    return names


def letter(name: str) -> Callable[..., Any]:
    """Give the function that writes a letter; raises ImproperlyConfigured for an unknown name."""
    dotted = {**LETTERS, **settings().letters}.get(name)
    if dotted is None:
        raise ImproperlyConfigured(f"DOMAINGUARD['LETTERS'] has no letter {name!r}.")
    written: Callable[..., Any] = import_string(dotted)
    return written


@cache
def _bootstrap() -> Bootstrap:
    where = settings().rdap_bootstrap
    if not where:
        return shipped()
    if not is_url(where):
        return Bootstrap.from_file(where)
    try:
        return fetch_first(where, fetch(), deadline=Deadline.after(10), allow=egress().allow)
    except (SourceError, BootstrapRefused) as error:
        # Without any table every domain would seem to have no registry: less would be asked of it.
        log.error("DOMAINGUARD['RDAP_BOOTSTRAP']: %s. The copy that ships is used.", error)
        return shipped()


@cache
def _clock() -> Callable[[], datetime] | None:
    dotted = settings().clock
    clock: Callable[[], datetime] | None = import_string(dotted) if dotted else None
    return clock


def _host_and_port(pair: str) -> tuple[str, int]:
    host, _, port = pair.rpartition(":")
    if not host or not port.isdigit():
        raise ImproperlyConfigured(f"DOMAINGUARD['EGRESS_ALLOW'] has {pair!r}, not host:port.")
    return host.strip("[]"), int(port)


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "DOMAINGUARD":
        for cached in _CACHED:
            cached.cache_clear()


_CACHED = (
    address_book,
    site_facts,
    policy,
    egress,
    dns,
    vendor_sources,
    _registry_sources,
    fetch,
    _manners,
    _bootstrap,
    trusted_domains,
    exempt_providers,
    _clock,
)
setting_changed.connect(_forget)
