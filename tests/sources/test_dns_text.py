"""A text in the DNS is there when a quorum of the resolvers sees exactly it, and not before."""

from __future__ import annotations

import pytest

from domainguard.core.evidence import Presence
from domainguard.sources.base import Deadline
from domainguard.testing.dns_server import NODATA, NXDOMAIN, SERVFAIL, DnsAnswer

from .resolving import NOW, serving, source

NAME, TEXT = "_domainguard.example.com", "domainguard-way-back=0123456789abcdef"
SPLIT = f'"{TEXT[:9]}" "{TEXT[9:]}"'


def there(*texts: str) -> DnsAnswer:
    return DnsAnswer(records=texts)


SEEN, OTHER = there(f'"{TEXT}"'), there('"v=spf1 -all"')
CASES = {
    "all three see it": ((SEEN, SEEN, SEEN), Presence.DELEGATED),
    "one text in two strings is one text (RFC 7208 3.3)": (
        (there(SPLIT), there(SPLIT), there(SPLIT)),
        Presence.DELEGATED,
    ),
    "it stands beside others": ((there('"x"', f'"{TEXT}"'),) * 3, Presence.DELEGATED),
    "one does not see it yet": ((SEEN, SEEN, NODATA), Presence.DELEGATED),
    "one is broken": ((SEEN, SERVFAIL, SEEN), Presence.DELEGATED),
    "one alone makes it up": ((SEEN, NXDOMAIN, NODATA), Presence.NODATA),
    "nobody sees it": ((NODATA, NXDOMAIN, OTHER), Presence.NODATA),
    "part of the text is not the text": ((there(f'"{TEXT[:-1]}"'),) * 3, Presence.NODATA),
    "another case is another text": ((there(f'"{TEXT.upper()}"'),) * 3, Presence.NODATA),
    "two are silent": ((SEEN, SERVFAIL, SERVFAIL), None),
    "one sees it, one does not, one is silent": ((SEEN, NODATA, SERVFAIL), None),
}


@pytest.mark.parametrize("what", CASES)
def test_a_text_is_there_when_a_quorum_sees_it(what):
    answers, presence = CASES[what]
    with serving(*({NAME: {"TXT": answer}} for answer in answers)) as servers:
        evidence = source(servers).look_for_text(NAME, TEXT, now=NOW, deadline=Deadline.after(10))
    said = evidence.delegation.presence if evidence.delegation else None
    assert said is presence, evidence.note
