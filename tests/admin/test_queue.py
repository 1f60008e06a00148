"""The queue of de-verified accounts: filters, counts, search, order; the page of one account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from domainguard.models import Deverification, OutboxMail
from domainguard.services.enforce import enforce
from registry_site.packages.models import Project, Release, Role
from tests.services.acts.desk import lost

from .staff import ALL, hire

QUEUE = reverse("admin:domainguard_deverification_changelist")
ASKED: list[tuple[dict[str, str], list[str]]] = [
    ({"q": "bob"}, ["bob"]),
    ({"q": "CLEO@mill-road"}, ["cleo"]),
    ({"q": "mill-lane.org"}, ["ada", "bob"]),
    ({"step": "contact"}, ["bob"]),
    ({"step": "recover"}, ["ada", "cleo"]),
    ({"reason": "lapse"}, ["ada", "bob"]),
    ({"reason": "hands"}, ["cleo"]),
    ({"since": "day"}, ["ada", "cleo", "bob"]),
    ({"since": "older"}, []),
    ({"stake": "downloads"}, ["ada"]),
    ({"stake": "many"}, []),
    ({"stake": "some"}, ["ada"]),
    ({"stake": "none"}, ["cleo", "bob"]),
    ({"sole": "yes"}, ["ada"]),
    ({"sole": "no"}, ["cleo", "bob"]),
    ({"factor": "yes"}, []),
    ({"factor": "no"}, ["ada", "cleo", "bob"]),
    ({"other": "yes"}, ["bob"]),
    ({"other": "no"}, ["ada", "cleo"]),
    ({"signed_in": "year"}, ["ada"]),
    ({"signed_in": "never"}, ["cleo", "bob"]),
    ({"assigned": "nobody"}, ["ada", "cleo", "bob"]),
    ({"assigned": "me"}, []),
    ({"standing": "restored"}, []),
    ({"standing": "all", "reason": "lapse", "other": "yes"}, ["bob"]),
    ({"step": "nothing-such"}, ["ada", "cleo", "bob"]),
    ({"o": "1"}, ["ada", "bob", "cleo"]),
]


@pytest.fixture
def rows(site) -> dict[str, Deverification]:
    """Give three accounts: Ada with projects, Bob with another address, Cleo in new hands."""
    ada = site.person("ada", "ada@mill-lane.org", last_login=site.now() - timedelta(days=9))
    made = Project.objects.create(name="anvil", dependents=4, downloads=250_000)
    Role.objects.create(project=made, user=ada, kind=Role.Kind.OWNER)
    site.person("bob", "bob@mill-lane.org", "bob@other.net")
    site.corroborate("mill-lane.org")
    site.person("cleo", "cleo@mill-road.org")
    site.corroborate("mill-road.org", t0=site.now() - timedelta(days=5))
    enforce()
    return {row.account_name: row for row in Deverification.objects.all()}


FACETS = {"reason": "lapse", "_facets": "True"}


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [row.account_name for row in answer.context["cl"].result_list]


def test_what_most_hangs_on_comes_first(rows):
    assert names(hire("ann", *ALL).browser.get(QUEUE)) == ["ada", "cleo", "bob"]


def test_filters_search_and_order_leave_the_rows_they_name(rows):
    browser = hire("ann", *ALL).browser
    for asked, left in ASKED:
        assert names(browser.get(QUEUE, asked)) == left, asked


def test_who_is_restored_or_ruled_to_stay_leaves_the_queue_and_is_found_by_the_filter(rows, site):
    Deverification.objects.filter(account_name="ada").update(restored_at=site.now())
    Deverification.objects.filter(account_name="bob").update(kept_at=site.now())
    browser = hire("ann", *ALL).browser
    assert names(browser.get(QUEUE)) == ["cleo"]
    assert names(browser.get(QUEUE, {"q": "mill-lane.org"})) == ["ada", "bob"]
    for standing, left in (("restored", ["ada"]), ("kept", ["bob"]), ("out", ["cleo", "bob"])):
        assert names(browser.get(QUEUE, {"standing": standing})) == left


def test_each_choice_says_how_many_the_other_filters_leave(rows):
    shown = hire("ann", *ALL).browser.get(QUEUE, FACETS).content.decode()
    for choice in ("to review (2)", "Write to other addresses (1)", "the domain lapsed (2)",
                   "it is in new hands (1)", "100,000 downloads or more (1)"):  # fmt: skip
        assert choice in shown, choice


def test_a_row_says_who_why_and_what_to_do(rows):
    shown = hire("ann", *ALL).browser.get(QUEUE).content.decode()
    for words in (
        "ada@mill-lane.org", "it is in its redemption period", "1 project, 250,000 downloads",
        "sole owner", "no second factor", "signed in 2026-02-20", "bob@other.net",
        "Write to other addresses", "never signed in", "2026-03-01",
    ):  # fmt: skip
        assert words in shown, words


def test_an_accounts_page_says_the_answer_then_what_happened_then_everything_else(rows, site):
    ada = rows["ada"].standing
    Release.objects.create(
        project=Project.objects.get(),
        version="1.0",
        published_by_id=ada.account,
        published_at=site.now(),
    )
    OutboxMail.objects.create(
        standing=ada, account=ada.account, purpose="notice", letter="refused",
        created_at=site.now(), expires_at=site.now(), status="dropped", reason="outdated",
    )  # fmt: skip
    page = reverse("admin:domainguard_deverification_change", args=[rows["ada"].pk])
    shown = hire("ann", *ALL).browser.get(page).content.decode()
    told = (
        "De-verified: no reset goes to this address", "Suggested step:", "What happened",
        "Adverse look", "Control epoch raised to 2", "All addresses of the account",
        "Sign-ins and recoveries since", "Releases since", "anvil 1.0", "Mails to the account",
        "refused", "outdated", "Other accounts on the domain", "bob@mill-lane.org",
    )  # fmt: skip
    places = [shown.index(words) for words in told]
    assert places == sorted(places)


def test_an_account_that_is_gone_is_shown_by_its_key(site):
    row = lost(site)
    row.account_name = ""
    row.save()
    shown = hire("ann", *ALL).browser.get(QUEUE).content.decode()
    assert f">{row.standing.account}<" in shown
