"""A pytest plugin for allauth's suite: workers work after each POST, and failures are named."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from benchmarks.conformance import plugged

_failed: set[str] = set()
_ran: set[str] = set()


def pytest_configure() -> None:
    """Plug in the workers."""
    plugged.drain_after_each_post()


def pytest_runtest_logreport(report: Any) -> None:
    """Note what ran and what failed, without a parameter's brackets."""
    name = report.nodeid.partition("[")[0].removeprefix("tests/apps/account/")
    _ran.add(report.nodeid)
    if report.failed:
        _failed.add(name)


def pytest_sessionfinish() -> None:
    """Write the names where the runner asked for them."""
    plugged.stop()
    told = {"ran": len(_ran), "failed": sorted(_failed)}
    Path(os.environ["CONFORMANCE_TOLD"]).write_text(json.dumps(told))
