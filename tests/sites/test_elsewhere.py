"""Sites that differ from ours: other keys, fields, databases and libraries, and no Celery.

Each runs in a process of its own, where warnings are errors.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sites.elsewhere.sites import LEFT_OUT, SITES

ROOT = Path(__file__).parents[2]


def run(site: str, folder: Path) -> dict[str, Any]:
    command = ["-W", "error", "-m", "tests.sites.elsewhere.journey", site, str(folder)]
    ran = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


@pytest.mark.parametrize("site", SITES)
def test_its_doors_work_and_refuse_as_ours_do_and_its_start_asks_no_database(site, tmp_path):
    wrong: dict[str, list[str]] = {door: [] for door in SITES[site][1]}
    whole = {"queries": 0, "said": [], "wrong": wrong, "told_wrongly": []}
    assert run(site, tmp_path) == whole


@pytest.mark.parametrize("hook", LEFT_OUT)
def test_a_site_that_left_one_hook_out_plays_a_cell_wrong_and_is_told(hook, tmp_path):
    came = run(hook, tmp_path)
    assert came["said"] == ["domainguard.E008"]
    assert all(came["wrong"].values())
