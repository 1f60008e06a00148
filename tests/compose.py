"""Reads docker-compose.yml and the Dockerfile, and runs what they say without an engine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
PATIENCE = 90.0
_POLL = 0.2
_GRACE = 40.0
_REFERENCE = re.compile(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}")


def services() -> dict[str, dict[str, Any]]:
    """Give each service as the file has it, its anchors resolved."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    found: dict[str, dict[str, Any]] = document["services"]
    return found


def said(text: str, operator: Mapping[str, str]) -> str:
    """Put in what the operator said; ValueError for what he had to say and did not."""

    def value(reference: re.Match[str]) -> str:
        name, kind, word = reference.groups()
        if kind == ":?" and not operator.get(name):
            raise ValueError(f"{name}: {word}")
        return operator.get(name) or (word if kind == ":-" else "")

    return _REFERENCE.sub(value, text)


def copied_by_the_image() -> list[str]:
    """Give what the last stage of the Dockerfile takes from the checkout."""
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    return re.findall(r"^COPY ([\w./]+) \S+$", last, re.MULTILINE)


def lay_out(app: Path) -> None:
    """Make the folder of the image's code."""
    app.mkdir()
    for name in copied_by_the_image():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, app / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, app / name)


@dataclass(frozen=True)
class Container:
    """One service of the file, run here. `places` says where each address of the file is here."""

    name: str
    app: Path
    places: Mapping[str, str]
    operator: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """What the process is told, and the path of the programs; nothing else of this shell."""
        told = services()[self.name]["environment"]
        return {
            **{name: self._here(str(value)) for name, value in told.items()},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in this container, its own one without arguments."""
        return subprocess.run(
            command or self._own("command"),
            cwd=self.app,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Run the service until the block ends; it has to end by itself when it is told to."""
        self._folder.mkdir()
        with (self._folder / "log").open("wb") as log:
            process = subprocess.Popen(
                self._own("command"),
                cwd=self.app,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield Running(self, process)
            process.send_signal(signal.SIGTERM)
            process.wait(_GRACE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def is_healthy(self) -> bool:
        """Ask the service's own health check."""
        return self.run(*self._own("healthcheck", "test")[1:]).returncode == 0

    @property
    def _folder(self) -> Path:
        return self.app.parent / self.name

    def _own(self, *keys: str) -> list[str]:
        found: Any = services()[self.name]
        for key in keys:
            found = found[key]
        return [self._here(str(word)) for word in found]

    def _here(self, text: str) -> str:
        places = {**self.places, "/tmp/": f"{self._folder}/"}  # noqa: S108
        here = re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], text)
        return said(here, self.operator)


@dataclass(frozen=True)
class Running:
    """A container's process."""

    container: Container
    process: subprocess.Popen[bytes]

    def wait_until_healthy(self) -> None:
        """Wait for the health check; AssertionError with the log when it stays bad."""
        until(lambda: self.has_ended or self.container.is_healthy(), self.log)
        assert not self.has_ended, self.log()

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None

    def log(self) -> str:
        """Give all that the process wrote."""
        return (self.container._folder / "log").read_text(errors="replace")


def until(condition: Any, otherwise: Any) -> None:
    """Wait until something is so; AssertionError with the other words when it never is."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(_POLL)
