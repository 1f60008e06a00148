"""Hypothesis strategies for what looks can show; small pools, so that things repeat and collide."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from domainguard.core.epp import Status
from domainguard.core.evidence import Delegation, Evidence, Outcome, Presence, SourceClass
from domainguard.core.fingerprint import Fingerprint
from domainguard.core.reasons import Code, Hold, HoldClass, Signal
from domainguard.core.record import AdverseLook, Episode
from tests.core.builders import (
    BORN,
    DAY,
    DOMAIN,
    MX,
    NOON,
    NS,
    OTHER_MX,
    OTHER_NS,
    PARKING_NS,
    SILENCE,
    registration,
)

moments = st.integers(-3000, 3000).map(lambda hours: NOON + timedelta(hours=hours))
_births = st.sampled_from([None, BORN, BORN + DAY, NOON - 2000 * DAY, NOON, NOON + 30 * DAY])
_hosts = st.sampled_from([NS, OTHER_NS, PARKING_NS, frozenset[str]()])
_mail_hosts = st.sampled_from([MX, OTHER_MX, frozenset[str]()])
_status_sets = st.sampled_from(
    [
        (Status.ACTIVE,),
        (Status.AUTO_RENEW_PERIOD,),
        (Status.CLIENT_HOLD,),
        (Status.SERVER_HOLD, Status.PENDING_DELETE, Status.PENDING_RESTORE),
        (Status.PENDING_DELETE, Status.REDEMPTION_PERIOD),
        (Status.PENDING_DELETE, Status.PENDING_RESTORE),
        (Status.PENDING_DELETE,),
    ]
)
_outcomes = {
    SourceClass.REGISTRY: [Outcome.ANSWERED] * 6 + [Outcome.NOT_FOUND] * 2,
    SourceClass.DNS: [Outcome.ANSWERED],
    SourceClass.VENDOR: [Outcome.ANSWERED] * 2 + [Outcome.NOT_FOUND],
}
_witnesses = [
    ("rdap", SourceClass.REGISTRY),
    ("whois", SourceClass.REGISTRY),
    ("dns", SourceClass.DNS),
    ("fastly", SourceClass.VENDOR),
]


def fingerprints():
    hosts = st.none() | _hosts
    return st.builds(
        Fingerprint,
        handle=st.sampled_from(["", "D1-ORG", "D2-ORG"]),
        registered_at=_births,
        registrar=st.sampled_from(["", "iana:1", "a name"]),
        ns=hosts,
        mx=st.none() | _mail_hosts,
        ds=st.none() | st.frozensets(st.sampled_from(["1/13/2/ab", "2/13/2/cd"])),
        soa=st.sampled_from(["", "ns1 admin"]),
    )


def registrations():
    return st.builds(
        lambda statuses, **facts: registration(*statuses, **facts),
        _status_sets,
        handle=st.sampled_from(["", "D1-ORG", "D1-ORG", "D2-ORG", "D3-ORG"]),
        registered_at=_births,
        registrar=st.sampled_from(["", "iana:1", "iana:2"]),
        expires_at=st.sampled_from([None, NOON + 200 * DAY, NOON + 200 * DAY, NOON - DAY]),
    )


@st.composite
def delegations(draw):
    presence = draw(
        st.sampled_from([Presence.DELEGATED] * 3 + [Presence.NXDOMAIN] * 3 + [*Presence])
    )
    if presence is not Presence.DELEGATED:
        return Delegation(presence=presence)
    mx = draw(_mail_hosts)
    return Delegation(
        presence=presence, ns=draw(_hosts), mx=mx, null_mx=not mx and draw(st.booleans())
    )


@st.composite
def spoken(draw, witness):
    source, source_class = witness
    outcome = draw(st.sampled_from(_outcomes[source_class]))
    answered = outcome is Outcome.ANSWERED
    wants_registration = source_class is SourceClass.REGISTRY or (
        source_class is SourceClass.VENDOR and draw(st.booleans())
    )
    return Evidence(
        domain=DOMAIN,
        source=source,
        source_class=source_class,
        outcome=outcome,
        at=NOON,
        registration=draw(registrations()) if answered and wants_registration else None,
        delegation=draw(delegations()) if source_class is SourceClass.DNS else None,
        for_sale=source_class is SourceClass.VENDOR and draw(st.booleans()),
    )


@st.composite
def unspoken(draw, witnesses=tuple(_witnesses)):
    """Draw a witness who gave no usable answer, some with facts nobody may believe."""
    source, source_class = draw(st.sampled_from(witnesses))
    return Evidence(
        domain=DOMAIN,
        source=source,
        source_class=source_class,
        outcome=draw(st.sampled_from(SILENCE)),
        at=NOON,
        asked=draw(st.sampled_from(["", "again"])),
        registration=draw(st.none() | registrations()),
        delegation=draw(st.none() | delegations()),
    )


@st.composite
def looks(draw):
    """Draw the witnesses of one look: each source at most once, some of them silent."""
    present = draw(st.lists(st.sampled_from(_witnesses), unique=True, max_size=4))
    return [
        draw(unspoken((witness,)) if draw(st.integers(0, 4)) == 0 else spoken(witness))
        for witness in present
    ]


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
