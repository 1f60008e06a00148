"""The doctor on the files that the settings name: each id has a test, each hint a command."""

from __future__ import annotations

import os
import time
from importlib.resources import files
from pathlib import Path

import pytest
from django.core import checks

from domainguard.checks.files import check_files

SHIPPED = (files("domainguard") / "data" / "rdap-bootstrap.json").read_bytes()
DAY = 24 * 60 * 60


@pytest.fixture
def named(settings, tmp_path) -> Path:
    file = tmp_path / "dns.json"
    file.write_bytes(SHIPPED)
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RDAP_BOOTSTRAP": str(file)}
    return file


def found() -> list[checks.CheckMessage]:
    return check_files(None)


def test_a_copy_renewed_not_long_ago_is_fine(named):
    os.utime(named, (time.time() - 13 * DAY,) * 2)
    assert found() == []


def test_w012_a_copy_that_was_not_renewed_for_two_weeks(named):
    os.utime(named, (time.time() - 15 * DAY,) * 2)
    (said,) = found()
    assert (said.id, said.level) == ("domainguard.W012", checks.WARNING)
    assert "domainguard_refresh" in str(said.hint)


@pytest.mark.parametrize("content", [b"", b"{}", SHIPPED[:-500], None])
def test_e011_a_copy_that_cannot_be_used(named, content):
    named.unlink() if content is None else named.write_bytes(content)
    (said,) = found()
    assert (said.id, said.level) == ("domainguard.E011", checks.ERROR)
    assert "domainguard_refresh" in str(said.hint)


@pytest.mark.parametrize("named", ["", "https://mirror.elsewhere.net/dns.json"])
def test_without_a_file_there_is_nothing_to_check(settings, named):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RDAP_BOOTSTRAP": named}
    assert found() == []


def test_the_doctor_looks_at_the_files(named):
    named.unlink()
    assert "domainguard.E011" in {each.id for each in checks.run_checks(tags=["domainguard"])}
