"""The kill switch."""

from __future__ import annotations

from domainguard.models import Automation
from domainguard.services.pause import pause


def test_no_row_means_running(site):
    assert not Automation.is_paused()


def test_the_switch_says_whether_it_changed_anything_and_who_threw_it(site):
    assert pause(True, by="shell:ada")
    assert not pause(True, by="shell:bea")
    row = Automation.objects.get()
    assert (row.paused, row.by, row.since) == (True, "shell:ada", site.now())
    assert Automation.is_paused()
    assert pause(False, by="staff:7")
    assert not Automation.is_paused()
    assert site.audited() == ["automation_paused", "automation_resumed"]


def test_resuming_what_was_never_paused_changes_nothing(site):
    assert not pause(False, by="shell:ada")
    assert site.audited() == []
