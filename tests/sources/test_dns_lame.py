"""A name whose servers do not answer: a fact of its own, on which the resolvers must agree."""

from __future__ import annotations

import pytest

from domainguard.testing.dns_server import BOGUS, LAME, REFUSED, SERVFAIL
from tests.sources.resolving import GONE, HEALTHY, changed, look, serving

NOBODY = dict.fromkeys(("NS", "SOA", "MX", "DS"), LAME)
IS_LAME = changed(**NOBODY)


@pytest.mark.parametrize(
    ("tables", "lame"),
    [
        pytest.param([IS_LAME] * 3, True, id="all agree"),
        pytest.param([IS_LAME, IS_LAME, HEALTHY], True, id="one finds it"),
        pytest.param([IS_LAME, IS_LAME, changed(NS=SERVFAIL)], True, id="one fails otherwise"),
        pytest.param([IS_LAME, HEALTHY, HEALTHY], False, id="two find it"),
        pytest.param([IS_LAME, HEALTHY, GONE], False, id="each says something else"),
        pytest.param([changed(NS=SERVFAIL)] * 3, False, id="a failure without a reason"),
        pytest.param([changed(NS=BOGUS)] * 3, False, id="bogus"),
        pytest.param([changed(NS=REFUSED)] * 3, False, id="refused"),
        pytest.param([GONE] * 3, False, id="no such name"),
    ],
)
def test_a_quorum_makes_a_name_lame(tables, lame):
    with serving(*tables) as servers:
        evidence = look(servers)

    assert evidence.lame is lame
    assert not (evidence.lame and evidence.speaks)
