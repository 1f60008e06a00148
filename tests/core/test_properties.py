"""What holds for every evidence in every order (THREATS 2: I3, I5, I6)."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from domainguard.core.policy import Standing, corroborate, eligible
from domainguard.core.reasons import HoldClass
from domainguard.core.record import Record
from tests.core.builders import (
    HEALTHY,
    LAPSED,
    POLICY,
    QUIET,
    REDEMPTION,
    RESCUE,
    SUSPENDED,
    UNDELEGATED,
    VERIFIED,
    at,
    baseline,
    verdict,
    walk,
)
from tests.core.strategies import SOURCES, holds, looks, moments, said_by, unspoken

SAME_REGISTRATION = [HEALTHY, LAPSED, REDEMPTION, RESCUE, UNDELEGATED, SUSPENDED, QUIET]
gaps = st.sampled_from([1, 5, 6, 7, 24, 60])


def histories(evidence=None, most=4):
    """Draw a record some looks after its baseline, and the hour of the look that comes next."""
    steps = st.tuples(looks() if evidence is None else evidence, gaps)
    return st.tuples(st.sampled_from([baseline(), Record()]), st.lists(steps, max_size=most)).map(
        lambda drawn: _lived(*drawn)
    )


def _lived(record, steps):
    hours = 0
    for look, gap in steps:
        record = walk(record, (hours, look))
        hours += gap
    return record, hours


def answers(record, verified_at=VERIFIED):
    """Say whether an address verified at the first epoch may be mailed."""
    standing = eligible(
        verified=True,
        verified_epoch=1,
        verified_at=verified_at,
        control_epoch=record.control_epoch,
        holds=record.holds,
    )
    return standing is Standing.ELIGIBLE


@given(histories(), looks(), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(history, look, random):
    record, hours = history
    shuffled = random.sample(look, len(look))

    assert verdict(shuffled, record, hours=hours) == verdict(look, record, hours=hours)


@given(histories(), looks(), st.lists(unspoken(), max_size=3))
def test_silent_evidence_adds_nothing_to_a_look(history, look, silence):
    record, hours = history

    assert at(record, [*silence, *look], hours) == at(record, look, hours)


@given(histories(), st.lists(unspoken(), max_size=3))
def test_silence_alone_changes_no_hold_no_epoch_and_no_memory(history, silence):
    record, hours = history
    quiet = at(record, silence, hours).record

    assert (quiet.holds, quiet.episodes) == (record.holds, record.episodes)
    assert (quiet.control_epoch, quiet.state) == (record.control_epoch, record.state)
    assert quiet.fingerprint == record.fingerprint
    assert corroborate(quiet, POLICY) == corroborate(record, POLICY)


@given(histories(), looks(), st.sampled_from(SOURCES).flatmap(said_by))
def test_more_adverse_evidence_never_makes_a_domain_more_trusted(history, look, extra):
    record, hours = history
    assume(verdict([extra], record, hours=hours).adverse)
    others = [each for each in look if each.source != extra.source]
    worse = at(record, [*others, extra], hours).record

    assert worse.held
    assert not answers(worse)
    assert at(record, others, hours).record.control_epoch <= worse.control_epoch


@given(histories(), looks())
def test_an_epoch_never_falls_and_rises_by_one(history, look):
    record, hours = history

    assert 0 <= walk(record, (hours, look)).control_epoch - record.control_epoch <= 1


@given(looks())
def test_no_first_look_accuses_of_other_hands_or_hosts(look):
    raised = {signal.hold_class for signal in verdict(look, Record()).signals}

    assert not raised & {HoldClass.CHANGE_OF_HANDS, HoldClass.HOSTS_CHANGED}


@given(histories(looks(("dns", "fastly")), most=9))
def test_without_the_registrys_word_no_epoch_ever_rises(history):
    assert history[0].control_epoch == 1


@given(histories(), looks(), st.booleans())
def test_an_exempt_provider_never_changes(history, look, was_held):
    record, hours = history
    exempt = Record(exempt=True, holds=record.holds if was_held else ())
    after_it = walk(exempt, (hours, look), (hours + 6, look))

    assert (after_it.control_epoch, after_it.holds) == (1, exempt.holds)


@given(st.lists(holds(), max_size=3), holds(), st.none() | moments)
def test_a_hold_more_never_admits_anybody(held, more, verified_at):
    record = Record(holds=tuple(held))

    assert answers(record, verified_at) or not answers(Record(holds=(*held, more)), verified_at)


@given(st.lists(st.tuples(st.sampled_from(SAME_REGISTRATION), gaps), max_size=6))
def test_no_trouble_of_one_registration_outlasts_two_healthy_looks(steps):
    record, hours = _lived(baseline(), steps)
    record = walk(record, (hours, HEALTHY), (hours + 6, HEALTHY))

    assert not record.held
    assert record.fingerprint == baseline().fingerprint
