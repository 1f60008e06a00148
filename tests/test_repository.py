"""What the whole checkout promises, whoever wrote the file."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# The brackets and backslashes keep this file from naming what it looks for.
INDEX = re.compile(
    rb"(pypi|pythonhosted|npmjs|yarnpkg|anaconda|conda)\.(org|com|io)"
    rb"|(deb|security|ftp)\.debian\.org"
    rb"|--(extra-)?index-url|--find[-]links|^\s*(index-url|registry) *= *http",
    re.MULTILINE,
)
LISTING = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
GENERATED = {".venv", "__pycache__"}
SOURCES = sorted(
    path
    for package in ("domainguard", "registry_site")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)


def committed_files() -> Iterator[Path]:
    """Give every file that is or would be committed; from an unpacked archive, every file."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(LISTING, cwd=ROOT, capture_output=True, check=True)
        names = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [path for path in ROOT.rglob("*") if not GENERATED & set(path.parts)]
    yield from (path for path in names if path.is_file())


def pins(lock: Path) -> dict[tuple[str, str], str]:
    """Read a lock: the pinned version by name and marker."""
    lines = lock.read_text().replace("\\\n", " ").splitlines()
    wanted = [Requirement(line.split(" --hash")[0].strip()) for line in lines]
    return {
        (canonicalize_name(one.name), str(one.marker or "")): str(one.specifier) for one in wanted
    }


def asked_for() -> set[str]:
    """Give the names pyproject.toml asks for, extras and groups included."""
    project = PROJECT["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    lists += PROJECT["dependency-groups"].values()
    return {canonicalize_name(Requirement(line).name) for lines in lists for line in lines}


def test_no_committed_file_names_a_package_index():
    naming = [path for path in committed_files() if INDEX.search(path.read_bytes())]
    assert naming == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(lock):
    for line in lock.read_text().replace("\\\n", " ").splitlines():
        assert re.match(r"[\w.-]+(\[[\w,]+\])?==\S+", line), line
        assert " --hash=sha256:" in line, line


def test_the_lock_holds_whatever_the_project_asks_for():
    locked = {name for lock in LOCKS for name, _ in pins(lock)}
    assert asked_for() - locked == set()


def test_the_demo_runs_on_the_versions_that_were_tested():
    tested = pins(ROOT / "requirements" / "dev.txt")
    assert pins(ROOT / "requirements" / "demo.txt").items() <= tested.items()


def test_no_dependency_has_an_upper_cap():
    project = PROJECT["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    capped = [line for lines in lists for line in lines if re.search(r"<|==|~=", line)]
    assert capped == []


def test_every_make_command_in_the_documentation_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {
        target
        for document in documents
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(), re.MULTILINE)
    }
    assert "demo" in named
    assert named - targets == set()


def test_every_file_can_be_read_in_one_go():
    assert [path for path in SOURCES if len(path.read_text().splitlines()) > 300] == []


def test_every_function_can_be_seen_at_once():
    functions = (
        (path.name, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = {
        (name, node.name): (node.end_lineno or node.lineno) - node.lineno + 1
        for name, node in functions
    }
    assert {function: lines for function, lines in lengths.items() if lines > 40} == {}


def test_no_file_is_a_drawer_for_homeless_functions():
    assert [path for path in SOURCES if path.stem in {"utils", "helpers", "common", "misc"}] == []


def test_the_wheel_holds_the_app_and_nothing_else(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    committed = {str(path.relative_to(ROOT)) for path in committed_files()}
    assert packed == {name for name in committed if name.startswith("domainguard/")}
    assert "domainguard/py.typed" in packed
