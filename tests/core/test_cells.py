"""Cells of a spreadsheet: nothing computes, everything can be read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.cells import cell, text_of

LEADS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


@pytest.mark.parametrize("lead", LEADS)
def test_what_begins_like_a_formula_is_text(lead):
    assert cell(f"{lead}1+1") == f"'{lead}1+1"


def test_other_text_is_as_it_was():
    assert [cell(text) for text in ("mill-lane.org", "", "1+1")] == ["mill-lane.org", "", "1+1"]


@given(st.text() | st.sampled_from([*LEADS, "'"]).flatmap(lambda lead: st.text().map(lead.__add__)))
def test_every_text_comes_back(text):
    assert text_of(cell(text)) == text
    assert not cell(text).startswith(tuple(LEADS))
