from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_no_arrow_runs_back_up():
    # A process of its own: import-linter sets up logging anew, and silences everybody else's.
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout
