"""Lives through days in seconds: whatever falls due on the way is done when it is due."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Min

from domainguard.integrations.auth import PasswordResetForm
from domainguard.models import DomainStatus, Intent, OutboxMail
from domainguard.services import intents, outbox
from domainguard.services.sweep import sweep
from domainguard.testing import VirtualClock

# Sweeps keep to a grid of this width, so that looks come together; it is also the least distance
# of two looks that may corroborate each other (RULES.md 5).
ROUND = timedelta(hours=6)
_LEAST = timedelta(minutes=1)


def live(
    clock: VirtualClock,
    until: datetime,
    requests: Iterable[tuple[datetime, str]] = (),
    *,
    tell: Callable[[datetime], None] = lambda _: None,
) -> None:
    """Move the clock on to this moment, and tell of each stop on the way."""
    for at in stops(clock, until, requests):
        tell(at)


def stops(
    clock: VirtualClock, until: datetime, requests: Iterable[tuple[datetime, str]] = ()
) -> Iterator[datetime]:
    """Move the clock on, and give each moment at which something had to be done, when it is done.

    `requests` say when somebody asks for a reset at which address, as anybody can.
    """
    waiting = deque(sorted(requests))
    sweep()
    while clock.now() < until:
        at = min(_next_stop(clock.now(), until, waiting), until)
        clock.set(at)
        while waiting and waiting[0][0] <= at:
            ask(waiting.popleft()[1])
        _do_what_is_due(at)
        yield at


def _next_stop(now: datetime, until: datetime, waiting: deque[tuple[datetime, str]]) -> datetime:
    stops = [until, *(_on_grid(each, until) for each in _due_looks()), *_due_mail()]
    if waiting:
        stops.append(waiting[0][0])
    return max(min(stops), now + _LEAST)


def _due_looks() -> Iterator[datetime]:
    yield from filter(None, DomainStatus.objects.aggregate(due=Min("next_check_at")).values())


def _due_mail() -> Iterator[datetime]:
    for model in (Intent, OutboxMail):
        yield from filter(None, model.objects.aggregate(due=Min("next_try_at")).values())


def _on_grid(moment: datetime, until: datetime) -> datetime:
    return until - (until - moment) // ROUND * ROUND


def _do_what_is_due(at: datetime) -> None:
    if any(due <= at for due in _due_looks()):
        sweep()
    if any(due <= at for due in _due_mail()):
        intents.work()
        outbox.deliver()


def ask(address: str) -> None:
    """Ask for a reset at this address, as the site's form does for anybody."""
    form = PasswordResetForm({"email": address})
    if form.is_valid():
        form.save()
