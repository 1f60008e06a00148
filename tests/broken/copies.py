"""A copy of the source tree with one rule broken, and a process that runs in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NOT_CODE = shutil.ignore_patterns("__pycache__", "*.pyc", "locale")


@dataclass(frozen=True)
class Break:
    """One rule, taken out of one file: this text there becomes that."""

    file: str
    text: str
    becomes: str


def broken(where: Path, each: Break) -> Path:
    """Copy the app, break it, and link the rest; ValueError where the text is not there once."""
    shutil.copytree(ROOT / "domainguard", where / "domainguard", ignore=_NOT_CODE)
    for name in ("benchmarks", "registry_site", "templates", "tests", "pyproject.toml"):
        (where / name).symlink_to(ROOT / name)
    file = where / each.file
    source = file.read_text()
    if source.count(each.text) != 1:
        raise ValueError(f"{each.file} has {source.count(each.text)} times: {each.text}")
    file.write_text(source.replace(each.text, each.becomes))
    return where


def run_in(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python there: what it imports as domainguard is the broken copy."""
    ours = {name: each for name, each in os.environ.items() if not name.startswith("PYTEST")}
    environment = {**ours, "PYTHONPATH": str(where), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
