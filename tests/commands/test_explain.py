"""`domainguard_explain`: would this address receive a reset now, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from domainguard.models import AddressStanding
from domainguard.testing import scripts

KEYS = {
    "address",
    "domain",
    "eligible",
    "reason",
    "state",
    "held",
    "control_epoch",
    "verified_epoch",
    "verified",
    "next_check_at",
    "evidence",
}


def explain(capsys, address: str) -> dict[str, Any]:
    call_command("domainguard_explain", address, "--json")
    return json.loads(capsys.readouterr().out)


def test_it_has_the_keys_of_the_contract_and_says_yes_for_a_healthy_address(world, capsys, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    facts = explain(capsys, "ada@mill-lane.org")
    assert facts.keys() == KEYS
    assert (facts["eligible"], facts["reason"], facts["state"]) == (True, "eligible", "active")
    assert (facts["verified"], facts["verified_epoch"], facts["control_epoch"]) == (True, 1, 1)
    assert facts["evidence"]


def test_it_says_no_and_why_for_an_address_on_a_lapsed_domain(world, capsys, at):
    world.net.add(scripts.redemption("mill-lane.org", born=at(days=-400), begins=at(days=-1)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    facts = explain(capsys, "ada@mill-lane.org")
    assert (facts["eligible"], facts["reason"], facts["held"]) == (False, "held", True)
    assert facts["state"] == "redemption"


def test_a_question_changes_nothing(world, capsys, at):
    world.person("ada", "ada@mill-lane.org")
    facts = explain(capsys, "ada@mill-lane.org")
    assert (facts["eligible"], facts["reason"]) == (False, "unknown_address")
    assert not AddressStanding.objects.exists()


def test_the_short_form_is_a_sentence(world, capsys, at):
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", "ada@mill-lane.org")
    world.sweep()
    call_command("domainguard_explain", "ada@mill-lane.org")
    assert capsys.readouterr().out.startswith("ada@mill-lane.org would receive a reset: eligible.")


def test_what_is_no_address_is_an_error_with_status_2(world):
    with pytest.raises(CommandError) as refused:
        call_command("domainguard_explain", "someone@[127.0.0.1]")
    assert refused.value.returncode == 2
