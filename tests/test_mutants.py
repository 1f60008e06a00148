"""Each fault changes one thing, and nothing that is no rule."""

from __future__ import annotations

import pytest

from benchmarks.mutants import mutants


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("a < b", {"a <= b"}),
        ("a and b", {"a or b"}),
        ("a - b", {"a + b"}),
        ("a | b", {"a & b"}),
        ("not a", {"not not a"}),
        ("a is None", {"a is not None"}),
        ("True", {"False"}),
        ("20", {"21"}),
        ("a if b else c", {"a if True else c", "a if False else c"}),
        ("[a for a in b if a]", {"[a for a in b]"}),
        ("'words for people'", set()),
        ("def f(a: b | c) -> d | e:\n    pass", set()),
        ("@dataclass(frozen=True)\nclass A:\n    pass", set()),
    ],
)
def test_a_fault_is_one_small_change(source, faults):
    assert {each.source for each in mutants(source)} == faults


def test_a_fault_says_where_it_is():
    (fault,) = mutants("\na == b")
    assert str(fault) == "line 2: `a == b` → `a != b`"
