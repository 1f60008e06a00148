"""Every word has a sentence, and of several signals one names the look."""

from __future__ import annotations

import pytest

from domainguard.core.evidence import SourceClass
from domainguard.core.reasons import SENTENCES, Code, HoldClass, Signal, Weight, heaviest


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_one_plain_sentence(code):
    assert SENTENCES[code][0].isupper()
    assert SENTENCES[code].endswith(".")


def test_every_class_of_hold_has_its_own_weight():
    assert {weight.name for weight in Weight} == {each.name for each in HoldClass}


@pytest.mark.parametrize("hold_class", list(HoldClass))
def test_only_a_change_of_hands_and_staff_never_end_by_themselves(hold_class):
    by_people = hold_class in (HoldClass.CHANGE_OF_HANDS, HoldClass.STAFF)

    assert hold_class.ends_by_itself is not by_people


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ([(Code.UNDELEGATED, HoldClass.UNDELEGATED)], Code.UNDELEGATED),
        (
            [
                (Code.UNDELEGATED, HoldClass.UNDELEGATED),
                (Code.REGISTRY_HOLD, HoldClass.SUSPENSION),
            ],
            Code.REGISTRY_HOLD,
        ),
        (
            [(Code.NXDOMAIN, HoldClass.LAPSE), (Code.NOT_REGISTERED, HoldClass.LAPSE)],
            Code.NOT_REGISTERED,
        ),
        (
            [(Code.FREE_BY_VENDOR, HoldClass.LAPSE), (Code.NXDOMAIN, HoldClass.LAPSE)],
            Code.NXDOMAIN,
        ),
        (
            [
                (Code.LAPSE_SEEN, HoldClass.CHANGE_OF_HANDS),
                (Code.LATER_REGISTRATION, HoldClass.CHANGE_OF_HANDS),
                (Code.NOT_REGISTERED, HoldClass.LAPSE),
            ],
            Code.LATER_REGISTRATION,
        ),
    ],
)
def test_the_gravest_signal_names_a_look(given, named):
    signals = frozenset(
        Signal(code, hold_class, SourceClass.REGISTRY, "rdap") for code, hold_class in given
    )

    assert heaviest(signals).code is named


def test_no_signal_names_nothing():
    with pytest.raises(ValueError, match="empty"):
        heaviest(frozenset())
