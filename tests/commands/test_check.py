"""`domainguard_check`: one clear line and the right exit status, whatever it is given."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command

from domainguard.models import DomainStatus, Observation
from domainguard.testing import How, Where, scripts
from tests.patience import ends

BAD_NAMES = {
    "nowhere.zzzz": "suffix",
    "someone@[127.0.0.1]": "address",
    '"odd one"@mill-lane.org': "quotation",
    "a" * 300 + ".org": "long",
    "mill\x00lane.org": "control",
}


@pytest.fixture
def check(world, capsys):
    def run(*names: str) -> tuple[int, dict[str, Any], str]:
        status = 0
        try:
            call_command("domainguard_check", *names, "--json")
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        printed = capsys.readouterr()
        return status, json.loads(printed.out), printed.err

    return run


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_cannot_be_one_gives_one_clear_line_and_exit_status_2(world, capsys, name):
    with pytest.raises(SystemExit) as stopped:
        call_command("domainguard_check", name)
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.isprintable()
    assert BAD_NAMES[name] in line.lower()
    assert len(line) < 250


def test_one_bad_name_does_not_stop_the_others(world, check, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    status, document, _ = check("nowhere.zzzz", "mill-lane.org")
    assert status == 2
    assert [each.get("state") for each in document["checked"]] == [None, "active"]


def test_a_healthy_domain_is_active_and_leaves_no_row_behind(world, check, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    status, document, _ = check("mill-lane.org")
    (found,) = document["checked"]
    assert status == 0
    assert (found["state"], found["conclusive"], found["acts"]) == ("active", True, [])
    assert {each["source"] for each in found["evidence"]} >= {"dns", "rdap"}
    assert not DomainStatus.objects.exists()


def test_a_known_domain_is_looked_at_and_the_look_is_kept(world, check, at):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    before = Observation.objects.count()
    _, document, _ = check("ada@mill-lane.org")
    assert document["checked"][0]["held"] is True
    assert Observation.objects.count() > before


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(world, capsys, at):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=2)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    world.pass_time(at(days=3) - world.net.clock.now())
    rows = list(DomainStatus.objects.values())
    call_command("domainguard_check", "mill-lane.org", "--dry-run")
    assert "would: hold" in capsys.readouterr().out
    assert list(DomainStatus.objects.values()) == rows


def printed(capsys, *names: str) -> list[str]:
    with suppress(SystemExit):
        call_command("domainguard_check", *names)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_the_evidence_is_printed_as_a_ladder_with_its_witnesses_and_sentences(world, capsys, at):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    answer, *witnesses = printed(capsys, "mill-lane.org")
    assert answer.startswith("mill-lane.org: redemption, on hold. The registrar has deleted")
    asked = [line.split()[:2] for line in witnesses if line.split()[0] in ("dns", "rdap", "fastly")]
    assert asked == [["dns", "answered"], ["rdap", "answered"], ["fastly", "answered"]]
    adverse = [line.partition(":")[0] for line in witnesses if line.startswith("adverse")]
    assert adverse == [
        "adverse lapse dns nxdomain",
        "adverse lapse fastly redemption",
        "adverse lapse rdap redemption",
    ]
    assert witnesses[-1] == "would: hold"


def test_what_is_worth_a_remark_stands_below_as_noted_and_is_not_adverse(world, capsys, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    with world.net.outage(Where.RDAP, How.ERROR):
        lines = printed(capsys, "mill-lane.org")
    assert [line for line in lines if line.startswith("adverse")] == []
    assert "noted registry_silent: The domain registry gave no usable answer." in lines


def test_resolvers_that_cannot_be_reached_make_it_inconclusive(world, check, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    with world.net.outage(Where.RESOLVERS):
        status, document, _ = check("mill-lane.org")
    (found,) = document["checked"]
    assert status == 1
    assert not found["conclusive"]
    assert "dns_silent" in found["reasons"]


def test_a_registry_that_hangs_is_given_up_within_the_deadline(world, check, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    with ends(), world.net.outage(Where.RDAP, How.SILENT):
        status, document, _ = check("mill-lane.org")
    (found,) = document["checked"]
    assert status == 1
    assert {each["source"]: each["outcome"] for each in found["evidence"]}["rdap"] == "timed_out"


@pytest.fixture
def gone(world, at, settings):
    """Let a domain be gone from DNS and registry, and name one that the registry must know."""
    world.net.add(scripts.released("mill-lane.org", born=at(days=-400), at=at(days=-1)))
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "CANARIES": ["our-own.org"]}
    return world


def witness(document: dict[str, Any], source: str) -> str:
    (found,) = document["checked"]
    return str({each["source"]: each["outcome"] for each in found["evidence"]}[source])


def test_a_404_counts_once_the_registry_finds_the_name_the_operator_chose(gone, check, at):
    gone.net.add(scripts.healthy("our-own.org", born=at(days=-400)))
    _, document, _ = check("mill-lane.org")
    assert witness(document, "rdap") == "not_found"
    asked = list(gone.net.rdap.queries)
    assert asked[0] == "mill-lane.org"
    assert asked[2:] == ["our-own.org"]


def test_a_404_is_not_believed_of_a_registry_that_denies_every_name(gone, check):
    with gone.net.outage(Where.RDAP, How.NO_SUCH_NAME):
        _, document, _ = check("mill-lane.org")
    assert witness(document, "rdap") == "distrusted"
    assert list(gone.net.rdap.queries)[2:] == ["our-own.org", "nic.org"]
