"""One domain under the real core: its looks, its record and its epoch, without a database row."""

from __future__ import annotations

import uuid
from collections import Counter
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta

from domainguard.core.evidence import Evidence
from domainguard.core.fingerprint import is_unchanged
from domainguard.core.policy import bumped, corroborate, is_carried_along, settle
from domainguard.core.record import Act, Cause, Policy, Record
from domainguard.core.schedule import Depth, depth, needs_a_person, next_check_at
from domainguard.core.verdict import Known, Verdict, conclude
from domainguard.core.windows import visible_for

from .lives import Life
from .outages import CALM, Calendar
from .witnesses import Witnesses

_DAY = timedelta(days=1)


class Watch:
    """One trust key, looked at as a sweep looks, and whether one address there keeps its trust.

    `asked` counts look-ups by source class. `verified_epoch` is that of the address, proven at
    `proven_at`; without an address nothing is lost by an epoch that goes up.
    """

    def __init__(
        self,
        life: Life,
        since: datetime,
        policy: Policy,
        outages: Calendar = CALM,
        *,
        proven_at: datetime | None = None,
    ) -> None:
        self.domain = life.domain
        self.policy = policy
        self.record = Record()
        self.proven_at = proven_at
        self.verified_epoch = 1
        self.deverified_at: list[datetime] = []
        self.asked: Counter[str] = Counter()
        self.witnesses = Witnesses(life, outages)
        self._spread = uuid.uuid5(uuid.NAMESPACE_DNS, life.domain).int % 1000 / 1000
        self._visible_for = visible_for(life.domain)
        self._healable_at: int | None = None
        self.first_seen_at = self.next_at = since + _DAY * self._spread

    def copy(self) -> Watch:
        """Give a watch that goes its own way from here on; records never change in place."""
        twin = copy(self)
        twin.asked, twin.deverified_at = Counter(self.asked), list(self.deverified_at)
        return twin

    def sweep(self, now: datetime, *, in_full: bool = False) -> Verdict | None:
        """Look as a sweep does: one resolver where that is enough. None where all is as it was."""
        record = self.record
        light = not in_full and record.fingerprint and not record.held and not record.silent
        verdict = None
        if not (light and self._is_as_it_was(now)):
            verdict = self.look(now)
        self.plan_next(now)
        return verdict

    def plan_next(self, now: datetime) -> None:
        """Say when the next look falls due."""
        self.next_at = next_check_at(self.record, now=now, policy=self.policy, spread=self._spread)

    def _is_as_it_was(self, now: datetime) -> bool:
        self.asked["dns"] += 1
        same = is_unchanged(self.record.fingerprint, self.witnesses.triage(now))
        wanted = depth(self.record, now=now, policy=self.policy, visible_for=self._visible_for)
        return same and wanted is Depth.TRIAGE

    def look(self, now: datetime) -> Verdict:
        """Ask every source, and keep what follows from it."""
        verdict, after, acts = self.weigh(now)
        self.asked.update(("dns", "registry") if self.witnesses.source else ("dns",))
        self.record = after
        if needs_a_person(
            after, now=now, policy=self.policy, has_registry=bool(self.witnesses.source)
        ):
            self.record = replace(after, under_review=True)
        if Act.RELEASE in acts and self._healable_at == self.record.control_epoch:
            self.verified_epoch = self.record.control_epoch
        self._raise_where_corroborated(now)
        return verdict

    def weigh(self, now: datetime) -> tuple[Verdict, Record, tuple[Act, ...]]:
        """Say what a look at every source would come to; nothing is kept."""
        evidence: tuple[Evidence, ...] = self.witnesses.look(now)
        verdict = conclude(
            evidence, self._known(), now=now, registry_max_age=self.policy.sweep_registry_age
        )
        settled = settle(self.record, verdict, self.policy)
        return verdict, settled.record, settled.acts

    def _raise_where_corroborated(self, now: datetime) -> None:
        why = corroborate(self.record, self.policy)
        if why is None:
            return
        before = self.record.control_epoch
        self.record = bumped(self.record, why)
        self._healable_at = self.record.control_epoch if why.cause is Cause.LAPSE else None
        if self.proven_at is None or self.verified_epoch != before:
            return
        if is_carried_along(self.proven_at, why.t0):
            self.verified_epoch = self.record.control_epoch
        else:
            self.deverified_at.append(now)

    def _known(self) -> Known:
        record = self.record
        trusts = self.verified_epoch == record.control_epoch
        since = self.proven_at if self.proven_at and trusts else None
        if since is None and self.proven_at is None:
            since = self.first_seen_at  # what others' mail runs over is trusted since it was seen
        return Known(
            has_registry=self.witnesses.source is not None,
            visible_for=self._visible_for,
            state=record.state,
            fingerprint=record.fingerprint,
            baseline_at=record.baseline_at,
            trusted_since=since or record.baseline_at,
            lapse_seen_at=record.lapse_seen_at,
            troubled_at=record.troubled_at,
            registry_clean_at=record.registry_clean_at,
        )
