"""PostgreSQL clusters of a test's own, which can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg

from tests.plugins.postgres import Postgres, PostgresUnavailable, start_postgres

PATIENCE = 60.0


@dataclass(frozen=True)
class Cluster:
    """A server with a database of its own."""

    postgres: Postgres
    options: str = "-c listen_addresses= -c shared_buffers=16MB -c max_connections=60"

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
        """Kill the postmaster, which can tell nobody."""
        pid = (self.postgres.folder / "data" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), signal.SIGKILL)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run a server that commits as production does."""
    cluster = Cluster(start_postgres(durable=True))
    try:
        with cluster.connect("postgres") as connection:
            connection.execute("CREATE DATABASE domainguard")
        yield cluster
    finally:
        with suppress(PostgresUnavailable):
            cluster.postgres.stop()
        shutil.rmtree(cluster.postgres.folder, ignore_errors=True)
