"""Where the demo keeps its rows, its time and its mail between two starts.

Settings are made from this module, so it must not import `domainguard.testing`: the clock there
reads the environment when it is imported.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIRECTORY_VARIABLE = "REGISTRY_DEMO_DIRECTORY"
_BESIDE_THE_CODE = Path(__file__).resolve().parents[2] / ".demo"
_SECRET = "secret"  # noqa: S105 - the name of a file
_LOCK = "lock"


class Busy(Exception):
    """Another process runs a demo in this directory."""


def here() -> State:
    """Give the demo's state on this machine, its directory made when it is new."""
    directory = Path(os.environ.get(DIRECTORY_VARIABLE) or _BESIDE_THE_CODE)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return State(directory)


@dataclass(frozen=True, slots=True)
class State:
    """One directory; nothing of the demo lies outside of it.

    The story is written when the registry is complete, so what an interrupted start left behind
    is known by its absence. The addresses of a running demo let other commands join it.
    """

    directory: Path

    @property
    def mail(self) -> Path:
        """The file with every mail that was delivered, a line each."""
        return self.directory / "mail.jsonl"

    @property
    def _story(self) -> Path:
        return self.directory / "story.json"

    @property
    def _running(self) -> Path:
        return self.directory / "running.json"

    def environ(self) -> dict[str, str]:
        """Give the environment that settings are made from."""
        fixed = {
            "SECRET_KEY": self._secret(),
            "DEBUG": "off",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
            "DATABASE_URL": f"sqlite:///{self.directory / 'db.sqlite3'}",
            "REDIS_URL": "",
            "EMAIL_URL": "smtp://127.0.0.1:1025",
            "DOMAINGUARD_CLOCK": "domainguard.testing.clock.virtual_now",
            "DOMAINGUARD_CLOCK_FILE": str(self.directory / "clock"),
            "DOMAINGUARD_DEVERIFY": "enforce",
        }
        return fixed | (_read(self._running) or {})

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other demo out for a `with` block; raises Busy. A crash frees the lock."""
        with (self.directory / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(f"A demo runs already in {self.directory}.") from None
            yield

    def story(self) -> dict[str, Any] | None:
        """Give the story that the rows tell, or None where they are missing or incomplete."""
        story: dict[str, Any] | None = _read(self._story)
        return story

    def finish(self, story: dict[str, Any]) -> None:
        """Note that the rows are complete."""
        _write(self._story, story)

    def join_at(self, environ: dict[str, str]) -> None:
        """Note where the small internet of the running demo is."""
        _write(self._running, environ)

    def leave(self) -> None:
        """Note that no demo runs any more."""
        self._running.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget everything but the key, which the settings hold already, and the lock."""
        for path in self.directory.iterdir():
            if path.name not in (_SECRET, _LOCK):
                path.unlink()

    def _secret(self) -> str:
        file = self.directory / _SECRET
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(50))
        return file.read_text()


def _read(file: Path) -> Any:
    return json.loads(file.read_text()) if file.exists() else None


def _write(file: Path, value: object) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(value, indent=1))
    draft.replace(file)
