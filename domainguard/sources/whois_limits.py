"""Recognises a port-43 server that refuses to answer for now, in whatever words it says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .whois_layout import Layout

_WHAT = r"(?:quotas?|limits?|rate|cuota|l[ií]mite|quer(?:y|ies)|requests?|connections?|lookups?)"
_SPENT = (
    r"(?:exceed(?:ed|s)|reached|exhausted|surpassed|used up|over|too (?:many|fast|often|frequent)"
    r"|denied|blocked|excedid[oa]|superad[oa]|d[ée]pass[ée]e?|atteinte?)"
)
_REFUSES = re.compile(
    rf"\b{_WHAT}\b.{{0,40}}\b{_SPENT}\b|\b{_SPENT}\b.{{0,40}}\b{_WHAT}\b"
    r"|\btoo (?:many|fast|often|frequent)|\b(?:blocked|blacklisted|banned|throttled)\b"
    r"|\b(?:try|retry|wait|come back)\b.{0,20}\b(?:later|minutes?|seconds?)\b"
)
_LONGEST = 200  # terms of use speak of limits too, at greater length


def refuses(sentences: Sequence[str], layout: Layout) -> bool:
    """Say whether one of these plain sentences refuses.

    "Excessive querying will be blocked" is a term of use, not a refusal: the hedge may stand on
    the line above. Words that a registry is known to refuse with need no such care.
    """
    above = ""
    for sentence in sentences:
        if layout.hedges.isdisjoint(sentence.split()):
            if any(phrase in sentence for phrase in layout.limited):
                return True
            free_standing = len(sentence) <= _LONGEST and layout.hedges.isdisjoint(above.split())
            if free_standing and _REFUSES.search(sentence):
                return True
        above = sentence
    return False
