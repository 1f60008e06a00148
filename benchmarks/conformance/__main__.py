"""Fetches the two suites, runs them with our doors, and compares with docs/conformance.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
REVIEWED = ROOT / "docs" / "conformance.md"


def main() -> int:
    """Say what differs from the reviewed list; 1 if anything does."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        django, allauth = (_source(name, place) for name in ("Django", "django-allauth"))
        told = [_run_django(django), _run_allauth(allauth, place / "told.json")]
    failed = {name for each in told for name in each["failed"]}
    reviewed = set(re.findall(r"^- `(\S+)`$", REVIEWED.read_text(), re.MULTILINE))
    print(f"{sum(each['ran'] for each in told)} tests, {len(failed)} differ as reviewed or not.")
    for name in sorted(failed - reviewed):
        print(f"not reviewed: {name}")
    for name in sorted(reviewed - failed):
        print(f"reviewed, but passes: {name}")
    return int(failed != reviewed)


def _source(name: str, place: Path) -> Path:
    """Give the unpacked source distribution of the release that is installed."""
    wanted = f"{name}=={version(name)}"
    fetch = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", wanted]
    subprocess.run([sys.executable, *fetch, "--dest", str(place)], check=True)
    (packed,) = place.glob(f"{name.lower().replace('-', '_')}-*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(place, filter="data")
    return place / packed.name.removesuffix(".tar.gz")


def _run_django(source: Path) -> dict[str, Any]:
    command = ["-m", "benchmarks.conformance.auth", str(source / "tests")]
    ran = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def _run_allauth(source: Path, told: Path) -> dict[str, Any]:
    plugins = ["-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:valkey"]
    ours = ["-p", "benchmarks.conformance.allauth_plugin"]
    settings = ["--ds", "benchmarks.conformance.allauth_settings", "tests/apps/account"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *ours, *settings],
        cwd=source,
        env={
            **os.environ,
            "PYTHONPATH": f"{source}:{ROOT}",
            "CONFORMANCE_TOLD": str(told),
        },
        stdout=subprocess.DEVNULL,
        check=False,  # tests that differ are what it is about
    )
    said: dict[str, Any] = json.loads(told.read_text())
    return said


if __name__ == "__main__":
    sys.exit(main())
