"""What is kept of a domain survives storage, and its holds and rows can be read off it."""

from __future__ import annotations

import json

from hypothesis import given

from domainguard.core.reasons import HoldClass, Signal
from domainguard.core.record import (
    AdverseLook,
    Record,
    episode_as_json,
    episode_from_json,
    hold_as_json,
    hold_from_json,
    look_as_json,
    look_from_json,
)
from tests.core.builders import LAPSED, at, baseline
from tests.core.strategies import adverse_looks, episodes, holds, signals


def stored(document):
    return json.loads(json.dumps(document))


@given(holds())
def test_a_hold_survives_storage(hold):
    assert hold_from_json(stored(hold_as_json(hold))) == hold


@given(signals())
def test_a_signal_survives_storage(signal):
    assert Signal.from_json(stored(signal.as_json())) == signal


@given(adverse_looks())
def test_an_adverse_look_survives_storage(look):
    assert look_from_json(stored(look_as_json(look))) == look


@given(episodes())
def test_a_row_of_looks_survives_storage(episode):
    assert episode_from_json(stored(episode_as_json(episode))) == episode


@given(adverse_looks())
def test_the_same_look_is_always_stored_in_the_same_words(look):
    again = AdverseLook(look.at, frozenset(sorted(look.signals, reverse=True)), look.t0)

    assert json.dumps(look_as_json(again)) == json.dumps(look_as_json(look))


def test_a_new_record_trusts_and_knows_nothing():
    record = Record()

    assert record.control_epoch == 1
    assert not record.held
    assert record.fingerprint is None
    assert record.episode(HoldClass.LAPSE) is None


def test_a_record_finds_its_running_row():
    record = at(baseline(), LAPSED, 0).record

    assert record.held
    assert record.episode(HoldClass.LAPSE) in record.episodes
    assert record.episode(HoldClass.CHANGE_OF_HANDS) is None
