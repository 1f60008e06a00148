"""Hypothesis strategies for what looks can show; small pools, so that things repeat and collide.

Evidence is drawn from pools made once: drawing is then cheap enough for whole lives.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

from hypothesis import strategies as st

from domainguard.core.epp import Status
from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.fingerprint import Fingerprint
from domainguard.core.reasons import Code, Hold, HoldClass, Signal
from domainguard.core.record import AdverseLook, Episode
from tests.core.builders import (
    BORN,
    DAY,
    MX,
    NOON,
    NS,
    OTHER_MX,
    OTHER_NS,
    PARKING_NS,
    SILENCE,
    dns,
    nodata,
    nxdomain,
    registration,
    registry,
    silent,
    vendor,
)

NOBODY = frozenset[str]()
BIRTHS = [None, BORN, BORN, BORN + DAY, NOON - 2000 * DAY, NOON, NOON + 30 * DAY]
STATUSES = [
    (Status.ACTIVE,),
    (Status.ACTIVE,),
    (Status.AUTO_RENEW_PERIOD,),
    (Status.CLIENT_HOLD,),
    (Status.SERVER_HOLD, Status.PENDING_DELETE, Status.PENDING_RESTORE),
    (Status.PENDING_DELETE, Status.REDEMPTION_PERIOD),
    (Status.PENDING_DELETE, Status.PENDING_RESTORE),
    (Status.PENDING_DELETE,),
]
REGISTRATIONS = [
    registration(*statuses, handle=handle, registered_at=born, registrar=registrar, expires_at=ends)
    for statuses, handle, born, registrar, ends in product(
        STATUSES,
        ["", "D1-ORG", "D1-ORG", "D2-ORG", "D3-ORG"],
        BIRTHS,
        ["", "iana:1", "iana:2"],
        [NOON + 200 * DAY, NOON + 200 * DAY, NOON - DAY],
    )
]
DELEGATED = [
    dns(ns, mx, null_mx=null_mx and not mx)
    for ns, mx, null_mx in product(
        [NS, OTHER_NS, PARKING_NS, NOBODY], [MX, OTHER_MX, NOBODY], [True, False]
    )
]

moments = st.integers(-3000, 3000).map(lambda hours: NOON + timedelta(hours=hours))


def _from(pool):
    # Not sampled_from: a failure would print the whole pool.
    return st.integers(0, len(pool) - 1).map(lambda number: pool[number])


def said_by(source):
    """Draw what one source says when it speaks."""
    answers = _from(REGISTRATIONS)
    if source == "dns":
        return _from([*DELEGATED, *[nxdomain()] * len(DELEGATED), nodata()])
    if source == "fastly":
        listed = [vendor(), vendor(for_sale=True), vendor(Outcome.NOT_FOUND)]
        return _from(listed) | answers.map(vendor)
    known = answers.map(lambda answer: registry(answer, source=source))
    return known | st.just(registry(Outcome.NOT_FOUND, source=source))


SOURCES = ("rdap", "whois", "dns", "fastly")
_SPOKEN = {source: said_by(source) for source in SOURCES}
_UNSPOKEN = _from(
    [silent(source_class, outcome) for source_class in SourceClass for outcome in SILENCE]
)


@st.composite
def unspoken(draw):
    """Draw a witness who gave no usable answer, some with facts nobody may believe."""
    quiet = draw(_UNSPOKEN)
    carried = draw(st.none() | st.sampled_from(SOURCES).flatmap(_SPOKEN.__getitem__))
    if carried is None:
        return quiet
    return replace(quiet, registration=carried.registration, delegation=carried.delegation)


def looks(sources=SOURCES):
    """Draw the witnesses of one look: each source at most once, some of them silent."""
    each = [st.none() | _UNSPOKEN | _SPOKEN[source] | _SPOKEN[source] for source in sources]
    return st.tuples(*each).map(lambda seen: [one for one in seen if one is not None])


def fingerprints():
    hosts = st.none() | st.sampled_from([NS, OTHER_NS, NOBODY])
    return st.builds(
        Fingerprint,
        handle=st.sampled_from(["", "D1-ORG", "D2-ORG"]),
        registered_at=st.sampled_from(BIRTHS),
        registrar=st.sampled_from(["", "iana:1", "a name"]),
        ns=hosts,
        mx=st.none() | st.sampled_from([MX, OTHER_MX, NOBODY]),
        ds=st.none() | st.frozensets(st.sampled_from(["1/13/2/ab", "2/13/2/cd"])),
        soa=st.sampled_from(["", "ns1 admin"]),
    )


def signals():
    return st.builds(
        Signal,
        st.sampled_from(Code),
        st.sampled_from(HoldClass),
        st.sampled_from(SourceClass),
        st.sampled_from(["rdap", "whois", "dns"]),
    )


def holds():
    return st.builds(
        Hold,
        st.sampled_from(HoldClass),
        st.sampled_from(Code),
        moments,
        st.frozensets(st.sampled_from(SourceClass)),
        st.none() | moments,
    )


def adverse_looks():
    return st.builds(AdverseLook, moments, st.frozensets(signals()), st.none() | moments)


def episodes():
    return st.builds(
        Episode, st.sampled_from(HoldClass), adverse_looks(), adverse_looks(), st.booleans()
    )
