"""The benchmark's page and the README tell the same story, about every policy there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domainguard.simulation.rivals import POLICIES
from domainguard.simulation.run import Plan

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "benchmark.md").read_text()
README = (ROOT / "README.md").read_text()


def row(text: str, policy: str) -> list[str]:
    (found,) = re.findall(rf"^\| {policy} \|(.*)\|$", text, re.MULTILINE)
    return [cell.strip() for cell in found.split("|")]


@pytest.mark.parametrize("policy", POLICIES)
def test_each_policy_has_the_same_row_in_both(policy):
    assert row(README, policy) == row(PAGE, policy)


def test_ours_lost_nobody_who_left_a_trace_and_wronged_nobody():
    taken, unseen, *_ = row(PAGE, "domainguard")
    wrong_deverifications = row(PAGE, "domainguard")[6]
    assert taken == unseen != "0"
    assert wrong_deverifications == "0"


def test_seed_and_size_stand_beside_the_table():
    assert str(Plan().seed) in PAGE
    assert f"{Plan().lives:,} lives" in PAGE
