"""Scripted lapses: which stages a domain goes through, and who has its mail in each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domainguard.core.epp import Status
from domainguard.simulation import scripts
from domainguard.simulation.hosting import PARKING
from domainguard.simulation.lives import Holder, Life
from domainguard.simulation.windows import NO_REDEMPTION, Windows

DAY = timedelta(days=1)
BORN = datetime(2019, 5, 1, tzinfo=UTC)
EXPIRES = datetime(2026, 5, 1, tzinfo=UTC)
LAPSE = scripts.lapsed("lost-name.com", born=BORN, expires=EXPIRES)


def _words(life: Life, when: datetime) -> set[Status]:
    return set(life.at(when).statuses) - {Status.CLIENT_TRANSFER_PROHIBITED, Status.ACTIVE}


# ICANN's ERRP: grace of at most 45 days, 30 of redemption, 5 of pending delete.
@pytest.mark.parametrize(
    ("day", "words", "delegated", "mailbox"),
    [
        (-1, set(), True, Holder.OWNER),
        (0, {Status.AUTO_RENEW_PERIOD}, True, Holder.OWNER),
        (5, {Status.AUTO_RENEW_PERIOD}, True, Holder.REGISTRAR),
        (39, {Status.AUTO_RENEW_PERIOD}, True, Holder.REGISTRAR),
        (40, {Status.PENDING_DELETE, Status.REDEMPTION_PERIOD}, False, Holder.NOBODY),
        (69, {Status.PENDING_DELETE, Status.REDEMPTION_PERIOD}, False, Holder.NOBODY),
        (70, {Status.PENDING_DELETE}, False, Holder.NOBODY),
        (74, {Status.PENDING_DELETE}, False, Holder.NOBODY),
    ],
)
def test_a_gtld_lapse_goes_through_the_stages_of_icann(day, words, delegated, mailbox):
    when = EXPIRES + day * DAY
    assert _words(LAPSE, when) == words
    assert LAPSE.at(when).delegated is delegated
    assert LAPSE.holder_at(when) is mailbox


def test_a_lapse_ends_in_release():
    assert LAPSE.at(EXPIRES + 74 * DAY).registered
    assert not LAPSE.at(EXPIRES + 75 * DAY).registered
    assert LAPSE.next_turn_after(EXPIRES + 75 * DAY) is None


def test_at_expiry_the_registrys_date_jumps_a_year_and_the_registrars_stays():
    facts = LAPSE.at(EXPIRES + DAY)
    assert facts.expires_at == EXPIRES + 365 * DAY
    assert facts.registrar_expires_at == EXPIRES
    assert LAPSE.at(EXPIRES + 41 * DAY).expires_at == EXPIRES


def test_an_unpaid_name_stands_on_the_parking_page():
    assert LAPSE.at(EXPIRES + 6 * DAY).ns == PARKING.ns


def test_a_name_deleted_before_its_parking_day_is_never_parked():
    life = scripts.lapsed(
        "lost-name.com", born=BORN, expires=EXPIRES, windows=Windows(grace=3, parked_after=5)
    )
    assert all(turn.facts.ns != PARKING.ns for turn in life.turns)


def test_a_healthy_life_is_paid_on_the_day_and_shows_the_grace_word_for_45_days():
    life = scripts.healthy("good-name.com", born=BORN, expires=EXPIRES)
    for day in range(-10, 1000, 5):
        facts = life.at(EXPIRES + day * DAY)
        assert facts.expires_at == facts.registrar_expires_at
        assert facts.expires_at is not None
        assert facts.expires_at > EXPIRES + day * DAY
        assert facts.mailbox is Holder.OWNER
    assert _words(life, EXPIRES + 44 * DAY) == {Status.AUTO_RENEW_PERIOD}
    assert _words(life, EXPIRES + 45 * DAY) == set()


def test_renewed_in_grace_is_the_same_registration_on_the_same_hosts():
    life = scripts.renewed_in_grace("late-name.com", born=BORN, expires=EXPIRES, paid_after=9 * DAY)
    before, parked, after = (life.at(EXPIRES + day * DAY) for day in (-1, 8, 9))
    assert parked.ns == PARKING.ns
    assert (after.handle, after.registered_at) == (before.handle, before.registered_at)
    assert (after.ns, after.mx) == (before.ns, before.mx)
    assert after.registrar_expires_at == EXPIRES + 365 * DAY
    assert life.holder_at(EXPIRES + 9 * DAY) is Holder.OWNER


def test_restored_from_redemption_shows_pending_restore_and_then_nothing():
    life = scripts.restored_from_redemption(
        "saved-name.com", born=BORN, expires=EXPIRES, after=10 * DAY
    )
    restoring = {Status.PENDING_DELETE, Status.PENDING_RESTORE}
    assert Status.REDEMPTION_PERIOD in _words(life, EXPIRES + 49 * DAY)
    assert _words(life, EXPIRES + 50 * DAY) == restoring
    assert _words(life, EXPIRES + 53 * DAY) == set()
    assert life.at(EXPIRES + 60 * DAY).handle == life.at(BORN).handle


def test_a_released_name_cannot_be_renewed():
    with pytest.raises(ValueError, match="the registration is gone"):
        scripts.renewed_at(LAPSE, EXPIRES + 80 * DAY)


@pytest.mark.parametrize(
    ("build", "stage"),
    [
        (scripts.redemption, {Status.PENDING_DELETE, Status.REDEMPTION_PERIOD}),
        (scripts.pending_delete, {Status.PENDING_DELETE}),
    ],
)
def test_a_stage_begins_when_it_is_told_to(build, stage):
    life = build("some-name.net", born=BORN, begins=EXPIRES)
    assert _words(life, EXPIRES - DAY) != stage
    assert _words(life, EXPIRES) == stage


def test_a_released_name_is_free_from_the_moment_given():
    life = scripts.released("free-name.net", born=BORN, at=EXPIRES)
    assert life.at(EXPIRES - DAY).registered
    assert not life.at(EXPIRES).registered


def test_a_strangers_registration_is_a_new_one_whose_mail_comes_later():
    life = scripts.registered_by_a_stranger(
        "taken-name.com", born=BORN, at=EXPIRES, mail_after=3 * DAY
    )
    before, after = life.at(BORN), life.at(EXPIRES)
    assert not life.at(EXPIRES - timedelta(seconds=30)).registered
    assert after.handle != before.handle
    assert after.registered_at == EXPIRES
    assert after.registrar != before.registrar
    assert not set(after.ns) & set(before.ns)
    assert life.holder_at(EXPIRES) is Holder.NOBODY
    assert life.holder_at(EXPIRES + 3 * DAY) is Holder.STRANGER


def test_nobody_can_register_what_is_registered():
    with pytest.raises(ValueError, match="cannot have it yet"):
        scripts.let_a_stranger_register(LAPSE, EXPIRES + 72 * DAY)


def test_without_redemption_the_name_goes_from_healthy_looking_to_free():
    life = scripts.without_redemption("short-name.ws", born=BORN, at=EXPIRES)
    released = EXPIRES - timedelta(minutes=1)
    assert life.at(released - timedelta(seconds=1)).mailbox is Holder.OWNER
    assert not life.at(released).registered
    assert life.holder_at(EXPIRES) is Holder.STRANGER
    assert NO_REDEMPTION.until_released == NO_REDEMPTION.until_deleted


def test_a_demo_can_let_a_healthy_life_lapse_from_its_next_expiry():
    life = scripts.healthy("good-name.com", born=BORN, expires=EXPIRES)
    lapsing = scripts.let_lapse(life, EXPIRES + 365 * DAY)
    assert lapsing.at(EXPIRES + 364 * DAY) == life.at(EXPIRES + 364 * DAY)
    assert Status.REDEMPTION_PERIOD in lapsing.at(EXPIRES + 410 * DAY).statuses
