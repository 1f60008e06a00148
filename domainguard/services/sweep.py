"""The sweep: enrols, looks at all that is due, enforces, and delivers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from math import inf
from typing import Any

from domainguard import audit
from domainguard.core.record import Act
from domainguard.models import DomainStatus, ReviewCase, SweepRun
from domainguard.services import batch, boundaries, check, early, enforce, enroll, outbox, say
from domainguard.services.acts.carry_out import carry_out_due
from domainguard.services.clock import check_clock
from domainguard.services.seal_trail import seal_trail
from domainguard.services.tally import tally
from domainguard.services.ways.carry_on import carry_on
from domainguard.wiring import exempt_providers, now

log = logging.getLogger("domainguard.sweep")
_ENROLLED_AT_ONCE = 20_000  # addresses walked by one sweep; the next goes on from there
_RUNS_KEPT = timedelta(days=30)


@dataclass(slots=True)
class Swept:
    """What a sweep did; counts of domains, except where a name says otherwise."""

    checked: int = 0
    conclusive: int = 0
    inconclusive: int = 0
    failed: int = 0
    held: int = 0
    released: int = 0
    deverified: int = 0
    restored: int = 0
    waiting_for_review: int = 0
    enrolled_addresses: int = 0
    accounts_warned: int = 0
    mails_sent: int = 0
    unusable_sources: list[str] = field(default_factory=list)

    @property
    def trouble(self) -> str:
        """What is wrong with the sweep as a whole, in words; empty when nothing is."""
        said = []
        if self.checked and not self.conclusive:
            said.append(f"Every look failed: nothing could be concluded in {self.checked}.")
        for source in self.unusable_sources:
            said.append(f"{source} gave no usable answer to anything it was asked.")
        return " ".join(said)

    def as_json(self) -> dict[str, Any]:
        """Give the summary as JSON values."""
        return asdict(self)


def sweep(
    *,
    everything: bool = False,
    seconds: float = inf,
    on_look: Callable[[DomainStatus, Swept], None] | None = None,
) -> Swept:
    """Do all checks that are due, then enforce, then deliver; with `everything` all there are.

    No further looks begin after so many seconds: the next sweep goes on with them. Stopping
    anywhere and calling again is safe, and so is a second sweep beside this one. Raises
    ClockIsWrong, and ImproperlyConfigured when the list of mailbox providers is damaged.
    """
    exempt_providers()
    check_clock()
    boundaries.follow()
    run = SweepRun.objects.create(started_at=now())
    done = Swept()
    _enroll(run, done, whole_book=everything)
    if everything:
        DomainStatus.objects.filter(next_check_at__gt=now()).update(next_check_at=now())
    answered: dict[str, list[bool]] = {}
    for row, looked in batch.look_at_due(seconds=seconds):
        _count(done, looked, answered)
        if on_look is not None:
            on_look(row, done)
    done.unusable_sources = sorted(
        name for name, spoke in answered.items() if len(spoke) > 1 and not any(spoke)
    )
    carry_out_due()
    enforced = enforce.enforce()
    done.deverified, done.restored = enforced.deverified, enforced.restored
    carry_on()
    done.waiting_for_review = ReviewCase.objects.filter(closed_at=None).count()
    early.find()
    done.accounts_warned = say.say()
    done.mails_sent = outbox.deliver().sent
    _finish(run, done)
    tally()
    seal_trail()
    return done


def _enroll(run: SweepRun, done: Swept, *, whole_book: bool) -> None:
    before = SweepRun.objects.exclude(pk=run.pk).order_by("-pk").first()
    start = "" if whole_book or before is None else before.cursor
    enrolled = enroll.enroll_from(start, most=None if whole_book else _ENROLLED_AT_ONCE)
    done.enrolled_addresses = enrolled.fresh
    run.cursor = enrolled.cursor
    run.save(update_fields=["cursor"])


def _finish(run: SweepRun, done: Swept) -> None:
    before = SweepRun.objects.filter(pk__lt=run.pk).exclude(finished_at=None).first()
    run.finished_at, run.counts, run.trouble = now(), done.as_json(), done.trouble[:300]
    run.save(update_fields=["finished_at", "counts", "trouble"])
    SweepRun.objects.filter(started_at__lt=now() - _RUNS_KEPT).delete()
    if not done.trouble:
        return
    log.error("%s", done.trouble)
    if before is None or not before.trouble:  # one alert for one trouble
        audit.record("sweep_in_trouble", at=now(), trouble=done.trouble)


def _count(done: Swept, looked: check.Looked | None, answered: dict[str, list[bool]]) -> None:
    done.checked += 1
    if looked is None:
        done.failed += 1
        return
    done.held += Act.HOLD in looked.acts
    done.released += Act.RELEASE in looked.acts
    for evidence in looked.evidence:
        answered.setdefault(evidence.source, []).append(evidence.speaks)
    if looked.verdict is None or looked.verdict.conclusive:
        done.conclusive += 1
    else:
        done.inconclusive += 1
