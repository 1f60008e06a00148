"""Who would notice a wrong rule: python -m benchmarks.mutation [--only breaker] [--share 1.0].

Puts one small fault at a time into verdict, policy, breaker and gate, runs the tests of that module
until one fails, and prints which faults no test noticed. Exits with 1 below 95 % (F63).
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.mutants import Mutant, mutants

ROOT = Path(__file__).parents[1]
_ENOUGH = 0.95
_SECONDS = 60  # of processor time: a fault may make a loop endless, and is noticed then
_BARE = ("--noconftest", "-p", "no:django", "-c", os.devnull, "--import-mode=importlib")
_QUIET = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")


@dataclass(frozen=True, slots=True)
class Target:
    """A module, and the tests that are about it; with `django` they need a database."""

    module: str
    tests: tuple[str, ...]
    django: bool = False

    @property
    def file(self) -> Path:
        """The module's source."""
        return ROOT / f"{self.module.replace('.', '/')}.py"


_POLICY = ("policy", "policy_epochs", "policy_memory", "policy_eligibility", "denials")
_VERDICT = ("verdict", "signs", "signs_hands", "signs_remarks", *_POLICY)


def _in_core(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/core/test_{name}.py" for name in names)


TARGETS = {
    "breaker": Target("domainguard.core.breaker", _in_core("breaker")),
    "verdict": Target("domainguard.core.verdict", _in_core(*_VERDICT)),
    "policy": Target("domainguard.core.policy", _in_core(*_POLICY, "verdict")),
    "gate": Target("domainguard.gate", ("tests/test_gate.py", "tests/test_gate_plan.py"), True),
}


class _Changed(MetaPathFinder, SourceLoader):  # type: ignore[misc]  # typeshed differs
    """Gives one module with another source, and leaves every other to Python."""

    def __init__(self, target: Target, source: str) -> None:
        self._target, self._source = target, source

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != self._target.module:
            return None
        return spec_from_loader(name, self, origin=str(self._target.file))

    def get_filename(self, fullname: str) -> str:
        return str(self._target.file)

    def get_data(self, path: Any) -> bytes:
        return self._source.encode()

    def path_stats(self, path: Any) -> Any:
        raise OSError("never cached")


def is_noticed(target: Target, mutant: Mutant) -> bool:
    """Run the tests of a module with one fault in it, in a process of their own."""
    pid = os.fork()
    if not pid:
        os._exit(_test(target, mutant))
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _test(target: Target, mutant: Mutant) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    sys.meta_path.insert(0, _Changed(target, mutant.source))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    bare = () if target.django else _BARE
    return int(pytest.main([*_QUIET, *bare, *target.tests]))


def _chosen(target: Target, share: float) -> Iterator[Mutant]:
    rng = Random(target.module)  # noqa: S311 - the same faults each time
    return (each for each in mutants(target.file.read_text()) if rng.random() < share)


def main() -> int:
    """Try every fault, and print a table and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=TARGETS)
    parser.add_argument("--share", type=float, default=1.0)
    options = parser.parse_args()
    print("| module | faults | noticed | share |\n| --- | ---: | ---: | ---: |")
    survivors, low = [], False
    for name in [options.only] if options.only else TARGETS:
        source = TARGETS[name].file.read_text()
        if is_noticed(TARGETS[name], Mutant(0, "", "", source)):
            raise SystemExit(f"the tests of {name} fail without any fault, or do not run")
        tried = list(_chosen(TARGETS[name], options.share))
        missed = [each for each in tried if not is_noticed(TARGETS[name], each)]
        rate = 1 - len(missed) / max(1, len(tried))
        print(f"| {name} | {len(tried)} | {len(tried) - len(missed)} | {rate:.1%} |", flush=True)
        survivors += [f"- {name}, {each}" for each in missed]
        low = low or rate < _ENOUGH
    print("\nNot noticed:\n", *survivors, sep="\n")
    return int(low)


if __name__ == "__main__":
    sys.exit(main())
