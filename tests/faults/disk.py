"""Disks that are full: a small one under a PostgreSQL of its own, and SQLite's own word for it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.compose import until
from tests.faults.cluster import Cluster, running_cluster

_MEBIBYTES = 120
# In a mount namespace of its own, which goes away with the server: this machine sees no mount. The
# log of commits is on another disk, as in many a house; a server that cannot write that one dies.
_START = """
mount -t tmpfs -o size={size}m tmpfs {folder}/small
cp -a {folder}/data/. {folder}/small
mv {folder}/small/pg_wal {folder}/wal
ln -s {folder}/wal {folder}/small/pg_wal
mount --bind {folder}/small {folder}/data
exec {drop} {pg_ctl} start -w -D {folder}/data -l {folder}/log -o '-k {folder} {options}'
"""


def can_mount() -> bool:
    """Say whether this process may mount a disk where nobody else sees it."""
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    with suppress(FileNotFoundError):
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0
    return False


@dataclass(frozen=True)
class SmallDisk:
    """What the server's processes see as their disk."""

    cluster: Cluster
    postmaster: int

    @property
    def _ballast(self) -> Path:
        seen = f"/proc/{self.postmaster}/root{self.cluster.postgres.folder}"
        return Path(seen) / "data" / "ballast"

    def fill(self) -> None:
        """Let somebody else's file take all the room that is left."""
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        """Let the file be deleted."""
        self._ballast.unlink()


@contextmanager
def running_on_small_disk() -> Iterator[SmallDisk]:
    """Run a server whose rows are on a disk that can be filled; needs the right to mount."""
    with running_cluster() as cluster:
        postgres = cluster.postgres
        postgres.run("pg_ctl", "stop", "-m", "fast", "-w")
        (postgres.folder / "small").mkdir()
        script = _START.format(
            size=_MEBIBYTES,
            folder=postgres.folder,
            drop=_as(postgres.identity),
            pg_ctl=postgres.binaries / "pg_ctl",
            options=cluster.options,
        )
        command = ["unshare", "--mount", "sh", "-e", "-c", script]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=postgres.folder)
        disk = SmallDisk(replace(cluster), _parent_of_backends(cluster))
        try:
            yield disk
        finally:
            os.kill(disk.postmaster, signal.SIGQUIT)
            until(lambda: not Path(f"/proc/{disk.postmaster}").exists(), str)


def _as(identity: dict[str, object]) -> str:
    if not identity:
        return ""
    return f"setpriv --reuid {identity['user']} --regid {identity['group']} --clear-groups"


def _parent_of_backends(cluster: Cluster) -> int:
    with cluster.connect() as own:
        ((backend,),) = own.execute("SELECT pg_backend_pid()").fetchall()
        return int(Path(f"/proc/{backend}/stat").read_text().rpartition(") ")[2].split()[1])
