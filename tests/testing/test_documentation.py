"""docs/testing.md shows an example that runs, and words that exist."""

from __future__ import annotations

import re
from pathlib import Path

from domainguard.testing import How, Where, events, scripts

DOCUMENT = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()


def test_the_example_is_the_one_that_the_suite_runs():
    (shown,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert shown == Path(__file__).with_name("test_example.py").read_text()


def test_every_script_that_is_named_exists_and_every_one_that_exists_is_named():
    listed = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE))
    builders = {
        name
        for module in (scripts, events)
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert listed == builders - {"hosts", "renewals"}


def test_every_kind_of_outage_is_named():
    for word in (*Where, *How):
        assert f"`{word}`" in DOCUMENT
