"""What is remembered of one domain between looks, and the numbers of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from .evidence import SourceClass
from .fingerprint import Fingerprint
from .lifecycle import State
from .reasons import Code, Hold, HoldClass, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The numbers of the rules. `apart` is how far two looks must lie apart to corroborate.

    It is `apart_when_denied` where all that speaks for a lapse is a denial that may be a mistake.
    `quarantine` is how long an address added to an account rests before it may recover it, and
    `probation` how long one that came back does.
    """

    apart: timedelta = timedelta(hours=6)
    apart_when_denied: timedelta = timedelta(days=7)
    reset_registry_age: timedelta = timedelta(hours=24)
    sweep_registry_age: timedelta = timedelta(days=7)
    unseen_loss_age: timedelta = timedelta(days=3)
    fresh_for: timedelta = timedelta(minutes=15)
    young_answer: timedelta = timedelta(hours=24)
    unobserved_hold: timedelta = timedelta(hours=72)
    quarantine: timedelta = timedelta(days=7)
    probation: timedelta = timedelta(days=14)
    factor_is_fresh: timedelta = timedelta(minutes=15)
    proof_waits: timedelta = timedelta(hours=72)


class Act(StrEnum):
    """What a look does to a domain."""

    HOLD = "hold"
    RELEASE = "release"


class Cause(StrEnum):
    """Why an epoch goes up. Only a lapse can be healed by the same registration coming back."""

    LAPSE = "lapse"
    CHANGE_OF_HANDS = "change_of_hands"


@dataclass(frozen=True, slots=True)
class AdverseLook:
    """An adverse look as the record remembers it; `t0` is when it dates the change to."""

    at: datetime
    signals: frozenset[Signal]
    t0: datetime | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """The first and the latest adverse look of one class in a row that nothing broke.

    `bumped` says that the epoch went up for it already; once is enough.
    """

    hold_class: HoldClass
    first: AdverseLook
    last: AdverseLook
    bumped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is remembered of one domain between looks.

    `under_review` blocks every automatic end: a person's word alone ends what a breaker stopped.
    `runs_out_at` is a date on which something ends unless somebody renews: see `Verdict`.
    `silent` counts looks without a conclusion since the last one with. `waivers` are the overrides
    of staff: until when a hold of a class, also one raised meanwhile, refuses nobody.
    """

    control_epoch: int = 1
    state: State = State.UNKNOWN
    holds: tuple[Hold, ...] = ()
    episodes: tuple[Episode, ...] = ()
    fingerprint: Fingerprint | None = None
    baseline_at: datetime | None = None
    observed: Fingerprint | None = None
    clean_since: datetime | None = None
    lapse_seen_at: datetime | None = None
    troubled_at: datetime | None = None
    last_look_at: datetime | None = None
    last_conclusive_at: datetime | None = None
    registry_clean_at: datetime | None = None
    expires_at: datetime | None = None
    runs_out_at: datetime | None = None
    silent: int = 0
    under_review: bool = False
    exempt: bool = False
    waivers: Mapping[HoldClass, datetime] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether any hold is in force."""
        return bool(self.holds)

    def episode(self, hold_class: HoldClass) -> Episode | None:
        """Give the running episode of a class, if there is one."""
        return next((each for each in self.episodes if each.hold_class is hold_class), None)


def hold_as_json(hold: Hold) -> dict[str, Any]:
    """Give a hold as JSON values."""
    return {
        "hold_class": hold.hold_class.value,
        "code": hold.code.value,
        "since": hold.since.isoformat(),
        "sources": sorted(hold.sources),
        "t0": hold.t0.isoformat() if hold.t0 else None,
        **({"waived_until": hold.waived_until.isoformat()} if hold.waived_until else {}),
    }


def hold_from_json(kept: dict[str, Any]) -> Hold:
    """Read back what `hold_as_json` gave."""
    return Hold(
        HoldClass(kept["hold_class"]),
        Code(kept["code"]),
        datetime.fromisoformat(kept["since"]),
        frozenset(SourceClass(word) for word in kept["sources"]),
        datetime.fromisoformat(kept["t0"]) if kept["t0"] else None,
        datetime.fromisoformat(kept["waived_until"]) if kept.get("waived_until") else None,
    )


def look_as_json(look: AdverseLook) -> dict[str, Any]:
    """Give an adverse look as JSON values, the form in which a de-verification cites it."""
    signals = [signal.as_json() for signal in sorted(look.signals)]
    t0 = look.t0.isoformat() if look.t0 else None
    return {"at": look.at.isoformat(), "signals": signals, "t0": t0}


def look_from_json(kept: dict[str, Any]) -> AdverseLook:
    """Read back what `look_as_json` gave."""
    signals = frozenset(Signal.from_json(each) for each in kept["signals"])
    t0 = datetime.fromisoformat(kept["t0"]) if kept["t0"] else None
    return AdverseLook(datetime.fromisoformat(kept["at"]), signals, t0)


def episode_as_json(episode: Episode) -> dict[str, Any]:
    """Give an episode as JSON values."""
    return {
        "hold_class": episode.hold_class.value,
        "first": look_as_json(episode.first),
        "last": look_as_json(episode.last),
        "bumped": episode.bumped,
    }


def episode_from_json(kept: dict[str, Any]) -> Episode:
    """Read back what `episode_as_json` gave."""
    return Episode(
        HoldClass(kept["hold_class"]),
        look_from_json(kept["first"]),
        look_from_json(kept["last"]),
        kept["bumped"],
    )
