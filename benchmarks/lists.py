"""The audit of a long list: python -m benchmarks.lists [--lines 100000] [--domains 50 5000].

A process of its own reads the list, with a small internet beside it on the same machine, and says
how long it took and how much memory it had at most.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from domainguard.testing import SmallInternet, VirtualClock, scripts

_PROGRAM = """
import atexit, resource, sys
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
atexit.register(lambda: sys.stderr.write(f"{peak():.0f}"))
from domainguard.console import main; main()
"""


def main() -> None:
    """Audit one list for each number of domains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--domains", type=int, nargs="+", default=[50, 5_000])
    chosen = parser.parse_args()
    print("lines     domains   seconds   MiB at most")
    for domains in chosen.domains:
        with TemporaryDirectory() as folder:
            seconds, mib = audit(Path(folder), chosen.lines, domains)
        print(f"{chosen.lines:<9,} {domains:<9,} {seconds:<9.1f} {mib}")


def audit(folder: Path, lines: int, domains: int) -> tuple[float, int]:
    """Give how many seconds an audit took, and its MiB."""
    clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC), file=folder / "clock")
    with SmallInternet(clock) as net, (folder / "list.txt").open("w") as file:
        for number in range(domains):
            born = clock.now() - timedelta(days=400)
            net.add(scripts.healthy(f"lane-{number}.org", born=born))
        file.writelines(f"p{n}@lane-{n % domains}.org\n" for n in range(lines))
        file.flush()
        started = perf_counter()
        ended = subprocess.run(
            [sys.executable, "-c", _PROGRAM, "check", "--file", file.name, "--csv", folder / "o"],
            env={**os.environ, **net.environ()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
        )
        return perf_counter() - started, int(ended.stderr)


if __name__ == "__main__":
    main()
