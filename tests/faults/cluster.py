"""PostgreSQL clusters of a test's own, which can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from tests.compose import until
from tests.plugins.postgres import Postgres, PostgresUnavailable, start_postgres

PATIENCE = 60.0
_IS_WAITED_FOR = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"


@dataclass(frozen=True)
class Cluster:
    """A server with a database of its own."""

    postgres: Postgres
    options: str = "-c listen_addresses= -c shared_buffers=16MB -c max_connections=60"
    _cut_off: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address for DATABASE_URL."""
        return self.postgres.url

    def connect(self, database: str = "domainguard") -> psycopg.Connection:
        """Open a connection of our own."""
        folder = str(self.postgres.folder)
        return psycopg.connect(host=folder, user="postgres", dbname=database, autocommit=True)

    def start(self) -> None:
        """Start the server again; what a dead one left behind may hold it up for a moment."""
        log = str(self.postgres.folder / "log")
        options = f"-k {self.postgres.folder} {self.options}"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.postgres.run("pg_ctl", "start", "-w", "-l", log, "-o", options)
            except PostgresUnavailable:
                if time.monotonic() > deadline:
                    raise
            else:
                return

    def kill(self) -> None:
        """Kill the postmaster, which can tell nobody, and who was cut off from a standby."""
        for pid in (self._postmaster(), *self._cut_off):
            os.kill(pid, signal.SIGKILL)

    def cut_off_standbys(self) -> None:
        """Let whoever sends to a standby stand still, as behind a cable that was pulled."""
        with self.connect() as own:
            rows = own.execute("SELECT pid FROM pg_stat_replication").fetchall()
        self._cut_off.extend(pid for (pid,) in rows)
        for pid in self._cut_off:
            os.kill(pid, signal.SIGSTOP)

    def has(self, sql: str) -> bool:
        """Say whether the server has a row for a question, now."""
        with self.connect() as own:
            return own.execute(sql).rowcount > 0

    def promote(self) -> None:
        """Let a standby take over; it is in charge when this returns."""
        self.postgres.run("pg_ctl", "promote", "-w")

    def _postmaster(self) -> int:
        return int((self.postgres.folder / "data" / "postmaster.pid").read_text().split()[0])


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run a server that commits as production does."""
    cluster = Cluster(start_postgres(durable=True))
    with _stopped_at_the_end(cluster):
        with cluster.connect("postgres") as connection:
            connection.execute("CREATE DATABASE domainguard")
        yield cluster


@contextmanager
def running_standby(primary: Cluster) -> Iterator[Cluster]:
    """Run a server that has every commit of the primary before whoever made it hears of it."""
    folder = Path(tempfile.mkdtemp(prefix="dg-pg-", dir="/tmp"))
    if identity := primary.postgres.identity:
        os.chown(folder, identity["user"], identity["group"])
    standby = Cluster(replace(primary.postgres, folder=folder))
    with _stopped_at_the_end(standby):
        source = ["-h", str(primary.postgres.folder), "-U", "postgres"]
        standby.postgres.run("pg_basebackup", *source, "-R", "-X", "stream", "-c", "fast")
        standby.start()
        with primary.connect() as own:
            own.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            own.execute("SELECT pg_reload_conf()")
        until(lambda: primary.has(_IS_WAITED_FOR), str)
        yield standby


@contextmanager
def _stopped_at_the_end(cluster: Cluster) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(PostgresUnavailable):
            cluster.postgres.stop()
        shutil.rmtree(cluster.postgres.folder, ignore_errors=True)
