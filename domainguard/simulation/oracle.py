"""Reads what a run left behind, and names every broken promise of THREATS, I1 to I12.

A small model of the promises, not of the product: it imports none of the product's rules, and
reads the raw evidence by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .run_log import Event, RunLog
from .trust_model import TrustModel

_APART = timedelta(hours=6)
_STOPS_WITHIN = timedelta(seconds=1)
_AUTOMATION = "automation"
_REFUSING = frozenset({"recovery_completed", "capability_used"})
_OF_AUTOMATION = frozenset({"epoch_raised", "address_deverified"})
_SIGNS = frozenset({"new_handle", "later_registration", "lapse_seen"})
_ALWAYS_TWO = frozenset({"exempt", "unexempt", "raise"})
_MANY = 10  # accounts that one act may restore by one person's word


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise: which, when, and what was done to whom."""

    rule: str
    at: datetime | None
    what: str

    def __str__(self) -> str:
        when = f" at {self.at.isoformat()}" if self.at else ""
        return f"{self.rule}{when}: {self.what}"


def violations(log: RunLog) -> list[Violation]:
    """Name every promise that a run broke."""
    rules = (
        *(_power, _once, _swept, _corroborated, _exempt, _uniform),
        *(_egress, _own_evidence, _silent_logs, _kill_switch, _two_people),
    )
    return [found for rule in rules for found in rule(log)]


def _power(log: RunLog) -> Iterator[Violation]:
    """I1 and I2: no power to, and none by, an address that is not eligible at that moment."""
    model = TrustModel(log)
    for event in log.events:
        model.follow(event)
        if event.action == "mail_sent" and event.detail.get("purpose") != "notice":
            rule = "I1"
        elif event.action in _REFUSING:
            rule = "I2"
        else:
            continue
        why = model.why_not(event)
        if why:
            yield Violation(rule, event.at, f"{event.action} at {event.domain}: {why}")
    for mail in log.mailed:
        if mail.power and mail.holder == "stranger":
            yield Violation("I1", mail.at, "a mail with power in it reached a stranger")


def _once(log: RunLog) -> Iterator[Violation]:
    """I3: an address loses its trust once per epoch, and the trail says exactly that."""
    rows = Counter(log.deverified)
    told = Counter(
        (each.address, int(each.detail["epoch"]))
        for each in log.events
        if each.action == "address_deverified" and each.actor == _AUTOMATION
    )
    for key, count in (rows | told).items():
        if count > 1:
            yield Violation("I3", None, f"de-verified {count} times at epoch {key[1]}")
    for key in rows.keys() ^ told.keys():
        yield Violation("I3", None, f"row and trail differ about epoch {key[1]}")


def _swept(log: RunLog) -> Iterator[Violation]:
    """I4: of whatever was due when a sweep began there is a result when it ends."""
    for sweep in log.sweeps:
        for domain in sorted(sweep.due - sweep.heard):
            yield Violation("I4", sweep.began, f"{domain} was due and got no result")


def _corroborated(log: RunLog) -> Iterator[Violation]:
    """I5: the evidence stored with each rise of an epoch is enough by itself."""
    for each in log.raised:
        first, last = each.looks[0], each.looks[-1]
        if last[0] - first[0] < _APART:
            yield Violation("I5", last[0], f"{each.domain}: looks {last[0] - first[0]} apart")
        classes = {source_class for _, source_class, _ in last[1]}
        if each.cause == "lapse" and not {"registry", "dns"} <= classes:
            yield Violation("I5", last[0], f"{each.domain}: a lapse by {sorted(classes)} alone")
        signs = {
            (code, source if code == "later_registration" else "")
            for code, _, source in last[1]
            if code in _SIGNS
        }
        if each.cause == "change_of_hands" and len(signs) < 2:
            yield Violation("I5", last[0], f"{each.domain}: one sign of a new registration")


def _exempt(log: RunLog) -> Iterator[Violation]:
    """I6: automation changes no mailbox provider."""
    for each in log.events:
        acts = each.action in {"domain_hold", *_OF_AUTOMATION}
        if acts and each.domain in log.exempt and each.actor == _AUTOMATION:
            yield Violation("I6", each.at, f"{each.action} at {each.domain}")


def _uniform(log: RunLog) -> Iterator[Violation]:
    """I7: one question gives everybody the same answer."""
    first: dict[str, str] = {}
    for each in log.answered:
        if first.setdefault(each.asked, each.looks) != each.looks:
            yield Violation("I7", None, f"{each.asked} was answered in two ways")


def _egress(log: RunLog) -> Iterator[Violation]:
    """I8: nothing is reached that the egress policy does not name."""
    for place in sorted(set(log.reached) - log.may_reach):
        yield Violation("I8", None, f"{place} was reached")


def _own_evidence(log: RunLog) -> Iterator[Violation]:
    """I9: a domain is held for what somebody said of itself at that time, not of another."""
    spoken = {(each.domain, each.at) for each in log.seen if each.outcome in _SPOKE}
    for each in log.events:
        if each.action == "domain_hold" and each.actor == _AUTOMATION:
            if each.detail.get("by_staff") or (each.domain, each.at) in spoken:
                continue
            yield Violation("I9", each.at, f"{each.domain} was held, and nobody spoke of it")


_SPOKE = frozenset({"answered", "not_found"})


def _silent_logs(log: RunLog) -> Iterator[Violation]:
    """I10: no address and no token in a log or a metric."""
    for secret in sorted(log.secrets):
        if any(secret in line for line in log.said):
            yield Violation("I10", None, f"a log says {secret[:4]}…")


def _kill_switch(log: RunLog) -> Iterator[Violation]:
    """I11: automation stops within a second of the switch, until somebody turns it back."""
    stopped: datetime | None = None
    for each in log.events:
        if each.action == "automation_paused":
            stopped = each.at + _STOPS_WITHIN
        elif each.action == "automation_resumed":
            stopped = None
        elif stopped and each.at > stopped and _is_automations(each):
            yield Violation("I11", each.at, f"{each.action} while automation is paused")


def _is_automations(event: Event) -> bool:
    if event.action == "mail_sent":
        return event.detail.get("purpose") == "notice"
    return event.action in _OF_AUTOMATION and event.actor == _AUTOMATION


def _two_people(log: RunLog) -> Iterator[Violation]:
    """I12: a bulk restore, an exemption, and the end of a breaker's stop take two people."""
    done = [each for each in log.events if each.action == "act_done"]
    size = Counter(each.detail["act"] for each in done)
    for each in done:
        many = size[each.detail["act"]] > _MANY
        if each.detail["kind"] not in _ALWAYS_TWO and not many:
            continue
        second = each.detail.get("approved_by")
        if not second or second == each.actor:
            yield Violation("I12", each.at, f"{each.detail['kind']} by one person")
