"""What goes on beside the site in processes of its own: a mail server, and endless sweeps."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

_SWEPT = 300  # domains, looked at again and again


@contextmanager
def mail_server() -> Iterator[int]:
    """Run a real SMTP server on loopback; give its port."""
    ours, theirs = get_context("spawn").Pipe()
    with _running(get_context("spawn").Process(target=_take_mail, args=(theirs,))):
        theirs.close()  # so that a process which does not start is no endless wait
        yield int(ours.recv())


@contextmanager
def sweeps(environ: dict[str, str]) -> Iterator[None]:
    """Run sweeps and workers on the site's database; begins when the first sweep is under way."""
    ours, theirs = get_context("spawn").Pipe()
    with _running(get_context("spawn").Process(target=_sweep_on, args=(environ, theirs))):
        theirs.close()
        ours.recv()
        yield


@contextmanager
def _running(process: SpawnProcess) -> Iterator[None]:
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _take_mail(ready: Connection) -> None:
    from domainguard.testing import Holder, SmtpSink

    with SmtpSink(lambda: datetime.now(UTC), lambda domain: Holder.OWNER) as sink:
        ready.send(sink.port)
        ready.poll(None)  # until the process is ended


def _sweep_on(environ: dict[str, str], ready: Connection) -> None:
    os.environ.update(environ)
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import override_settings

    from domainguard.models import DomainStatus
    from domainguard.services import intents
    from domainguard.services.sweep import sweep
    from domainguard.testing import SmallInternet, clock, scripts
    from domainguard.wiring import now

    clock.clock.restart(datetime.now(UTC))
    clock.clock.run()
    names = [f"swept-{number:03}.org" for number in range(_SWEPT)]
    with SmallInternet() as net:
        for name in names:
            net.add(scripts.healthy(name, born=now() - timedelta(days=400)))
        with override_settings(DOMAINGUARD={**settings.DOMAINGUARD, **net.settings()}):
            DomainStatus.objects.bulk_create(
                DomainStatus(domain=name, created_at=now(), next_check_at=now()) for name in names
            )
            ready.send("swept")
            while True:
                DomainStatus.objects.filter(domain__in=names).update(next_check_at=now())
                sweep()
                intents.work()
