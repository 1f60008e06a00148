"""The resurrection benchmark at full length: python -m benchmarks.resurrection [--replayed 500].

Plays 10,000 lives against every policy, prints the tables of docs/benchmark.md, and replays some
hundred of them on real sockets beside the simulation. Exits with 1 when ours lost an address that
left a trace, wronged anybody, or simulation and replay do not agree.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from os import times
from time import monotonic

from domainguard.simulation import report
from domainguard.simulation.run import Plan, Played, run

_REPLAY = "tests/journeys/test_resurrection.py"


def main() -> int:
    """Play, print, replay, and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=Plan().lives)
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--replayed", type=int, default=500)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    began = monotonic()
    played = run(Plan(lives=options.lives, seed=options.seed), processes=options.processes)
    print(f"Seed {options.seed}, {monotonic() - began:.0f} s, {_processor_seconds():.0f} s of them")
    print("of processor time.\n")
    print(report.table(played))
    print(report.table_by_kind(played))
    return int(_is_lost(played) or not _replay(options.replayed))


def _is_lost(played: Played) -> bool:
    ours = report.figures(played)[-1]
    return bool(ours.takeovers_with_trace or ours.wrong_deverifications)


def _replay(lives: int) -> bool:
    if not lives:
        return True
    environment = {**os.environ, "DOMAINGUARD_REPLAY": str(lives)}
    command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", _REPLAY]
    return subprocess.run(command, env=environment, check=False).returncode == 0


def _processor_seconds() -> float:
    spent = times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    sys.exit(main())
