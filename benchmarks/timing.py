"""Whether an answer's time tells who has an account: python -m benchmarks.timing [--each 4000].

Six classes of addresses are asked about in random order, at our reset page and at stock Django's,
in one process and one run: WSGI calls, PostgreSQL, mail by a real SMTP server on loopback. Then
ours alone under each hardship. Prints Markdown; exits with 1 when an area leaves [0.47, 0.53], the
answers differ or a request takes more than three queries.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from random import Random
from statistics import median

from benchmarks.timing_company import mail_server, sweeps
from benchmarks.timing_ranks import Times, area, matrix, pairs
from benchmarks.timing_site import OURS, STOCK, Answer, Browser, start, start_postgres

_LEAST, _MOST, _QUERIES = 0.47, 0.53, 3
_WARM_UP = 50


class Run:
    """One series of requests in random order, and everything that was seen of the answers."""

    def __init__(self, browser: Browser, classes: dict[str, list[str]], seed: int) -> None:
        self.browser = browser
        self.classes = classes
        self.random = Random(seed)  # noqa: S311 (a seed makes a run repeatable)
        self.answers: set[tuple[str, str, bytes]] = set()

    def measure(
        self, each: int, paths: tuple[str, ...], before: Callable[[], None] = lambda: None
    ) -> dict[str, dict[str, list[int]]]:
        """Give the nanoseconds of so many requests for each class, by path and class."""
        todo = [(path, name) for path in paths for name in self.classes] * each
        self.random.shuffle(todo)
        times = {path: {name: list[int]() for name in self.classes} for path in paths}
        gc.collect()
        for path, name in todo:
            before()
            took, answer = self.browser.post(path, self.random.choice(self.classes[name]))
            times[path][name].append(took)
            if path == OURS:
                self.answers.add(_seen(answer))
        return times


def _seen(answer: Answer) -> tuple[str, str, bytes]:
    return answer.status, repr(sorted(answer.headers)), answer.body


def cool_down() -> None:
    """Forget every cache there is: Django's, templates', settings' and the open connection."""
    from django.core.cache import cache
    from django.core.signals import setting_changed
    from django.db import connection
    from django.template import engines

    cache.clear()
    setting_changed.send(None, setting="DOMAINGUARD", value=None, enter=True)
    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]
        loader.reset()
    connection.close()


def queries(run: Run) -> dict[str, int]:
    """Give the number of queries of one request for each class."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted = {}
    for name, texts in run.classes.items():
        with CaptureQueriesContext(connection) as captured:
            run.browser.post(OURS, texts[0])
        counted[name] = len(captured)
    return counted


def series(run: Run, options: argparse.Namespace, stack: ExitStack) -> Iterator[tuple[str, Times]]:
    """Measure under each condition; give its name and our times."""
    from django.conf import settings

    from benchmarks.timing_rows import freshen

    beside = run.measure(options.each, (OURS, STOCK))
    _compare(beside[OURS], beside[STOCK])
    yield "quiet", beside[OURS]
    settings.EMAIL_PORT, kept = 1, settings.EMAIL_PORT
    yield "SMTP down", run.measure(options.each, (OURS,))[OURS]
    settings.EMAIL_PORT = kept
    yield "cold caches", run.measure(options.each, (OURS,), cool_down)[OURS]
    freshen()
    stack.enter_context(sweeps(dict(os.environ)))
    yield "sweep and workers busy", run.measure(options.each, (OURS,))[OURS]


def _compare(ours: Times, stock: Times) -> None:
    print("\nStock Django in the same run:\n")
    print(matrix(stock))
    print("\n| | ours, median ms | stock, median ms | ratio |\n| --- | ---: | ---: | ---: |")
    for name in ours:
        here, there = median(ours[name]) / 1e6, median(stock[name]) / 1e6
        print(f"| {name} | {here:.2f} | {there:.2f} | {here / there:.2f} |")
    known = area(stock["active"], stock["unknown"])
    print(f"\nOne request tells known from unknown: stock {known:.3f}, ", end="")
    print(f"ours {area(ours['active'], ours['unknown']):.3f}.")


def main() -> int:
    """Run everything; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--each", type=int, default=4000, help="requests for each class")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with ExitStack() as stack:
        postgres = start_postgres(durable=True)
        stack.callback(postgres.stop)
        start(postgres, stack.enter_context(mail_server()))
        return _report(options, stack)


def _report(options: argparse.Namespace, stack: ExitStack) -> int:
    from django.core.wsgi import get_wsgi_application

    from benchmarks import timing_rows as rows

    rows.fill()
    browser = Browser(get_wsgi_application())
    browser.open(OURS)
    browser.open(STOCK)
    run = Run(browser, {name: rows.addresses(name) for name in rows.NAMES}, options.seed)
    run.measure(_WARM_UP, (OURS, STOCK))
    counted = queries(run)
    print(f"{options.each} requests for each class, seed {options.seed}; Python "
          f"{platform.python_version()} on {os.cpu_count()} cores.")  # fmt: skip
    print(f"Queries of a request: {counted}")
    missed = max(counted.values()) > _QUERIES or len(set(counted.values())) > 1
    for name, times in series(run, options, stack):
        areas = [found for _, _, found in pairs(times)]
        missed |= not all(_LEAST <= found <= _MOST for found in areas)
        print(f"\nOurs, {name}: areas {min(areas):.3f} to {max(areas):.3f}\n")
        print(matrix(times), flush=True)
    print(f"\nDifferent answers: {len(run.answers)}")
    return int(missed or len(run.answers) > 1)


if __name__ == "__main__":
    sys.exit(main())
