"""Stages of a domain's life: each gives the facts of the next stage from those of the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from domainguard.core.epp import Status

from .hosting import PARKING, Hosting
from .lives import NOTHING, Facts, Holder

OK = frozenset({Status.ACTIVE})
LOCKED = frozenset({Status.CLIENT_TRANSFER_PROHIBITED})
YEAR = timedelta(days=365)


def registration(
    domain: str, hosting: Hosting, *, at: datetime, expires: datetime | None = None
) -> Facts:
    """Give a fresh registration with its own handle, delegated and with mail."""
    expires = expires or at + YEAR
    return Facts(
        handle=handle_for(domain, at),
        registered_at=at,
        expires_at=expires,
        registrar_expires_at=expires,
        registrar=hosting.registrar,
        statuses=LOCKED,
        ns=hosting.ns,
        mx=hosting.mx,
    )


def handle_for(domain: str, at: datetime) -> str:
    """Give the ROID of an object created at this moment (RFC 5730): never the same twice."""
    return f"D{crc32(f'{domain} {at.isoformat()}'.encode()):08X}-LR"


def registry_renewed(facts: Facts, at: datetime) -> Facts:
    """Renew at the registry alone, as it does by itself at expiry; nobody has paid yet."""
    return replace(
        facts,
        expires_at=facts.expires_at and facts.expires_at + YEAR,
        renewed_at=at,
        statuses=(facts.statuses - OK) | {Status.AUTO_RENEW_PERIOD},
    )


def paid(facts: Facts) -> Facts:
    """Let the registrar's date follow the registry's: the owner has paid."""
    return replace(facts, registrar_expires_at=facts.expires_at)


def settled(facts: Facts) -> Facts:
    """End whatever grace period the registry showed."""
    passing = {Status.AUTO_RENEW_PERIOD, Status.RENEW_PERIOD, Status.ADD_PERIOD}
    passing |= {Status.TRANSFER_PERIOD, Status.PENDING_RESTORE, Status.PENDING_DELETE}
    return replace(facts, statuses=(facts.statuses - passing) or OK)


def parked(facts: Facts, page: Hosting = PARKING, *, catch_all: bool = True) -> Facts:
    """Point the name at the registrar's page, with or without mail for any local part."""
    return replace(
        facts,
        ns=page.ns,
        mx=page.mx if catch_all else (),
        ds=(),
        holder=Holder.REGISTRAR,
        mail=catch_all,
    )


def in_redemption(facts: Facts, expired: datetime | None) -> Facts:
    """Delete at the registry: out of the zone; only the last owner can restore it (RFC 3915)."""
    return replace(
        facts,
        # A deletion within the auto-renew grace takes the year back that was added.
        expires_at=expired,
        renewed_at=None,
        statuses=frozenset({Status.PENDING_DELETE, Status.REDEMPTION_PERIOD}),
        delegated=False,
        holder=Holder.NOBODY,
        mail=False,
    )


def in_pending_delete(facts: Facts) -> Facts:
    """Begin the last days, in which nobody can restore it."""
    return replace(
        facts,
        statuses=frozenset({Status.PENDING_DELETE}),
        delegated=False,
        holder=Holder.NOBODY,
        mail=False,
    )


def released() -> Facts:
    """Give the facts of a name that anyone can register."""
    return NOTHING


def held(facts: Facts) -> Facts:
    """Suspend at the registrar: still registered, out of the zone."""
    return replace(
        facts, statuses=(facts.statuses - OK) | {Status.CLIENT_HOLD}, delegated=False, mail=False
    )


def moved(facts: Facts, hosting: Hosting) -> Facts:
    """Move web and mail to another hoster; the registrar stays."""
    return replace(facts, ns=hosting.ns, mx=hosting.mx, ds=())


def taken(domain: str, hosting: Hosting, *, at: datetime, mail: bool) -> Facts:
    """Register a free name as a stranger, with or without mail from the first moment."""
    fresh = registration(domain, hosting, at=at)
    return replace(
        fresh,
        statuses=fresh.statuses | {Status.ADD_PERIOD},
        mx=hosting.mx if mail else (),
        holder=Holder.STRANGER,
        mail=mail,
    )


def ds_of(domain: str, generation: int) -> str:
    """Give the DS record of one generation of keys."""
    digest = f"{crc32(f'{domain} {generation}'.encode()):08x}" * 8
    tag = 10_000 + crc32(digest.encode()) % 50_000
    return f"{tag}/13/2/{digest}"
