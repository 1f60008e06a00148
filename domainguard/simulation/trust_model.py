"""The one rule as a model beside the product: who may receive power, by trail and evidence."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from .run_log import Event, RunLog, Seen

_GONE = frozenset({"pending delete", "redemption period", "client hold", "server hold"})
_SPOKE = frozenset({"answered", "not_found"})


class TrustModel:
    """Follows the trail event by event; asked about a mail, it says why it should not have been."""

    def __init__(self, log: RunLog) -> None:
        self._enrolled = {each.address: each for each in log.enrolled}
        self._verified_epoch = {each.address: each.epoch for each in log.enrolled}
        self._epoch: dict[str, int] = defaultdict(lambda: 1)
        self._held: dict[str, datetime] = {}
        self._exempt = log.exempt
        self._seen: dict[str, list[Seen]] = defaultdict(list)
        for each in log.seen:
            if each.outcome in _SPOKE:
                self._seen[each.domain].append(each)

    def follow(self, event: Event) -> None:
        """Take in one event."""
        match event.action:
            case "domain_hold" | "mail_domain_hold":
                self._held[event.domain] = event.at
            case "domain_release" | "mail_domain_release" | "hold_ended":
                self._held.pop(event.domain, None)
            case "epoch_raised":
                self._epoch[event.domain] = int(event.detail["epoch"])
            case "address_restored" | "address_proven":
                self._verified_epoch[event.address] = int(event.detail["epoch"])

    def why_not(self, event: Event) -> str:
        """Say why the address of this event was not eligible then; empty where it was."""
        known = self._enrolled.get(event.address)
        if known is None or known.domain in self._exempt:
            return ""
        for domain in (known.domain, known.mail_domain, *sorted(known.over)):
            if domain in self._held:
                return f"{domain} is on hold since {self._held[domain].isoformat()}"
        if self._verified_epoch[event.address] != self._epoch[known.domain]:
            return f"proven at epoch {self._verified_epoch[event.address]}"
        return self._last_word_against(known.domain, event.at)

    def _last_word_against(self, domain: str, at: datetime) -> str:
        """Read the raw evidence of the last look by itself: one witness against it is enough."""
        before = [each for each in self._seen[domain] if each.at <= at]
        last = [each for each in before if each.at == before[-1].at]
        against = [each for each in last if is_adverse(each)]
        return f"{against[0].source_class} spoke against it" if against else ""


def is_adverse(seen: Seen) -> bool:
    """Say whether one witness alone speaks for a lapse or a suspension."""
    if seen.source_class == "registry":
        rescued = "pending restore" in seen.statuses
        return seen.outcome == "not_found" or bool(seen.statuses & _GONE and not rescued)
    return seen.source_class == "dns" and seen.presence == "nxdomain"
