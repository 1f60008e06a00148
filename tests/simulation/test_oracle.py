"""The oracle names what was done, and nothing of what was rightly done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domainguard.simulation.oracle import violations
from domainguard.simulation.run_log import (
    Answered,
    Enrolled,
    Event,
    Mailed,
    Raised,
    RunLog,
    Seen,
    Swept,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = Enrolled("ada", "mill-lane.org", "mill-lane.org", frozenset({"host.net"}))
RESET = {"letter": "reset", "epoch": 1}


def event(action: str, hours: float = 1.0, **said) -> Event:
    fields = {key: said.pop(key) for key in ("actor", "domain", "address") if key in said}
    return Event(AT + hours * HOUR, action, **fields, detail=said)


def sent(hours: float = 2.0) -> Event:
    return event("mail_sent", hours, domain="mill-lane.org", address="ada", **RESET)


def seen(hours: float = 1.0, domain: str = "mill-lane.org", **said) -> Seen:
    return Seen(AT + hours * HOUR, domain, said.pop("of", "registry"), "answered", **said)


def raised(first: float, last: float, cause: str, *signs: tuple[str, str, str]) -> Raised:
    looks = ((AT + first * HOUR, signs), (AT + last * HOUR, signs))
    return Raised("mill-lane.org", 2, cause, looks)


LAPSE = (("redemption", "registry", "rdap"), ("nxdomain", "dns", "dns"))
ANEW = (("new_handle", "registry", "rdap"), ("later_registration", "registry", "rdap"))
REDEMPTION = frozenset({"pending delete", "redemption period"})
HOLD = event("domain_hold", domain="mill-lane.org")
LOST = event("address_deverified", domain="mill-lane.org", address="ada", epoch=2)
ACT = {"kind": "exempt", "act": 1, "actor": "staff:1"}
BULK = {"kind": "restore", "act": 2, "actor": "staff:1"}

BROKEN = {
    "I1 a mail while the domain is held": ("I1", {"events": (HOLD, sent())}),
    "I1 a mail while a host of its mail is held": (
        "I1",
        {"events": (event("domain_hold", domain="host.net"), sent())},
    ),
    "I1 a mail after the epoch went up": (
        "I1",
        {"events": (event("epoch_raised", domain="mill-lane.org", epoch=2), sent())},
    ),
    "I1 a mail although the evidence speaks against it": (
        "I1",
        {"events": (sent(),), "seen": (seen(statuses=REDEMPTION),)},
    ),
    "I1 a mail in a stranger's mailbox": ("I1", {"mailed": (Mailed(AT, "ada", True, "stranger"),)}),
    "I2 a password changed while the domain is held": (
        "I2",
        {
            "events": (
                HOLD,
                event("recovery_completed", 2, domain="mill-lane.org", address="ada"),
            )
        },
    ),
    "I3 de-verified twice": (
        "I3",
        {"events": (LOST, LOST), "deverified": (("ada", 2), ("ada", 2))},
    ),
    "I3 a row of which the trail says nothing": ("I3", {"deverified": (("ada", 2),)}),
    "I4 a domain that was due and forgotten": (
        "I4",
        {"sweeps": (Swept(AT, frozenset({"a.org", "b.org"}), frozenset({"a.org"})),)},
    ),
    "I5 looks an hour apart": ("I5", {"raised": (raised(0, 1, "lapse", *LAPSE),)}),
    "I5 a lapse by the registry alone": ("I5", {"raised": (raised(0, 7, "lapse", LAPSE[0]),)}),
    "I5 one sign of new hands": ("I5", {"raised": (raised(0, 7, "change_of_hands", ANEW[0]),)}),
    "I6 a mailbox provider held": (
        "I6",
        {"events": (HOLD,), "exempt": frozenset({"mill-lane.org"})},
    ),
    "I7 two answers to one question": (
        "I7",
        {"answered": (Answered("reset", "302 /done"), Answered("reset", "200 page"))},
    ),
    "I8 a place that nobody allowed": ("I8", {"reached": ("127.0.0.1:22",)}),
    "I9 a hold without evidence of its own": ("I9", {"events": (HOLD,)}),
    "I10 an address in a log": (
        "I10",
        {"said": ("mail to ada@mill-lane.org",), "secrets": frozenset({"ada@mill-lane.org"})},
    ),
    "I11 an epoch raised after the switch": (
        "I11",
        {
            "events": (
                event("automation_paused", 1),
                event("epoch_raised", 2, domain="other.org", epoch=2),
            )
        },
    ),
    "I12 an exemption by one person": ("I12", {"events": (event("act_done", **ACT),)}),
    "I12 an exemption approved by its proposer": (
        "I12",
        {"events": (event("act_done", **ACT, approved_by="staff:1"),)},
    ),
    "I12 a bulk restore by one person": ("I12", {"events": (event("act_done", **BULK),) * 11}),
}


@pytest.mark.parametrize(("rule", "log"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_promise_is_named(rule, log):
    found = violations(RunLog(enrolled=(ADA,), **log))
    assert rule in {each.rule for each in found}, found


def test_a_run_that_keeps_every_promise_is_left_in_peace():
    log = RunLog(
        enrolled=(ADA,),
        events=(
            sent(0),
            HOLD,
            event("epoch_raised", 7, domain="mill-lane.org", epoch=2),
            event("address_deverified", 7, domain="mill-lane.org", address="ada", epoch=2),
            event("domain_release", 40, domain="mill-lane.org"),
            event("address_restored", 40, domain="mill-lane.org", address="ada", epoch=2),
            sent(41),
            event("recovery_completed", 41, domain="mill-lane.org", address="ada", epoch=2),
            event("automation_paused", 50),
            sent(51),
            event("automation_resumed", 52),
            event("act_done", 53, **ACT, approved_by="staff:2"),
        ),
        seen=(seen(1, statuses=REDEMPTION), seen(1, of="dns", presence="nxdomain"), seen(40)),
        raised=(raised(1, 7, "lapse", *LAPSE), raised(1, 7, "change_of_hands", *ANEW)),
        deverified=(("ada", 2),),
        mailed=(Mailed(AT, "ada", True, "owner"), Mailed(AT, "ada", False, "stranger")),
        sweeps=(Swept(AT, frozenset({"a.org"}), frozenset({"a.org", "b.org"})),),
        answered=(Answered("reset", "302"), Answered("reset", "302"), Answered("help", "200")),
        reached=("127.0.0.1:53",),
        may_reach=frozenset({"127.0.0.1:53"}),
        said=("a mail was sent",),
        secrets=frozenset({"ada@mill-lane.org"}),
    )
    assert violations(log) == []


def test_an_owner_who_restores_a_name_in_redemption_is_no_evidence_against_it():
    rescued = seen(statuses=REDEMPTION | {"pending restore"})
    assert violations(RunLog(enrolled=(ADA,), events=(sent(),), seen=(rescued,))) == []


def test_a_violation_says_when_and_what():
    (found,) = violations(RunLog(events=(HOLD,)))
    assert (
        str(found)
        == "I9 at 2026-03-01T01:00:00+00:00: mill-lane.org was held, and nobody spoke of it"
    )
