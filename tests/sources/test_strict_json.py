from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.sources.base import Unreadable
from domainguard.sources.strict_json import read_object
from tests.patience import ends


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": 1} {}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 01}', "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b'"x"', "not an object"),
        (b'{"a": NaN}', "does not have"),
        (b'{"a": [-Infinity]}', "does not have"),
        (b'{"a": 1e999}', "beyond all bounds"),
        (b'{"a": -1e999}', "beyond all bounds"),
        (b'{"a": 1, "a": 1}', "repeats a key"),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "repeats a key"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a":' * 100_000, "nested deeper"),
        (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "nested deeper"),
        (b'{"a": "' + b"[" * 40, "not JSON"),
    ],
)
def test_what_is_not_strict_json_is_unreadable(body: bytes, reason: str):
    with pytest.raises(Unreadable, match=reason):
        read_object(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b'\xef\xbb\xbf{"a": 1.5}', {"a": 1.5}),
        (b'{"a": "[[[[\\"[[[["}', {"a": '[[[["[[[['}),
        (b'{"a": "' + b"[" * 100 + b'"}', {"a": "[" * 100}),
        (b'{"a": "\\\\"}', {"a": "\\"}),
        (b'{"a": {"b": 1}, "c": {"b": 1}}', {"a": {"b": 1}, "c": {"b": 1}}),
    ],
)
def test_strict_json_is_read(body: bytes, value: dict[str, object]):
    assert read_object(body) == value


def test_32_levels_are_read():
    deep = b'{"a": ' + b"[" * 31 + b"]" * 31 + b"}"
    assert read_object(deep)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_whatever_python_writes_is_read_back(value: dict[str, object]):
    assert read_object(json.dumps(value).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\ae1.-NI ', max_size=80).map(str.encode))
def test_nothing_but_unreadable_is_raised(body: bytes):
    with suppress(Unreadable):
        assert isinstance(read_object(body), dict)


@pytest.mark.parametrize("piece", [b'"\\', b'\\"', b'"', b"[", b"]", b'{"a":', b"\\"])
def test_256_kib_of_anything_are_judged_and_hold_nobody_up(piece: bytes):
    body = b'{"a": "' + piece * (256 * 1024 // len(piece))
    with ends(), pytest.raises(Unreadable):
        read_object(body)


@pytest.mark.parametrize("piece", ["{}", "[]", '{"a":[]}', '"a"', "0", "[[[[[[]]]]]]", "1.5"])
def test_256_kib_of_anything_unfold_to_less_than_20_mib(piece: str):
    pieces = ",".join([piece] * (256 * 1024 // (len(piece) + 1) - 8))
    body = f'{{"a": [{pieces}]}}'.encode()
    tracemalloc.start()
    try:
        read_object(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 1024 * 1024
