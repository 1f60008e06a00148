"""Replays made-up lives on real sockets beside the simulation: real sweep, gate and reset pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domainguard.core.policy import Standing
from domainguard.core.record import Policy
from domainguard.gate import Purpose, may_receive
from domainguard.models import DomainStatus
from domainguard.simulation.attackers import OLD_LINK
from domainguard.simulation.hosting import EVERY_HOST_DOMAIN, HARBOUR
from domainguard.simulation.lives import Life
from domainguard.simulation.ours import Guard
from domainguard.simulation.play import START
from domainguard.simulation.run_log import Answered, Swept
from domainguard.simulation.truth import is_lost, strangers_since
from domainguard.testing import Delivered, scripts
from tests.world import World

DAY = timedelta(days=1)
_SOON, _LATER = timedelta(minutes=20), timedelta(hours=7)  # sweeps after a turn
_WITHIN = 130 * DAY  # of the beginning lies all that happens in a life, but later renewals
_NEVER = datetime.max.replace(tzinfo=START.tzinfo) - 366 * DAY
PASSWORD = "taken over in one go"


Done = tuple[str, str, object]  # what was done, when, and what came of it


@dataclass
class Told:
    """What happened in one life, by the simulation and on the sockets, in the same order."""

    life: Life
    simulated: list[Done] = field(default_factory=list)
    replayed: list[Done] = field(default_factory=list)

    def note(self, what: str, at: datetime, simulated: object, replayed: object) -> None:
        """Write down one moment in both books."""
        self.simulated.append((what, at.isoformat(), simulated))
        self.replayed.append((what, at.isoformat(), replayed))


@dataclass
class Replay:
    """Plays lives one after the other, each from its first day to a day after its worst."""

    world: World
    sweeps: list[Swept] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        now = self.world.net.clock.now()
        for domain in EVERY_HOST_DOMAIN:  # they outlive the many years of the replay
            life = scripts.healthy(
                domain, born=now - 3000 * DAY, expires=now + 300 * DAY, hosting=HARBOUR, years=200
            )
            self.world.net.replace(life)

    def play(self, life: Life) -> Told:
        """Play one life that begins now."""
        start = self.world.net.clock.now()
        life = life.shifted(start - START)
        self.world.net.add(life)
        address = f"owner@{life.domain}"
        self.world.person(f"owner-{DomainStatus.objects.count()}", address)
        guard = Guard(life, start, self.policy, first_look=start)
        told, mine = Told(life), strangers_since(life)
        for moment in _moments(life, start):
            self.world.net.clock.set(moment)
            if mine and moment in (mine - OLD_LINK, mine):
                self._attack(told, guard, address, moment)
            else:
                self._sweep(told, guard, address, moment)
        DomainStatus.objects.update(next_check_at=_NEVER)
        self.world.net.clock.advance(2 * DAY)
        return told

    def _sweep(self, told: Told, guard: Guard, address: str, at: datetime) -> None:
        guard.sweep_at(at)
        due = DomainStatus.objects.filter(next_check_at__lte=at)
        before = frozenset(due.values_list("domain", flat=True))
        self.world.sweep()
        left = frozenset(due.values_list("domain", flat=True))
        self.sweeps.append(Swept(at, before, before - left))
        cast = {each.domain for each in told.life.everything()}
        # Hosters' domains are always well: one look at each is enough.
        DomainStatus.objects.exclude(domain__in=cast).update(next_check_at=_NEVER)
        row = self.world.domain(guard.own.domain)
        told.note(
            "sweep",
            at,
            (guard.standing() is Standing.ELIGIBLE, guard.epoch, guard.own.record.held),
            (self._is_eligible(address), row.control_epoch, row.held),
        )

    def _attack(self, told: Told, guard: Guard, address: str, at: datetime) -> None:
        """Ask for a link before the mailbox is the stranger's, use it when it is, and ask anew."""
        links = [self.world.link_in(mail) for mail in self._resets(address)]
        if links:
            would = guard.asks(at)
            told.note("old link", at, would, self.world.use(links[-1], PASSWORD))
        would = guard.asks(at)
        told.note("reset", at, would, self._asks(address))

    def _asks(self, address: str) -> bool:
        before = len(self._resets(address))
        self.answered.append(Answered("reset", self.world.ask_for_reset(address)))
        self.world.serve()
        return len(self._resets(address)) > before

    def _resets(self, address: str) -> list[Delivered]:
        return [mail for mail in self.world.mail_to(address) if "/reset/" in mail.text]

    def _is_eligible(self, address: str) -> bool:
        return may_receive(self.world.standing(address).pk, Purpose.RECOVER).admitted


def _moments(life: Life, start: datetime) -> list[datetime]:
    """Give the moments at which anything is done: sweeps soon after each turn, and the attack."""
    mine = strangers_since(life)
    end = mine + DAY if mine else start + _WITHIN
    turns = [turn for each in life.everything() for turn in each.turns]
    lost = sorted(turn.at for turn in turns if is_lost(turn.facts))
    swept = {start, *(turn.at + _SOON for turn in turns), *(at + _LATER for at in lost[:1])}
    attacks = {mine - OLD_LINK, mine, mine + timedelta(hours=8)} if mine else set()
    return sorted(at for at in swept | attacks if start <= at <= end)


def every_kind(lives: Iterator[Life], count: int) -> list[Life]:
    """Pick so many lives: kinds in turn, those with a stranger twice as often, TLDs by turns."""
    ranks: dict[tuple[str, ...], int] = {}
    ranked = []
    for number, life in enumerate(lives):
        again = _next(ranks, life.kind, life.domain.rpartition(".")[2])
        place = _next(ranks, life.kind, f"time {again}") + 1000 * again
        ranked.append((place // (2 if strangers_since(life) else 1), number, life))
    return [life for _, _, life in sorted(ranked, key=lambda each: each[:2])[:count]]


def _next(ranks: dict[tuple[str, ...], int], *key: str) -> int:
    ranks[key] = ranks.get(key, -1) + 1
    return ranks[key]
