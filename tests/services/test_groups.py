"""The groups of staff: made once, completed again, never cut back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from domainguard.services.acts.verbs import VERBS
from domainguard.services.groups import AUDITORS, GROUPS, LEADS, SUPPORT, make_groups


def permissions_of(name: str) -> set[str]:
    group = Group.objects.get(name=name)
    return set(group.permissions.values_list("codename", flat=True))


def test_every_group_gets_what_it_should_and_running_again_adds_nothing(db, capsys):
    call_command("domainguard_groups")
    for name, codenames in GROUPS.items():
        assert permissions_of(name) == set(codenames)
    capsys.readouterr()
    call_command("domainguard_groups")
    assert capsys.readouterr().out.count(": 0 permissions added.") == 3


def test_auditors_only_read(db):
    make_groups()
    assert all(codename.startswith("view_") for codename in permissions_of(AUDITORS))


def test_every_act_is_open_to_leads_and_what_takes_two_is_approved_by_them_alone(db):
    make_groups()
    assert {verb.permission for verb in VERBS.values()} <= permissions_of(LEADS)
    assert "approve_act" not in permissions_of(SUPPORT)
    assert permissions_of(SUPPORT) < permissions_of(LEADS)


def test_what_an_operator_added_stays_and_what_is_missing_comes_back(db):
    make_groups()
    group = Group.objects.get(name=AUDITORS)
    own = Permission.objects.get(codename="export_trail")
    group.permissions.add(own)
    group.permissions.remove(Permission.objects.get(codename="view_staffact"))
    assert make_groups() == {AUDITORS: 1, SUPPORT: 0, LEADS: 0}
    assert permissions_of(AUDITORS) == {*GROUPS[AUDITORS], "export_trail"}


@pytest.mark.parametrize("name", GROUPS)
def test_no_group_may_change_rows_by_django_s_own_forms(db, name):
    make_groups()
    words = ("add_", "change_", "delete_")
    assert not any(codename.startswith(words) for codename in permissions_of(name))
