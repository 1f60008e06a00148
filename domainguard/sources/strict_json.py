"""Reads JSON from strangers: bounded depth, no duplicate keys, nothing that JSON does not have."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from .base import Unreadable

_DEEPEST = 32  # RDAP nests entities in entities with vCards: real documents stay below 15
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def read_object(body: bytes) -> dict[str, Any]:
    """Read one JSON object in UTF-8 (RFC 8259); raises Unreadable."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    _check_depth(text)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except ValueError:  # also an integer of more than 4,300 digits
        raise Unreadable("the body is not JSON") from None
    if not isinstance(document, dict):
        raise Unreadable("the body is JSON, but not an object")
    return document


def _check_depth(text: str) -> None:
    """Count brackets outside strings before the parser, which would recurse into them."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > _DEEPEST:
                raise Unreadable(f"the body is nested deeper than {_DEEPEST} levels")
        elif token[0] in "]}":
            depth -= 1


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # Two readers would see two documents.
        raise Unreadable("the body repeats a key in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise Unreadable("the body has a number that JSON does not have")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable("the body has a number beyond all bounds")
    return number
