"""What a domain registry would show of a name, as the sources read it: RDAP, or WHOIS by our table.

`tests/simulation/test_witnesses.py` holds this beside what the real parsers make of the look-alike
servers' answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache

from domainguard.core.epp import HOLDS, Status
from domainguard.core.evidence import Registration
from domainguard.sources.rdap_bootstrap import shipped

from .lives import Facts
from .rdap_shapes import shape_of

_QUARANTINE = frozenset({Status.REDEMPTION_PERIOD, Status.PENDING_DELETE})
_OK = frozenset({Status.ACTIVE})


@cache
def registry_source(tld: str) -> str | None:
    """Name the registry source that covers a TLD; None where there is none."""
    if shipped().server_for(f"any.{tld}") is not None:
        return "rdap"
    return "whois" if tld in _WHOIS else None


def shown(domain: str, facts: Facts) -> Registration | None:
    """Give what the registry of this domain shows; None where it knows no such object."""
    if not facts.registered or facts.registered_at is None:
        return None
    tld = domain.rpartition(".")[2]
    return _by_rdap(domain, facts) if registry_source(tld) == "rdap" else _WHOIS[tld](facts)


def _by_rdap(domain: str, facts: Facts) -> Registration:
    shape = shape_of(domain)
    dated = shape.dates_in_redemption or Status.REDEMPTION_PERIOD not in facts.statuses
    number = f"iana:{facts.registrar}" if shape.iana_id else f"registrar {facts.registrar} ltd"
    return Registration(
        handle=facts.handle if shape.handle else "",
        registered_at=facts.registered_at if dated else None,
        expires_at=facts.expires_at if dated and shape.expiration else None,
        registrar_expires_at=(
            facts.registrar_expires_at if dated and shape.registrar_expiration else None
        ),
        registrar=number,
        statuses=facts.statuses,
        nameservers=frozenset(facts.ns),
        signed=bool(facts.ds),
    )


def _eurid(facts: Facts) -> Registration:
    if facts.statuses & _QUARANTINE:
        return Registration(statuses=_QUARANTINE)
    held = frozenset({Status.SERVER_HOLD}) if facts.statuses & HOLDS else frozenset()
    return Registration(
        registrar=f"registrar {facts.registrar} ltd",
        statuses=held,
        nameservers=frozenset(facts.ns),
    )


def _dnsbe(facts: Facts) -> Registration:
    if Status.PENDING_DELETE in facts.statuses:
        return Registration(statuses=_QUARANTINE)
    return replace(_eurid(facts), statuses=_OK, registered_at=_day(facts.registered_at))


def _nicit(facts: Facts) -> Registration:
    return Registration(
        registered_at=facts.registered_at,
        expires_at=_day(facts.expires_at),
        registrar=f"registrar {facts.registrar} s.r.l.",
        statuses=facts.statuses,
        nameservers=frozenset(facts.ns),
        signed=bool(facts.ds),
    )


def _tcinet(facts: Facts) -> Registration:
    return Registration(
        registered_at=facts.registered_at,
        expires_at=facts.expires_at,
        registrar=f"registrar{facts.registrar}-ru",
        statuses=_OK if facts.delegated else _OK | {Status.INACTIVE},
        nameservers=frozenset(facts.ns),
    )


def _iis(facts: Facts) -> Registration:
    statuses = _OK
    if facts.statuses & HOLDS:
        statuses = frozenset({Status.SERVER_HOLD})
    if Status.PENDING_DELETE in facts.statuses:
        statuses = frozenset({Status.PENDING_DELETE})
    return Registration(
        registered_at=_day(facts.registered_at),
        expires_at=_day(facts.expires_at),
        registrar=f"registrar {facts.registrar} ab",
        statuses=statuses,
        nameservers=frozenset(facts.ns),
        signed=bool(facts.ds),
    )


_WHOIS: Mapping[str, Callable[[Facts], Registration]] = {
    "eu": _eurid,
    "be": _dnsbe,
    "it": _nicit,
    "ru": _tcinet,
    "su": _tcinet,
    "se": _iis,
    "nu": _iis,
}


def _day(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(hour=0, minute=0, second=0, microsecond=0)
