from __future__ import annotations

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_no_arrow_runs_back_up():
    assert lint_imports(no_cache=True, no_logo=True) == EXIT_STATUS_SUCCESS
