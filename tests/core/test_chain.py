"""Signatures over facts: the same after a database kept them, of one kind, of this site."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.chain import Keys, Kind, canonical

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_facts_that_were_written_and_read_have_the_same_text(facts):
    backwards = dict(reversed(json.loads(json.dumps(facts)).items()))
    assert canonical(backwards) == canonical(facts)
    assert canonical(json.loads(canonical(facts))) == canonical(facts)


@pytest.mark.parametrize(
    ("written", "read"),
    [(100.0, 100), (1e22, 10**22), (-0.0, 0), (1.50, 1.5), ((1, 2), [1, 2])],
)
def test_numbers_and_lists_have_one_form(written, read):
    assert canonical({"detail": written}) == canonical({"detail": read})


@given(st.dictionaries(st.text(), JSON, max_size=5), st.dictionaries(st.text(), JSON, max_size=5))
def test_other_facts_have_another_signature(one, other):
    keys = Keys(["a secret"])
    same = canonical(one) == canonical(other)
    assert keys.signed(Kind.SEAL, other, keys.sign(Kind.SEAL, one)) is same


def test_a_signature_of_one_kind_is_none_of_another():
    keys = Keys(["a secret"])
    signature = keys.sign(Kind.MARK, {"count": 1})
    assert re.fullmatch("[0-9a-f]{64}", signature)
    assert [kind for kind in Kind if keys.signed(kind, {"count": 1}, signature)] == [Kind.MARK]


def test_a_new_key_signs_and_the_old_ones_still_verify():
    old, new = Keys(["old"]), Keys(["new", b"old"])
    assert new.signed(Kind.SEAL, {}, old.sign(Kind.SEAL, {}))
    assert not old.signed(Kind.SEAL, {}, new.sign(Kind.SEAL, {}))


@pytest.mark.parametrize("signature", [None, "", "é" * 64, "0" * 64])
def test_what_is_no_signature_is_none(signature):
    assert not Keys(["a secret"]).signed(Kind.SEAL, {}, signature)


def test_there_is_no_chain_without_a_key():
    with pytest.raises(ValueError, match="at least one key"):
        Keys([])
