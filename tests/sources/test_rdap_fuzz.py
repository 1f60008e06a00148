"""F25 in small; `python -m benchmarks.fuzz_rdap` reads 50,000 documents."""

from __future__ import annotations

import pytest

from benchmarks.fuzz_rdap import fuzz
from benchmarks.rdap_seeds import SEEDS


@pytest.fixture(scope="module")
def tally():
    return fuzz(500, seed=20_261_122)


def test_no_damaged_document_makes_the_reader_raise_anything_but_its_own_errors(tally):
    assert tally.crashes == []


def test_what_is_read_from_damaged_documents_keeps_every_promise(tally):
    assert tally.broken == []


def test_the_damage_leaves_something_to_read_and_something_to_refuse(tally):
    assert tally.outcomes["read"] > 50
    assert len(tally.outcomes) > 12


def test_five_of_the_seeds_are_read_undamaged():
    assert sum("objectClassName" in seed for seed in SEEDS) == 5
