"""A domain's whole life by chance, checked after every look against rules written down again here.

The checks read only what is stored, so that they are what an auditor could do years later.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from domainguard.core.evidence import Outcome
from domainguard.core.fingerprint import fingerprint_as_json, fingerprint_from_json
from domainguard.core.policy import bumped, corroborate, is_carried_along, settle, touches
from domainguard.core.reasons import HoldClass
from domainguard.core.record import (
    Act,
    Record,
    episode_as_json,
    episode_from_json,
    hold_as_json,
    hold_from_json,
    look_as_json,
)
from tests.core.builders import (
    HEALTHY,
    LAPSED,
    POLICY,
    QUIET,
    REDEMPTION,
    RESCUE,
    UNDELEGATED,
    VERIFIED,
    after,
    dns,
    registration,
    registry,
    reregistered,
    verdict,
)
from tests.core.strategies import looks

SIX_HOURS = timedelta(hours=6)
WEEK = timedelta(days=7)
SCENES = [
    HEALTHY,
    HEALTHY,
    LAPSED,
    LAPSED,
    REDEMPTION,
    RESCUE,
    UNDELEGATED,
    QUIET,
    (registry(Outcome.NOT_FOUND), dns()),
    (registry(registration(handle="D2-ORG")), dns()),
]
ANY_LOOK = looks() | st.integers(0, len(SCENES) - 1).map(lambda number: SCENES[number])
SHOWN = {"redemption", "pending_delete"}
NEVER_END = {HoldClass.CHANGE_OF_HANDS, HoldClass.STAFF}


def rests_on_the_rule(cause, looks_kept):
    """Say whether two stored looks are enough to raise an epoch, from their JSON alone."""
    first, last = looks_kept
    gap = datetime.fromisoformat(last["at"]) - datetime.fromisoformat(first["at"])
    classes = [{each["source_class"] for each in look["signals"]} for look in looks_kept]
    codes = [{each["code"] for each in look["signals"]} for look in looks_kept]
    of_the_cause = all(
        each["hold_class"] == cause for look in looks_kept for each in look["signals"]
    )
    if gap < SIX_HOURS or not of_the_cause:
        return False
    if cause == "lapse":
        said = [each for look in looks_kept for each in look["signals"]]
        registrys = {each["code"] for each in said if each["source_class"] == "registry"}
        enough = gap >= WEEK or "denied" not in registrys or bool(registrys & SHOWN)
        return enough and "registry" in classes[0] and {"registry", "dns"} <= classes[1]
    dates = sum(each["code"] == "later_registration" for each in last["signals"])
    independent = dates + len(codes[1] & {"new_handle", "lapse_seen"})
    seen_twice = codes[0] & codes[1] & {"new_handle", "later_registration"}
    return independent >= 2 and bool(seen_twice)


def stored(record):
    """Give the record as it comes back from its row."""
    kept = json.dumps(
        [
            [hold_as_json(hold) for hold in record.holds],
            [episode_as_json(each) for each in record.episodes],
            fingerprint_as_json(record.fingerprint),
        ]
    )
    holds, episodes, fingerprint = json.loads(kept)
    return replace(
        record,
        holds=tuple(hold_from_json(each) for each in holds),
        episodes=tuple(episode_from_json(each) for each in episodes),
        fingerprint=fingerprint_from_json(fingerprint),
    )


class Life(RuleBasedStateMachine):
    """One domain, looked at by chance; an old address on it and those verified later."""

    def __init__(self):
        super().__init__()
        self.record = Record()
        self.hours = 0
        self.bumps = []
        self.well_since = None
        self.last_spoke_adversely = False
        self.standings = [(1, VERIFIED)]
        self.visible_for = timedelta(0)

    @initialize(days=st.sampled_from([0, 3, 35]))
    def a_loss_shows_for(self, days):
        self.visible_for = timedelta(days=days)

    @rule(look=ANY_LOOK, gap=st.sampled_from([1, 3, 6, 24, 60]))
    def look(self, look, gap):
        self.hours += gap
        self._settle(look)

    @rule(gap=st.sampled_from([1, 6, 24]), handle=st.sampled_from(["D2-ORG", "D3-ORG"]))
    def stranger(self, gap, handle):
        self.hours += gap
        born = after(self.hours - 80)
        self._settle([registry(reregistered(born, handle=handle)), dns()])

    @precondition(lambda self: self.record.control_epoch > 1)
    @rule(gap=st.sampled_from([6, 24]))
    def present_owner(self, gap):
        self.hours += gap
        seen = self.record.fingerprint
        self._settle(
            [registry(registration(handle=seen.handle, registered_at=seen.registered_at)), dns()]
        )

    @rule()
    def verify(self):
        now = after(self.hours)
        if not any(touches(hold, now) for hold in self.record.holds):
            self.standings.append((self.record.control_epoch, now))

    def _settle(self, look):
        before = self.record
        seen = verdict(look, before, hours=self.hours, visible_for=self.visible_for)
        settled = settle(before, seen, POLICY)
        self._check_release(before, seen, settled)
        if seen.conclusive:
            self.last_spoke_adversely = seen.adverse
        else:
            assert settled.record == replace(before, last_look_at=seen.at, silent=before.silent + 1)
        self.record = stored(settled.record)
        assert self.record == settled.record
        self._enforce()

    def _check_release(self, before, seen, settled):
        gone = {hold.hold_class for hold in before.holds} - {
            hold.hold_class for hold in settled.record.holds
        }
        assert not gone & NEVER_END
        assert (Act.RELEASE in settled.acts) == bool(gone and not settled.record.holds)
        if gone:
            assert seen.healthy
            assert self.well_since is not None
            assert seen.at - self.well_since >= SIX_HOURS
        if seen.healthy:
            self.well_since = self.well_since or seen.at
        elif seen.conclusive:
            self.well_since = None

    def _enforce(self):
        while found := corroborate(self.record, POLICY):
            row = self.record.episode(HoldClass(found.cause.value))
            kept = json.loads(json.dumps([look_as_json(each) for each in found.looks]))
            assert rests_on_the_rule(found.cause.value, kept)
            self.bumps.append((found.cause, row.first.at))
            self.record = bumped(self.record, found)
            self.standings = [self._carried(each, found.t0) for each in self.standings]

    def _carried(self, standing, t0):
        epoch, since = standing
        present = self.record.control_epoch
        along = epoch == present - 1 and is_carried_along(since, t0)
        return (present if along else epoch), since

    @invariant()
    def held_whenever_the_last_word_was_adverse(self):
        if self.last_spoke_adversely:
            assert self.record.held

    @invariant()
    def one_bump_for_each_epoch_and_each_row(self):
        assert self.record.control_epoch == 1 + len(self.bumps)
        assert len(set(self.bumps)) == len(self.bumps)

    @invariant()
    def a_bump_outdates_everybody_who_was_there_before(self):
        if self.bumps:
            assert (1, VERIFIED) in self.standings

    @invariant()
    def rows_and_holds_are_one_of_a_class(self):
        for kept in (self.record.holds, self.record.episodes):
            classes = [each.hold_class for each in kept]
            assert classes == sorted(set(classes))

    @invariant()
    def every_row_runs_forward(self):
        for row in self.record.episodes:
            assert row.first.at <= row.last.at <= after(self.hours)


Life.TestCase.settings = settings(stateful_step_count=25)
TestLife = Life.TestCase
