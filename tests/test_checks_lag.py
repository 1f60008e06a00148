"""The doctor on what is late, which it sees only where it may ask the database."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command

from domainguard.checks.lag import check_lag


@pytest.mark.parametrize(("hours", "found"), [(5, []), (7, ["domainguard.W014"])])
def test_w014_a_look_that_has_been_due_for_hours(site, hours, found):
    site.domain("mill-lane.org", next_check_at=site.now() - timedelta(hours=hours))
    said = check_lag(None, databases=["default"])
    assert [each.id for each in said] == found
    assert all("domainguard_run" in str(each.hint) for each in said)


@pytest.mark.parametrize("databases", [["default"], []])
def test_the_command_says_it_when_it_is_told_to_ask_the_database(site, databases):
    site.domain("mill-lane.org", next_check_at=site.now() - timedelta(days=1))
    said = io.StringIO()
    call_command("check", databases=databases, stdout=said, stderr=said)
    assert ("domainguard.W014" in said.getvalue()) is bool(databases)


def test_no_database_is_asked_that_the_doctor_may_not_ask(site, django_assert_num_queries):
    site.domain("mill-lane.org", next_check_at=site.now() - timedelta(days=9))
    with django_assert_num_queries(0):
        assert check_lag(None, databases=None) == []


def test_a_site_without_a_domain_is_never_late(site):
    assert check_lag(None, databases=["default"]) == []
