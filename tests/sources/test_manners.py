from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from limits.storage import MemoryStorage, Storage, storage_from_string

from domainguard.core.evidence import Evidence, Outcome, SourceClass
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline, Limited
from domainguard.sources.manners import Errand, Manners, Polite
from tests.sources.hostile import HostileServer

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE, THERE = "rdap.nic.example", "rdap.registry.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def answers(manners: Manners, errand: Errand, number: int, server: str = HERE) -> int:
    """Give how many of so many questions in a row are let through."""
    return sum(is_let_through(manners, errand, server) for _ in range(number))


def is_let_through(manners: Manners, errand: Errand = Errand.PERSON, server: str = HERE) -> bool:
    try:
        manners.ask_leave(server, errand)
    except Limited:
        return False
    return True


def wait_for(manners: Manners, errand: Errand = Errand.PERSON) -> timedelta:
    with pytest.raises(Limited) as caught:
        manners.ask_leave(HERE, errand)
    assert caught.value.retry_after is not None
    return caught.value.retry_after


def evidence(outcome: Outcome, retry_after: timedelta | None = None) -> Evidence:
    return Evidence(
        domain="birch.com",
        source="rdap",
        source_class=SourceClass.REGISTRY,
        outcome=outcome,
        at=START,
        retry_after=retry_after,
    )


LIMITED = evidence(Outcome.LIMITED)


# Rates


def test_a_server_is_asked_no_more_often_than_its_rate(clock: time_machine.Traveller):
    manners = Manners(per_minute=10)
    assert answers(manners, Errand.PERSON, 30) == 10
    clock.shift(59)
    assert answers(manners, Errand.PERSON, 30) == 0
    clock.shift(2)
    assert answers(manners, Errand.PERSON, 30) == 10


def test_in_no_minute_does_a_server_get_more_than_its_rate(clock: time_machine.Traveller):
    manners = Manners(per_minute=10)
    asked: list[int] = []
    for second in range(0, 300, 3):
        asked += [second] * answers(manners, Errand.SWEEP, 2) + [second] * answers(
            manners, Errand.PERSON, 1
        )
        assert sum(second - 60 < moment for moment in asked) <= 10
        clock.shift(3)
    assert len(asked) >= 45


def test_servers_have_their_own_rates(clock: time_machine.Traveller):
    manners = Manners(per_minute=5, rates={THERE: 20})
    assert answers(manners, Errand.PERSON, 30) == 5
    assert answers(manners, Errand.PERSON, 30, THERE) == 20


def test_a_sweep_leaves_three_tenths_to_people(clock: time_machine.Traveller):
    manners = Manners(per_minute=10)
    assert answers(manners, Errand.SWEEP, 30) == 7
    assert answers(manners, Errand.PERSON, 30) == 3


def test_people_may_use_what_the_sweep_leaves(clock: time_machine.Traveller):
    manners = Manners(per_minute=10)
    assert answers(manners, Errand.PERSON, 30) == 10
    assert answers(manners, Errand.SWEEP, 30) == 0


def test_people_leave_seven_tenths_to_a_sweep_that_asks(clock: time_machine.Traveller):
    manners = Manners(per_minute=10)
    assert answers(manners, Errand.SWEEP, 1) == 1
    assert answers(manners, Errand.PERSON, 30) == 3
    assert answers(manners, Errand.SWEEP, 30) == 6


def test_a_flood_of_people_keeps_its_share_for_as_long_as_a_sweep_goes_on(
    clock: time_machine.Traveller,
):
    manners = Manners(per_minute=10)
    assert answers(manners, Errand.PERSON, 30) == 10  # nobody sweeps yet
    assert answers(manners, Errand.SWEEP, 1) == 0
    clock.shift(59)
    assert answers(manners, Errand.SWEEP, 1) == 0
    clock.shift(2)
    asked, swept = 0, 0
    for _ in range(300):
        asked += answers(manners, Errand.PERSON, 30)
        swept += answers(manners, Errand.SWEEP, 30)
        clock.shift(2)
    assert (asked, swept) == (30, 70)


def test_a_rate_of_one_lets_a_sweep_ask_too(clock: time_machine.Traveller):
    assert answers(Manners(per_minute=1), Errand.SWEEP, 3) == 1


def test_who_comes_too_often_is_told_when_to_come_again(clock: time_machine.Traveller):
    manners = Manners(per_minute=1)
    manners.ask_leave(HERE, Errand.PERSON)
    clock.shift(20)
    assert wait_for(manners) == timedelta(seconds=40)
    with pytest.raises(Limited, match=r"^rdap\.nic\.example was not asked: .* 40 s$"):
        manners.ask_leave(HERE, Errand.PERSON)


# Back-off (F07)


@pytest.mark.parametrize(
    ("asked_for", "seconds"),
    [(None, 30), (timedelta(seconds=5), 30), (timedelta(seconds=90), 90), (HOUR, 3600)],
)
def test_a_complaint_closes_the_server_for_as_long_as_it_asks(
    asked_for: timedelta | None, seconds: int, clock: time_machine.Traveller
):
    manners = Manners(chance=lambda: 0.0)
    manners.heard(HERE, evidence(Outcome.LIMITED, asked_for))
    assert wait_for(manners) == timedelta(seconds=seconds)
    assert is_let_through(manners, server=THERE)
    clock.shift(seconds - 1)
    assert not is_let_through(manners)
    clock.shift(2)
    assert is_let_through(manners)


def test_each_further_complaint_doubles_the_wait_up_to_an_hour(clock: time_machine.Traveller):
    manners = Manners(chance=lambda: 0.0)
    waits = []
    for _ in range(10):
        manners.heard(HERE, LIMITED)
        waits.append(int(wait_for(manners).total_seconds()))
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_jitter_spreads_the_return_and_never_beyond_an_hour(
    chance: float, clock: time_machine.Traveller
):
    manners = Manners(chance=lambda: chance)
    manners.heard(HERE, evidence(Outcome.LIMITED, timedelta(seconds=100)))
    assert wait_for(manners) == timedelta(seconds=int(100 * (1 + chance / 4)))
    manners.heard(HERE, evidence(Outcome.LIMITED, timedelta(days=365)))
    assert wait_for(manners) == HOUR
    clock.shift(3601)
    assert is_let_through(manners)


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.NOT_FOUND])
def test_an_answer_forgives_earlier_complaints(outcome: Outcome, clock: time_machine.Traveller):
    manners = Manners(chance=lambda: 0.0)
    for _ in range(4):
        manners.heard(HERE, LIMITED)
    clock.shift(300)
    manners.heard(HERE, evidence(outcome))
    manners.heard(HERE, LIMITED)
    assert wait_for(manners) == timedelta(seconds=30)


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.UNREACHABLE, Outcome.UNREADABLE])
def test_other_silence_neither_closes_a_server_nor_forgives_it(
    outcome: Outcome, clock: time_machine.Traveller
):
    manners = Manners(chance=lambda: 0.0)
    manners.heard(HERE, evidence(outcome))
    assert is_let_through(manners)
    manners.heard(HERE, LIMITED)
    manners.heard(HERE, evidence(outcome))
    manners.heard(HERE, LIMITED)
    assert wait_for(manners) == timedelta(seconds=60)


def test_a_complaint_forgotten_for_an_hour_does_not_count(clock: time_machine.Traveller):
    manners = Manners(chance=lambda: 0.0)
    for _ in range(3):
        manners.heard(HERE, LIMITED)
    clock.shift(3601)
    manners.heard(HERE, LIMITED)
    assert wait_for(manners) == timedelta(seconds=30)


# Shared counters


def test_workers_that_share_a_storage_share_rate_and_back_off(clock: time_machine.Traveller):
    storage = MemoryStorage()
    one, other = (Manners(storage, per_minute=10, chance=lambda: 0.0) for _ in range(2))
    assert answers(one, Errand.PERSON, 8) + answers(other, Errand.PERSON, 8) == 10
    one.heard(THERE, LIMITED)
    assert not is_let_through(other, server=THERE)


def redis(url: str) -> Storage:
    storage = storage_from_string(url)
    assert isinstance(storage, Storage)
    return storage


def test_workers_share_rate_and_back_off_through_redis(valkey_url: str):
    one, other = (Manners(redis(valkey_url), per_minute=10, chance=lambda: 0.0) for _ in range(2))
    assert answers(one, Errand.SWEEP, 5) + answers(other, Errand.SWEEP, 5) == 7
    assert answers(one, Errand.PERSON, 5) + answers(other, Errand.PERSON, 5) == 3
    assert timedelta(0) < wait_for(one) <= timedelta(minutes=1)
    one.heard(THERE, LIMITED)
    other.heard(THERE, LIMITED)
    assert not is_let_through(one, server=THERE)
    other.heard(HERE, evidence(Outcome.LIMITED, timedelta(minutes=10)))
    assert timedelta(minutes=9) < wait_for(one) <= timedelta(minutes=10)


def test_a_worker_that_lost_redis_counts_alone_and_takes_a_tenth():
    with HostileServer(lambda talk: None) as lost:
        storage = redis(f"redis://127.0.0.1:{lost.port}")
        manners = Manners(storage, per_minute=100, chance=lambda: 0.0)
        assert is_let_through(manners)
        tried = lost.connections
        assert answers(manners, Errand.PERSON, 30) == 9
        manners.heard(THERE, LIMITED)
        assert not is_let_through(manners, server=THERE)
        assert lost.connections == tried > 0


# Around a source


class Witness:
    """Answers what it is told to, and counts."""

    name = "rdap"
    source_class = SourceClass.REGISTRY

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def covers(self, domain: RegistrableDomain) -> bool:
        return domain.endswith(".com")

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        self.asked += 1
        return evidence(self.outcomes.pop(0))


def polite(witness: Witness, manners: Manners, *, server: str | None = HERE) -> Polite:
    return Polite(witness, manners, errand=Errand.PERSON, server_of=lambda domain: server)


def look(source: Polite) -> Evidence:
    domain = RegistrableDomain("birch.com")
    return source.look(domain, now=START, deadline=Deadline.after(1))


def test_a_polite_source_is_the_source_within():
    source = polite(Witness(Outcome.ANSWERED), Manners())
    assert (source.name, source.source_class) == ("rdap", SourceClass.REGISTRY)
    assert source.covers(RegistrableDomain("birch.com"))
    assert not source.covers(RegistrableDomain("birch.zz"))
    assert look(source) == evidence(Outcome.ANSWERED)


def test_over_the_limit_the_source_is_not_asked_and_the_evidence_says_so(
    clock: time_machine.Traveller,
):
    witness = Witness(Outcome.ANSWERED)
    source = polite(witness, Manners(per_minute=1))
    look(source)
    held_back = look(source)
    assert (held_back.outcome, witness.asked) == (Outcome.LIMITED, 1)
    assert (held_back.domain, held_back.asked, held_back.at) == ("birch.com", HERE, START)
    assert held_back.retry_after == timedelta(seconds=60)
    assert held_back.note == f"{HERE} was not asked: it is to be left alone for 60 s"


def test_a_complaint_heard_keeps_the_next_question_back(clock: time_machine.Traveller):
    witness = Witness(Outcome.LIMITED)
    source = polite(witness, Manners(chance=lambda: 0.0))
    assert [look(source).outcome for _ in range(3)] == [Outcome.LIMITED] * 3
    assert witness.asked == 1


def test_a_question_that_goes_to_no_server_needs_no_leave():
    witness = Witness(*[Outcome.UNSUPPORTED] * 3)
    source = polite(witness, Manners(per_minute=1), server=None)
    assert [look(source).outcome for _ in range(3)] == [Outcome.UNSUPPORTED] * 3


def test_a_sweep_that_is_sent_away_gets_one_time_behind_the_other(clock: time_machine.Traveller):
    manners = Manners(per_minute=10)
    assert answers(manners, Errand.SWEEP, 7) == 7
    waits = [wait_for(manners, Errand.SWEEP) for _ in range(5)]
    gaps = [later - sooner for sooner, later in pairwise(waits)]
    # Seven a minute are a sweep's.
    assert all(
        gap == pytest.approx(timedelta(seconds=60 / 7), abs=timedelta(milliseconds=10))
        for gap in gaps
    )
