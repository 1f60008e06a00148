"""Scripted lives with something other than a lapse: what is seen, and what is true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domainguard.core.epp import Status
from domainguard.simulation import events
from domainguard.simulation.hosting import LANTERN, MARKET
from domainguard.simulation.lives import Facts, Holder, Life

DAY = timedelta(days=1)
BORN = datetime(2019, 5, 1, tzinfo=UTC)
AT = datetime(2026, 5, 1, tzinfo=UTC)
EXPIRES = AT + 200 * DAY


def _seen(facts: Facts) -> tuple[object, ...]:
    return (facts.handle, facts.registered_at, facts.registrar, facts.ns, facts.mx, facts.ds)


HEALTHY = [
    events.transferred("one.com", born=BORN, at=AT, expires=EXPIRES),
    events.transferred("two.com", born=BORN, at=AT, expires=EXPIRES, with_hosts=True),
    events.host_moved("three.com", born=BORN, at=AT, expires=EXPIRES),
    events.dnssec_rollover("four.com", born=BORN, at=AT, expires=EXPIRES),
    events.suspended("five.com", born=BORN, at=AT, expires=EXPIRES),
]


@pytest.mark.parametrize("life", HEALTHY, ids=lambda life: life.kind)
def test_a_healthy_event_never_changes_hands_or_registration(life: Life):
    for turn in life.turns:
        assert turn.facts.holder is Holder.OWNER
        assert turn.facts.handle == life.turns[0].facts.handle
        assert turn.facts.registered_at == BORN


def test_a_transfer_changes_the_registrar_alone():
    life = HEALTHY[0]
    before, after = life.at(AT - 10 * DAY), life.at(AT + 10 * DAY)
    assert after.registrar == LANTERN.registrar != before.registrar
    assert (after.ns, after.mx) == (before.ns, before.mx)
    assert Status.PENDING_TRANSFER in life.at(AT - DAY).statuses
    assert Status.TRANSFER_PERIOD in life.at(AT + DAY).statuses
    assert after.statuses == before.statuses


def test_a_host_move_changes_name_servers_first_and_mail_soon_after():
    life = HEALTHY[2]
    before, between, after = (life.at(AT + step) for step in (-DAY, DAY / 96, DAY))
    assert between.ns == LANTERN.ns
    assert between.mx == before.mx
    assert after.mx == LANTERN.mx
    assert after.registrar == before.registrar


def test_a_rollover_publishes_both_keys_for_a_while():
    life = HEALTHY[3]
    old, both, new = (life.at(AT + days * DAY).ds for days in (-1, 1, 4))
    assert set(both) == {*old, *new}
    assert old != new


def test_a_suspension_takes_the_name_out_of_the_zone_and_puts_it_back():
    life = HEALTHY[4]
    assert Status.CLIENT_HOLD in life.at(AT).statuses
    assert not life.at(AT).delegated
    assert life.holder_at(AT) is Holder.NOBODY
    assert _seen(life.at(AT + 6 * DAY)) == _seen(life.at(AT - DAY))
    assert life.at(AT + 6 * DAY).delegated


def test_an_aftermarket_sale_keeps_handle_and_registration_date():
    life = events.aftermarket_sale("sold.com", born=BORN, expires=AT)
    before, market, after = (life.at(AT + days * DAY) for days in (-1, 10, 36))
    assert market.ns == MARKET.ns
    assert market.for_sale
    assert (after.handle, after.registered_at) == (before.handle, before.registered_at)
    assert not {after.registrar, *after.ns, *after.mx} & {before.registrar, *before.ns, *before.mx}
    assert after.mailbox is Holder.STRANGER
    assert not after.for_sale


def test_a_sale_without_a_trace_changes_nothing_that_can_be_seen():
    life = events.aftermarket_sale("quiet.com", born=BORN, expires=AT, trace=False)
    assert _seen(life.at(AT + 40 * DAY)) == _seen(life.at(AT - DAY))
    assert life.holder_at(AT + 40 * DAY) is Holder.STRANGER
    assert not life.trace


def test_a_mail_hosts_lapse_gives_the_mailbox_away_and_leaves_the_domain_as_it_was():
    life = events.mail_host_lapse("user.org", "dead-mail.net", born=BORN, at=AT)
    (host,) = life.companions
    assert host.domain == "dead-mail.net"
    assert all(each.endswith(".dead-mail.net") for each in life.at(AT).mx)
    assert _seen(life.at(AT + DAY)) == _seen(life.at(BORN))
    for day in range(-100, 10):
        assert life.holder_at(AT + day * DAY) is host.holder_at(AT + day * DAY)
    assert life.holder_at(AT) is Holder.STRANGER


def test_a_delegated_subdomain_goes_lame_and_then_to_whoever_owns_its_name_servers():
    life = events.delegated_subdomain("dept.some-univ.edu", "dead-dns.net", born=BORN, at=AT)
    healthy, lame, taken = (life.at(AT + days * DAY) for days in (-100, -20, 0))
    assert healthy.mailbox is Holder.OWNER
    assert lame.lame
    assert lame.mailbox is Holder.NOBODY
    assert not taken.lame
    assert taken.mailbox is Holder.STRANGER
    assert taken.registered_at is None
