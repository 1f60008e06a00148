"""The program `domainguard`: no site, no database, killed in the middle, and out of the wheel."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domainguard.environment import KEYS
from domainguard.testing import How, SmallInternet, VirtualClock, Where, scripts

ROOT = Path(__file__).parent.parent
PROGRAM = "from domainguard.console import main; main()"
# Says at its end how much memory it had at most.
MEASURED = f"""
import atexit, sys
atexit.register(lambda: sys.stderr.write(open("/proc/self/status").read()))
{PROGRAM}
"""
MOST_MEMORY = 150 * 1024  # KiB

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def internet(tmp_path) -> Iterator[SmallInternet]:
    """Start a small internet whose clock other processes can read."""
    clock = VirtualClock(datetime(2026, 3, 1, 9, tzinfo=UTC), file=tmp_path / "clock")
    with SmallInternet(clock) as net:
        born = clock.now() - timedelta(days=400)
        for number in range(20):
            net.add(scripts.healthy(f"lane-{number}.org", born=born))
        net.add(scripts.healthy("late-lane.net", born=born))
        net.add(
            scripts.redemption("old-lane.org", born=born, begins=clock.now() - timedelta(days=1))
        )
        yield net


@pytest.fixture
def environ(internet) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    return {**kept, **internet.environ(), "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error"}


@pytest.fixture
def run(environ) -> Run:
    """Run the program out of this checkout."""

    def run(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *map(str, words)],
            cwd=ROOT,
            env={**environ, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_it_looks_at_names_without_a_site_and_prints_the_evidence(run):
    ended = run("check", "ada@old-lane.org")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("old-lane.org: redemption, on hold. The registrar has deleted")
    assert "rdap   answered" in ended.stdout


def test_it_audits_a_list_without_a_site(run, tmp_path):
    (tmp_path / "list.csv").write_text("id,email\n1,ada@old-lane.org\n2,bob@lane-1.org\n")
    ended = run("check", "--file", tmp_path / "list.csv", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    checked = json.loads(ended.stdout)["checked"]
    assert [each["would_hold"] for each in checked] == [True, False]


@pytest.mark.parametrize(
    ("words", "more", "said"),
    [
        (["watch"], {}, "there is no 'watch'"),
        (["check"], {}, "Give names"),
        (["check", "x.org"], {"DOMAINGUARD_RESOLVERS": "nobody"}, "'nobody' is no resolver"),
        (["check", "x.org"], {"DOMAINGUARD_RATES": "ten"}, "DOMAINGUARD_RATES has 'ten'"),
        (["check", "x.org"], {"DOMAINGUARD_RDAP_BOOTSTRAP": "/none"}, "/none"),
        (["check", "nowhere.zzzz"], {}, "no known public suffix"),
    ],
)
def test_what_it_cannot_use_is_one_line_and_status_2(run, words, more, said):
    ended = run(*words, **more)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert said in line


def test_its_help_names_every_variable_that_it_reads(run):
    told = run("--help").stdout
    named = set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", told))
    assert named == set(KEYS) - {"DOMAINGUARD_CLOCK"}


def test_killed_in_the_middle_it_goes_on_and_repeats_no_row_and_no_question(
    run, environ, internet, tmp_path
):
    names = [f"p@lane-{number}.org" for number in range(15)]
    later = ["p@late-lane.net", *(f"p@lane-{number}.org" for number in range(15, 20))]
    (tmp_path / "list.txt").write_text("\n".join([*names, *later]))
    words = ["check", "--file", str(tmp_path / "list.txt"), "--csv", str(tmp_path / "out.csv")]
    with (
        internet.outage(Where.RDAP, How.SILENT, tld="net"),
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words, "--json"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
        ) as child,
    ):
        for _ in names:  # the first line opens the document; the sixteenth name hangs
            child.stdout.readline()
        child.kill()
    assert child.returncode == -9
    asked = [name for name in internet.rdap.queries if name.startswith("lane-")]
    with (tmp_path / "out.csv").open("a") as file:
        file.write("16,p@late")  # as if it had died in the middle of a row
    internet.rdap.queries.clear()
    assert run(*words).returncode == 0
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [*names, *later]
    assert {row["state"] for row in rows} == {"active"}
    assert not set(internet.rdap.queries) & {name.partition("@")[2] for name in names}
    assert len(asked) >= len(names)
    assert not list(tmp_path.glob("*.journal*"))


def test_ctrl_c_closes_the_document_and_says_how_to_go_on(run, environ, internet, tmp_path):
    (tmp_path / "list.txt").write_text("p@lane-1.org\np@lane-2.org\np@late-lane.net\n")
    words = ["check", "--file", str(tmp_path / "list.txt"), "--csv", str(tmp_path / "out.csv")]
    with (
        internet.outage(Where.RDAP, How.SLOW, tld="net", delay=2.0),
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words, "--json"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child,
    ):
        opened = child.stdout.readline() + child.stdout.readline()
        child.send_signal(signal.SIGINT)
        rest, said = child.stdout.read(), child.stderr.read()
    assert child.returncode == 130
    assert said == "Stopped. The same command goes on from here.\n"
    document = json.loads(opened + rest)
    assert document["complete"] is False
    assert [each["line"] for each in document["checked"]] == [1, 2]
    assert run(*words).returncode == 0


def test_a_terminal_sees_how_far_it_is(environ, tmp_path):
    (tmp_path / "list.txt").write_text("p@lane-1.org\nq@lane-1.org\np@lane-2.org\n")
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", PROGRAM, "check", "--file", tmp_path / "list.txt", "--json"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        check=True,
    )
    seen = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)
    last = seen.replace("\x1b[K", "").strip().rpartition("\r")[2]
    assert last == ("2 of 2 domains looked at, 0 wait for their registry; 3 of 3 lines written")


def test_twenty_thousand_lines_take_little_memory(environ, internet, tmp_path):
    lines = (f"person-{n}@lane-{n % 20}.org\n" for n in range(20_000))
    (tmp_path / "list.txt").write_text("".join(lines))
    words = ["check", "--file", tmp_path / "list.txt", "--csv", tmp_path / "out.csv"]
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    (most,) = re.findall(r"VmHWM:\s+(\d+) kB", ended.stderr)
    assert int(most) < MOST_MEMORY
    assert "20,000 lines, 20 domains; 0 refused" in ended.stdout


def test_out_of_the_wheel_it_runs_in_an_environment_that_holds_only_what_it_asks_for(
    environ, tmp_path
):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run([python, *install], check=True, cwd=tmp_path, capture_output=True)
    # Its dependencies are those that are installed here: nothing is fetched.
    (site,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    (site / "installed-here.pth").write_text(sysconfig.get_path("purelib"))
    (tmp_path / "list.txt").write_text("ada@old-lane.org\nbob@lane-1.org\nnobody\n")
    told = run_installed(tmp_path, environ, "--version")
    assert told.stdout == f"domainguard {wheel.name.split('-')[1]}\n"
    ended = run_installed(tmp_path, environ, "check", "--file", "list.txt", "--csv", "out.csv")
    assert (ended.returncode, ended.stderr) == (2, "")
    with (tmp_path / "out.csv").open(newline="") as file:
        states = [row["state"] for row in csv.DictReader(file)]
    assert states == ["redemption", "active", ""]


def run_installed(
    folder: Path, environ: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    program = folder / "env" / "bin" / "domainguard"
    return subprocess.run(
        [program, *words], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
