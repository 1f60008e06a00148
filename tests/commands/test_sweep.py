"""`domainguard_sweep` and `domainguard_pause` on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from domainguard.models import Deverification, DomainStatus
from domainguard.testing import Where, scripts


def sweep(capsys, *options: str) -> dict[str, Any]:
    call_command("domainguard_sweep", "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_it_prints_one_document_that_counts_what_it_did(world, capsys, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org")
    done = sweep(capsys)
    assert done["checked"] >= 1
    assert done["conclusive"] == done["checked"]
    assert done["enrolled_addresses"] == 1
    assert {"held", "deverified", "restored", "waiting_for_review", "inconclusive"} <= done.keys()


def test_all_looks_at_what_is_not_due_too(world, capsys, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org")
    sweep(capsys)
    while sweep(capsys)["checked"]:
        pass
    assert sweep(capsys, "--all")["checked"] == DomainStatus.objects.count()


def test_a_source_that_answers_nothing_is_named_and_the_exit_status_is_1(world, capsys, at):
    for name in ("mill-lane.org", "mill-road.org", "mill-weir.net"):
        world.net.add(scripts.healthy(name, born=at(days=-400)))
        world.person(name, f"someone@{name}")
    with world.net.outage(Where.RDAP), pytest.raises(SystemExit) as stopped:
        call_command("domainguard_sweep")
    assert stopped.value.code == 1
    assert "rdap gave no usable answer" in capsys.readouterr().err


def test_a_clock_that_went_back_stops_the_sweep_before_it_concludes_anything(world, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    world.net.clock.restart(at(hours=-1))
    with pytest.raises(CommandError, match="The clock says"):
        call_command("domainguard_sweep")


def test_a_damaged_list_of_mailbox_providers_stops_the_sweep(world, settings, tmp_path):
    damaged = tmp_path / "providers.txt"
    damaged.write_text("gmail.com\n")
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "EXEMPT_PROVIDERS": str(damaged)}
    with pytest.raises(CommandError, match="lists 1 mailbox providers"):
        call_command("domainguard_sweep")


def test_while_automation_is_paused_a_lapsed_domain_is_refused_and_nobody_is_deverified(
    world, capsys, at
):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    world.person("ada", "ada@mill-lane.org")
    call_command("domainguard_pause", "on")
    assert "is now paused" in capsys.readouterr().out
    for _ in range(2):
        world.sweep()
        world.pass_time(at(hours=7) - at())
    row = world.domain("mill-lane.org")
    assert (row.held, row.control_epoch) == (True, 1)
    call_command("domainguard_pause", "off")
    world.sweep()
    assert world.domain("mill-lane.org").control_epoch == 2
    assert Deverification.objects.count() == 1
