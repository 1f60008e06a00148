"""`domainguard_check --file`: a whole list, each domain once, and nothing kept in the database."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domainguard.services.lists.files import ListFile
from domainguard.services.lists.journal import Journal
from domainguard.testing import How, Where, scripts

LIST = """\
# maintainers
ada@mill-lane.org
ADA@Mill-Lane.org
bob@old-lane.org
bob@nowhere.zzzz

=1+2@mill-lane.org
mill-lane.org
"""


@pytest.fixture
def lanes(world, at):
    """Let one domain be well and another in redemption."""
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.net.add(scripts.redemption("old-lane.org", born=at(days=-400), begins=at(days=-1)))
    return world


@pytest.fixture
def listed(lanes, tmp_path) -> Path:
    path = tmp_path / "list.txt"
    path.write_text(LIST)
    return path


def check(*words: object) -> int:
    try:
        call_command("domainguard_check", *map(str, words))
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_line_says_the_state_of_its_domain_and_what_would_be_done(listed, tmp_path):
    assert check("--file", listed, "--csv", tmp_path / "out.csv") == 2
    said = [
        (each["line"], each["state"], each["would_hold"]) for each in rows(tmp_path / "out.csv")
    ]
    assert said == [
        ("2", "active", "no"),
        ("3", "active", "no"),
        ("4", "redemption", "yes"),
        ("5", "", ""),
        ("7", "active", "no"),
        ("8", "active", "no"),
    ]


def test_a_row_says_why_and_when_to_look_again_and_a_bad_line_why_not(listed, tmp_path):
    check("--file", listed, "--csv", tmp_path / "out.csv")
    held, refused = rows(tmp_path / "out.csv")[2:4]
    assert (held["name"], held["domain"]) == ("bob@old-lane.org", "old-lane.org")
    assert {"redemption", "nxdomain"} <= set(held["reasons"].split())
    assert held["looked_at"] < held["look_again_at"]
    assert "suffix" in refused["error"]


def test_each_domain_is_asked_about_once_however_many_lines_name_it(lanes, tmp_path):
    (tmp_path / "list.txt").write_text("".join(f"p{n}@mill-lane.org\n" for n in range(500)))
    lanes.net.rdap.queries.clear()
    assert check("--file", tmp_path / "list.txt", "--csv", tmp_path / "out.csv") == 0
    assert len(rows(tmp_path / "out.csv")) == 500
    assert Counter(lanes.net.rdap.queries)["mill-lane.org"] == 1


def test_the_database_is_asked_nothing_and_told_nothing(listed, capsys):
    with CaptureQueriesContext(connection) as queries:
        check("--file", listed)
    assert [each["sql"] for each in queries] == []


def test_no_cell_is_a_formula(listed, tmp_path):
    check("--file", listed, "--csv", tmp_path / "out.csv")
    cells = [cell for row in rows(tmp_path / "out.csv") for cell in row.values()]
    assert "'=1+2@mill-lane.org" in cells
    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []


def test_json_is_one_document_with_every_line_and_a_summary(listed, capsys):
    status = check("--file", listed, "--json")
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert status == 2
    assert [each["line"] for each in document["checked"]] == [2, 3, 4, 5, 7, 8]
    assert document["complete"] is True
    assert document["summary"] == {
        "lines": 6,
        "refused": 1,
        "domains": 2,
        "inconclusive": 0,
        "would_hold": 1,
        "states": {"active": 4, "redemption": 1},
    }


def test_without_csv_and_json_lines_are_printed_and_bad_ones_named_beside(listed, capsys):
    check("--file", listed)
    printed = capsys.readouterr()
    assert "bob@old-lane.org: old-lane.org redemption, would hold. The registrar" in printed.out
    assert "6 lines, 2 domains; 1 refused" in printed.out
    assert printed.err.splitlines() == ["line 5: The domain ends in no known public suffix."]


@pytest.mark.parametrize("where", [Where.RESOLVERS, Where.RDAP])
def test_silence_is_no_reason_to_hold(lanes, listed, tmp_path, where):
    listed.write_text("ada@mill-lane.org\n")
    with lanes.net.outage(where, How.ERROR):
        assert check("--file", listed, "--csv", tmp_path / "out.csv") == 1
    (row,) = rows(tmp_path / "out.csv")
    assert (row["conclusive"], row["would_hold"]) == ("no", "cannot tell")


def test_a_list_that_cannot_be_read_leaves_nothing_behind(lanes, tmp_path):
    (tmp_path / "list.csv").write_text("id,name\n1,Ada\n")
    for column in ([], ["--column", "mail"]):
        with pytest.raises(CommandError, match="'id', 'name'"):
            check("--file", tmp_path / "list.csv", "--csv", tmp_path / "out.csv", *column)
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


class TestAnOutputThatIsThere:
    def test_is_left_as_it_is_when_no_run_that_was_stopped_belongs_to_it(self, listed, tmp_path):
        out = tmp_path / "out.csv"
        out.write_text("mine")
        with pytest.raises(CommandError, match="exists already"):
            check("--file", listed, "--csv", out)
        assert out.read_text() == "mine"
        assert not (tmp_path / "out.csv.journal").exists()

    def test_is_not_gone_on_with_for_another_list(self, listed, tmp_path):
        out = stopped(listed, tmp_path)
        before = out.read_bytes()
        listed.write_text("ada@old-lane.org\n")
        with pytest.raises(CommandError, match="another list"):
            check("--file", listed, "--csv", out)
        assert out.read_bytes() == before

    def test_is_not_gone_on_with_when_something_else_stands_in_it(self, listed, tmp_path):
        out = stopped(listed, tmp_path)
        out.write_text("my own notes\n")
        with pytest.raises(CommandError, match="no output of an audit"):
            check("--file", listed, "--csv", out)
        assert out.read_text() == "my own notes\n"

    def test_and_a_journal_that_is_none_is_refused(self, listed, tmp_path):
        (tmp_path / "out.csv.journal").write_text("my own notes, of more than a few words" * 9)
        with pytest.raises(CommandError, match="no journal of an audit"):
            check("--file", listed, "--csv", tmp_path / "out.csv")


def stopped(listed: Path, folder: Path) -> Path:
    """Leave what a run leaves that was killed in the middle of its second row."""
    out = folder / "out.csv"
    check("--file", listed, "--csv", out)
    header, first, *_ = out.read_text().splitlines()
    out.write_text(f"{header}\n{first}\n3,ADA@Mi")
    Journal(folder / "out.csv.journal", ListFile(listed).digest()).close()
    return out


class TestARunThatWasStopped:
    def test_is_gone_on_with_to_the_same_output_as_one_that_was_not(self, listed, tmp_path):
        out = stopped(listed, tmp_path)
        check("--file", listed, "--csv", out)
        check("--file", listed, "--csv", tmp_path / "whole.csv")
        assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
        assert not list(tmp_path.glob("*.journal*"))

    def test_prints_a_whole_document_when_it_is_gone_on_with(self, listed, tmp_path, capsys):
        out = stopped(listed, tmp_path)
        capsys.readouterr()
        check("--file", listed, "--csv", out, "--json")
        assert len(json.loads(capsys.readouterr().out)["checked"]) == len(rows(out)) == 6

    def test_is_not_gone_on_with_by_two(self, listed, tmp_path):
        journal = Journal(tmp_path / "out.csv.journal", ListFile(listed).digest())
        with pytest.raises(CommandError, match="in use"):
            check("--file", listed, "--csv", tmp_path / "out.csv")
        journal.close()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "Give names"),
        (["mill-lane.org", "--csv", "x"], "belong to a list"),
        (["mill-lane.org", "--column", "x"], "belong to a list"),
        (["mill-lane.org", "--file", "x"], "not both"),
        (["--file", "/nowhere/at/all"], "cannot be read"),
        (["--file", __file__, "--csv", "/nowhere/at/all"], "cannot be written"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(words, reason):
    with pytest.raises(CommandError, match=reason) as refused:
        check(*words)
    assert refused.value.returncode == 2
