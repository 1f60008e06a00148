"""`domainguard_simulate`: one document, the same for a seed, and settings that can be compared."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

LIVES = 40
FEW = "--lives=4"  # where only the form of the report matters
KEYS = {
    "policy",
    "lives",
    "takeovers_with_trace",
    "takeovers_without_trace",
    "wrong_deverifications",
    "wrong_holds",
    "exposure_hours_mean",
    "lookups_per_domain_year",
}


def simulate(*options: str) -> str:
    out = io.StringIO()
    told = (f"--lives={LIVES}", "--seed=3", "--processes=1", *options)
    call_command("domainguard_simulate", *told, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture(scope="module")
def document():
    return json.loads(simulate("--json"))


def policy(document, name: str):
    (row,) = [each for each in document["policies"] if each["policy"] == name]
    return row


def test_the_document_has_a_row_for_every_policy_and_the_same_lives_in_each(document):
    names = [each["policy"] for each in document["policies"]]
    assert names[0] == "stock_django"
    assert names[-1] == "domainguard"
    assert {"pypi", "pypi_as_coded", "rubygems"} <= set(names)
    assert all(each.keys() >= KEYS and each["lives"] == LIVES for each in document["policies"])
    assert sum(row["lives"] for row in document["by_kind"]) == LIVES
    assert (document["seed"], document["lives"]) == (3, LIVES)


def test_who_never_looks_loses_every_mailbox_and_ours_none_that_left_a_trace(document):
    nobody, ours = policy(document, "stock_django"), policy(document, "domainguard")
    taken = nobody["takeovers_with_trace"] + nobody["takeovers_without_trace"]
    assert taken == nobody["strangers"] > 10
    assert ours["takeovers_with_trace"] == 0
    assert ours["wrong_deverifications"] == 0
    assert policy(document, "pypi")["takeovers_with_trace"] > 0


def test_one_seed_gives_the_same_figures_however_many_processors_work(document):
    assert json.loads(simulate("--json", "--processes=2")) == document
    other = json.loads(simulate("--json", "--seed=4", FEW))
    assert other["by_kind"] != json.loads(simulate("--json", FEW))["by_kind"]


def test_csv_has_a_line_for_each_policy_and_the_table_says_the_same():
    few = json.loads(simulate("--json", FEW))
    rows = list(csv.DictReader(io.StringIO(simulate("--csv", FEW))))
    table = simulate(FEW)
    assert [row["policy"] for row in rows] == [each["policy"] for each in few["policies"]]
    for row, each in zip(rows, few["policies"], strict=True):
        assert int(row["takeovers_with_trace"]) == each["takeovers_with_trace"]
        assert f"| {each['policy']} |" in table


def test_the_picture_is_one_svg_that_names_every_policy(tmp_path, document):
    file = tmp_path / "picture.svg"
    simulate("--svg", str(file), FEW)
    text = " ".join(ElementTree.parse(file).getroot().itertext())  # noqa: S314 - our own
    assert all(each["policy"] in text for each in document["policies"])


def test_a_registry_of_another_size_gives_pypi_another_interval():
    small = json.loads(simulate("--json", "--addresses=20000", FEW))
    assert policy(small, "pypi_as_coded")["lookups_per_domain_year"] == 12.2
    one_a_day = json.loads(simulate("--json", "--lookups=365", FEW))
    assert policy(one_a_day, "pypi")["lookups_per_domain_year"] == 365


def test_a_number_of_our_rules_can_be_tried_before_it_is_changed():
    tried = json.loads(simulate("--json", "--set=apart=240", "--set=fresh_for=0.5", FEW))
    assert tried["settings"]["policy_hours"]["apart"] == 240
    assert tried["settings"]["policy_hours"]["fresh_for"] == 0.5


@pytest.mark.parametrize(
    ("option", "said"),
    [("--set=apart", "NAME=HOURS"), ("--set=nothing=1", "apart"), ("--lives=0", "from 1 on")],
)
def test_what_cannot_be_meant_is_refused_with_a_word_of_help(option, said):
    with pytest.raises(CommandError, match=said):
        call_command("domainguard_simulate", option)


def test_a_picture_that_cannot_be_written_is_an_error_that_says_so(tmp_path):
    with pytest.raises(CommandError, match="could not be written"):
        simulate(FEW, "--svg", str(tmp_path / "nowhere" / "picture.svg"))


def test_progress_goes_to_the_other_stream(capsys):
    call_command("domainguard_simulate", "--processes=1", FEW, "--json")
    told = capsys.readouterr()
    assert "4 of 4 lives" in told.err
    assert json.loads(told.out)["lives"] == 4
