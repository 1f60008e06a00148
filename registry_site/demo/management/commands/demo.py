"""Runs the demo: a registry with 120 days behind it, in a small internet of its own."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from domainguard.testing.clock import clock
from registry_site.demo import seed
from registry_site.demo.findings import findings
from registry_site.demo.guide import guide
from registry_site.demo.internet import small_internet
from registry_site.demo.progress import Progress
from registry_site.demo.server import PortsTaken, Server, listen, serving
from registry_site.demo.stage import Stage, running
from registry_site.demo.state import Busy, State, here
from registry_site.demo.story import DAYS, Story
from registry_site.demo.table import table
from registry_site.demo.walk import live

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    """All of it is one process: the servers, the site, and what `domainguard_run` does."""

    help = "Serve a made-up package registry whose domains lapse. Ctrl-C ends everything."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to serve, and where."""
        parser.add_argument("--port", type=int, default=8000, help="or the next that is free")
        parser.add_argument("--reset", action="store_true", help="forget everything and start anew")
        parser.add_argument("--no-serve", action="store_true", help="stop after the table")
        parser.add_argument(
            "--days", type=int, default=0, metavar="N", help="let so many days pass first"
        )
        parser.add_argument(
            "--history", type=int, default=DAYS, metavar="N", help="days before the first start"
        )
        parser.add_argument(
            "--only", nargs="+", default=[], metavar="DOMAIN", help="leave out all other domains"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal comes; that is a good end, so the exit status is 0."""
        state = here()
        try:
            for number in _SIGNALS:
                signal.signal(number, _end)
            with state.alone(), listen(options["port"]) as site:
                self._tell(state, site, options)
        except (Busy, PortsTaken) as refused:
            raise CommandError(str(refused)) from refused
        except KeyboardInterrupt:
            self.stdout.write("\nThe demo has ended.")

    def _tell(self, state: State, site: Server, options: dict[str, Any]) -> None:
        known = None if options["reset"] else Story.from_json(state.story())
        story = known or Story(_today(), options["history"], tuple(options["only"]))
        if known is None:
            state.clear()
            clock.restart(story.begins)
        with small_internet(story, state, site.origin) as net:
            call_command("migrate", verbosity=0, interactive=False)
            if known is None:
                self._make(story)
                state.finish(story.as_json())
            if options["days"]:
                live(clock, clock.now() + timedelta(days=options["days"]))
            found = findings()
            self.stdout.write("\n".join(["", *table(found), "", ""]))
            if not options["no_serve"]:
                text = "\n".join(guide(site.origin, found))
                self._serve(site, Stage(net, state, story), text)

    def _make(self, story: Story) -> None:
        self.stdout.write(
            f"Making up a registry: {len(story.people())} people at {len(story.places)} domains,"
            f" and their last {story.days} days."
        )
        self.stdout.flush()
        with _in_haste():
            seed.fill(story)
            live(clock, story.today, story.requests(), tell=Progress(story, sys.stdout))

    def _serve(self, site: Server, stage: Stage, text: str) -> None:
        with running(stage), serving(site):
            stage.work()
            self.stdout.write(text)
            self.stdout.flush()
            threading.Event().wait()


def _today() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


def _end(number: int, frame: FrameType | None) -> None:
    # Whoever presses Ctrl-C twice must not break the tidying up.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _in_haste() -> Iterator[None]:
    """Let SQLite not wait for the disk: what a crash would spoil here is made again."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        yield
        cursor.execute("PRAGMA synchronous=FULL")
