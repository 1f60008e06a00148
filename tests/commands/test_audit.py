"""`domainguard_audit verify`: is the trail as it was written?"""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from domainguard.models import AuditEvent
from tests.services.trails import Trail


@pytest.fixture
def trail(site) -> Trail:
    return Trail(site)


def test_an_intact_trail_is_a_sentence_with_its_count(trail, capsys):
    trail.sealed(3)
    trail.write(1)
    call_command("domainguard_audit", "verify")
    said = capsys.readouterr()
    sentence = "The audit trail is intact: 3 sealed rows, 1 more wait for their seal."
    assert said.out.splitlines()[0] == sentence
    assert AuditEvent.objects.get(place=3).digest in said.out
    assert said.err == ""


def test_a_broken_trail_ends_with_status_1_and_names_the_first_broken_row(trail, capsys):
    keys = trail.sealed(5)
    trail.damage("UPDATE domainguard_auditevent SET actor = 'nobody' WHERE place > 2")
    with pytest.raises(SystemExit) as ended:
        call_command("domainguard_audit", "verify")
    assert ended.value.code == 1
    assert capsys.readouterr().err.strip() == (
        f"The audit trail is broken. Row {keys[2]}, place 3 of the chain: "
        "it is not as it was sealed, or was sealed with a key unknown here."
    )


def test_json_is_one_document_whatever_was_found(trail, capsys):
    keys = trail.sealed(3)
    call_command("domainguard_audit", "verify", "--json")
    found = json.loads(capsys.readouterr().out)
    last = AuditEvent.objects.get(place=3).digest
    assert found == {
        "intact": True, "sealed": 3, "unsealed": 0, "last_seal": last, "broken": None,
    }  # fmt: skip
    trail.damage(f"DELETE FROM domainguard_auditevent WHERE id = {keys[0]}")  # noqa: S608
    with pytest.raises(SystemExit):
        call_command("domainguard_audit", "verify", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["intact"], found["broken"]["row"], found["broken"]["place"]) == (
        False,
        keys[1],
        2,
    )


def test_a_seal_kept_elsewhere_and_a_place_to_begin_may_be_named(trail, capsys):
    trail.sealed(5)
    noted = AuditEvent.objects.get(place=4).digest
    call_command("domainguard_audit", "verify", "--after", "2", "--noted", noted)
    assert "intact: 3 sealed rows." in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("domainguard_audit", "verify", "--noted", "0" * 64)
    assert "noted elsewhere is not in the trail" in capsys.readouterr().err


def test_hostile_text_in_a_row_reaches_no_terminal(trail, capsys):
    audited = trail.sealed(2)
    hostile = "\x1b[2J\nThe audit trail is intact"
    edit = "UPDATE domainguard_auditevent SET actor = %(text)s WHERE id = %(id)s"
    trail.damage(edit, text=hostile, id=audited[0])
    with pytest.raises(SystemExit):
        call_command("domainguard_audit", "verify")
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "intact" not in said.out + said.err
