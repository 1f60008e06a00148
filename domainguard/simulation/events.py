"""Scripted lives in which something happens besides a lapse: moves, sales, dead mail hosts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest

from domainguard.core.epp import Status

from . import stages
from .hosting import CATCHER, LANTERN, MARKET, NORTHWIND, Hosting
from .lives import Facts, Holder, Life, Turn
from .scripts import healthy, registered_by_a_stranger, renewals
from .windows import ICANN, Windows


def transferred(
    domain: str,
    *,
    born: datetime,
    at: datetime,
    expires: datetime | None = None,
    hosting: Hosting = NORTHWIND,
    to: Hosting = LANTERN,
    with_hosts: bool = False,
) -> Life:
    """Go to another registrar with the same owner; handle and registration date stay.

    `with_hosts` moves name servers and mail a day later, as people do who change their hoster.
    """
    life = healthy(domain, born=born, expires=expires, hosting=hosting)
    prohibited = {Status.CLIENT_TRANSFER_PROHIBITED}

    def after(facts: Facts) -> Facts:
        return replace(facts, registrar=to.registrar, transferred_at=at)

    def pending(facts: Facts) -> Facts:
        statuses = facts.statuses - prohibited | {Status.PENDING_TRANSFER}
        return replace(facts, statuses=statuses)

    def fresh(facts: Facts) -> Facts:
        statuses = facts.statuses - prohibited | {Status.TRANSFER_PERIOD}
        return replace(after(facts), statuses=statuses)

    life = life.altered(at - timedelta(days=5), pending, until=at, kind="transferred")
    life = life.altered(at, fresh, until=at + timedelta(days=5))
    life = life.altered(at + timedelta(days=5), after)
    if with_hosts:
        life = life.altered(at + timedelta(days=1), lambda facts: stages.moved(facts, to))
    return life


def host_moved(
    domain: str,
    *,
    born: datetime,
    at: datetime,
    expires: datetime | None = None,
    hosting: Hosting = NORTHWIND,
    to: Hosting = LANTERN,
    mail_too: bool = True,
) -> Life:
    """Move to another hoster, name servers and, half an hour later, mail; the registrar stays."""
    life = healthy(domain, born=born, expires=expires, hosting=hosting)
    life = life.altered(at, lambda facts: replace(facts, ns=to.ns, ds=()), kind="host_moved")
    if mail_too:
        later = at + timedelta(minutes=30)
        life = life.altered(later, lambda facts: replace(facts, mx=to.mx))
    return life


def dnssec_rollover(
    domain: str,
    *,
    born: datetime,
    at: datetime,
    expires: datetime | None = None,
    hosting: Hosting = NORTHWIND,
    both_for: timedelta = timedelta(days=3),
) -> Life:
    """Replace the DS record, with both published for a while (RFC 7583)."""
    life = healthy(domain, born=born, expires=expires, hosting=hosting)
    old, new = stages.ds_of(domain, 1), stages.ds_of(domain, 2)
    life = life.altered(born, lambda facts: replace(facts, ds=(old,)), kind="dnssec_rollover")
    life = life.altered(at, lambda facts: replace(facts, ds=(old, new)))
    return life.altered(at + both_for, lambda facts: replace(facts, ds=(new,)))


def suspended(
    domain: str,
    *,
    born: datetime,
    at: datetime,
    expires: datetime | None = None,
    hosting: Hosting = NORTHWIND,
    lasts: timedelta = timedelta(days=6),
) -> Life:
    """Be put on hold by the registrar for a while (an unconfirmed contact, a complaint)."""
    life = healthy(domain, born=born, expires=expires, hosting=hosting)
    return life.altered(at, stages.held, until=at + lasts, kind="suspended")


def aftermarket_sale(
    domain: str,
    *,
    born: datetime,
    expires: datetime,
    hosting: Hosting = NORTHWIND,
    sold_after: timedelta = timedelta(days=35),
    trace: bool = True,
) -> Life:
    """Be sold by the registrar after expiry: no deletion, same handle, same registration date.

    With a trace it is parked and for sale first, then moves registrar, name servers and mail.
    Without one the buyer leaves all that can be seen as it is.
    """
    life = healthy(domain, born=born, expires=expires, hosting=hosting, years=0)
    unpaid = stages.registry_renewed(life.at(expires), expires)
    turns = [Turn(expires, unpaid)]
    if trace:
        market = replace(stages.parked(unpaid, MARKET), for_sale=True)
        turns.append(Turn(expires + timedelta(days=5), market))
    sold_at = expires + sold_after
    sold = _sold(unpaid, CATCHER if trace else None)
    turns += [Turn(sold_at, sold), *renewals(sold, 2)]
    return replace(life.going_on(turns, kind="aftermarket_sale"), trace=trace)


def _sold(unpaid: Facts, to: Hosting | None) -> Facts:
    sold = replace(stages.settled(stages.paid(unpaid)), holder=Holder.STRANGER)
    if to is None:
        return sold
    return replace(stages.moved(sold, to), registrar=to.registrar)


def mail_host_lapse(
    domain: str,
    mail_domain: str,
    *,
    born: datetime,
    at: datetime,
    hosting: Hosting = NORTHWIND,
    mail_after: timedelta = timedelta(0),
    windows: Windows = ICANN,
    waited: timedelta = timedelta(minutes=1),
) -> Life:
    """Stay registered while the domain of the mail host lapses and goes to a stranger."""
    own = replace(hosting, mx=(f"mx1.{mail_domain}", f"mx2.{mail_domain}"))
    host = registered_by_a_stranger(
        mail_domain, born=born, at=at, waited=waited, mail_after=mail_after, windows=windows
    )
    life = healthy(domain, born=born, expires=at + timedelta(days=200), hosting=own)
    return _depending_on(life, host, _with_mailbox_of, kind="mail_host_lapse")


def _depending_on(
    life: Life,
    host: Life,
    effect: Callable[[Facts], Callable[[Facts], Facts]],
    *,
    kind: str,
) -> Life:
    """Let every turn of one life have its effect on the other, which stays as it is otherwise."""
    for turn, following in zip_longest(host.turns, host.turns[1:]):
        until = following.at if following else None
        life = life.altered(turn.at, effect(turn.facts), until=until)
    return replace(life, kind=kind, companions=(host,))


def _with_mailbox_of(host: Facts) -> Callable[[Facts], Facts]:
    return lambda own: replace(own, holder=host.holder, mail=host.mail)


def delegated_subdomain(
    domain: str,
    name_server_domain: str,
    *,
    born: datetime,
    at: datetime,
    windows: Windows = ICANN,
    waited: timedelta = timedelta(days=1),
) -> Life:
    """Be a subdomain, delegated to name servers in a domain that lapses and goes to a stranger.

    It has no registration of its own; the domain above it is healthy. While its name servers are
    gone it is lame; the stranger, who has their domain, then answers for it as well.
    """
    servers = (f"ns1.{name_server_domain}", f"ns2.{name_server_domain}")
    facts = Facts(ns=servers, mx=(f"mail.{domain}",), statuses=frozenset())
    host = registered_by_a_stranger(
        name_server_domain, born=born, at=at, waited=waited, windows=windows
    )
    subdomain = Life(domain, (Turn(born, facts),))
    life = _depending_on(subdomain, host, _following, kind="delegated_subdomain")
    parent = healthy(domain.partition(".")[2], born=born)
    return replace(life, companions=(host, parent))


def _following(server: Facts) -> Callable[[Facts], Facts]:
    """Say what becomes of a delegation to servers in a domain of which these facts are true."""
    if server.holder is Holder.OWNER and server.delegated:
        return lambda own: own
    if server.holder is Holder.STRANGER:
        # Whoever owns the name servers' domain answers what they like for the subdomain.
        return lambda own: replace(own, mx=server.mx, holder=server.holder, mail=server.mail)
    return lambda own: replace(own, lame=True, holder=Holder.NOBODY, mail=False)
