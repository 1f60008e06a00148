"""A short story told from its first day: what the table and the inbox claim of it is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings

from domainguard.core.record import Policy
from domainguard.models import AuditEvent, DomainStatus, EpochBump
from domainguard.testing import Holder, SmallInternet
from domainguard.testing.clock import clock
from registry_site.accounts.models import User
from registry_site.demo import seed, stage
from registry_site.demo.findings import Finding, findings
from registry_site.demo.guide import guide
from registry_site.demo.internet import small_internet
from registry_site.demo.progress import Progress
from registry_site.demo.server import listen, serving
from registry_site.demo.state import DIRECTORY_VARIABLE, State
from registry_site.demo.story import Story
from registry_site.demo.table import WIDTH, table
from registry_site.demo.walk import live
from registry_site.packages.models import Project
from tests.registry_site.test_in_a_browser import fits_and_is_accessible
from tests.registry_site.test_pages import look_through

STRANGERS = "copperfern.dev"
LAPSED = "kestrelyard.com"
LAPSING = "saltglass-tools.org"
FINE = "petrel-observatory.org"
# Even those that only look at what was told: without it they run apart, and it is told twice.
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
ORIGIN = "http://127.0.0.1:8765"
STORY = Story(
    datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    days=50,
    only=("gmail.com", FINE, STRANGERS, LAPSED, LAPSING),
)


@dataclass
class Told:
    """The story's end: what is found, what was shown on the way, and the sink."""

    net: SmallInternet
    found: dict[str, Finding]
    shown: str
    origin: str = ORIGIN


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Told]:
    """Tell the story once for the tests of this file; nothing of it is left afterwards."""
    state = State(tmp_path_factory.mktemp("demo"))
    state.finish(STORY.as_json())
    clock.restart(STORY.begins)
    shown = StringIO()
    with (
        pytest.MonkeyPatch.context() as environment,
        django_db_blocker.unblock(),
        override_settings(
            ROOT_URLCONF="registry_site.demo.urls",
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ),
        small_internet(STORY, state, ORIGIN) as net,
        stage.running(stage.Stage(net, state, STORY)),
    ):
        environment.setenv(DIRECTORY_VARIABLE, str(state.directory))
        try:
            seed.fill(STORY)
            live(clock, STORY.today, STORY.requests(), tell=Progress(STORY, shown))
            yield Told(net, {each.domain: each for each in findings()}, shown.getvalue())
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def site(told: Told, client: Client) -> Client:
    """Give a browser on the site of the told story."""
    return client


def test_the_clock_stands_at_the_day_the_story_is_told_from(told):
    assert told.net.clock.now() == STORY.today


def test_a_registry_of_people_projects_and_an_admin_is_there(site):
    assert User.objects.filter(is_superuser=False).count() == len(STORY.people())
    assert Project.objects.count() == 60
    assert User.objects.get(is_superuser=True).check_password(seed.PASSWORD)


def test_the_best_loved_project_has_one_owner_and_his_domain_is_a_strangers(site):
    project = Project.objects.order_by("-dependents")[0]
    (owner,) = project.people.all()
    assert owner.email.endswith(f"@{STRANGERS}")


def test_a_strangers_domain_is_deverified_in_two_steps(told, site):
    found = told.found[STRANGERS]
    assert (found.state, found.held, found.epoch) == ("reregistered", True, 3)
    assert found.done == "4 de-verified"
    bumps = EpochBump.objects.filter(domain__domain=STRANGERS).order_by("epoch")
    assert [bump.cause for bump in bumps] == ["lapse", "change_of_hands"]
    at_domain = EmailAddress.objects.filter(email__endswith=f"@{STRANGERS}")
    assert at_domain.count() == found.addresses
    assert not at_domain.filter(verified=True).exists()


def test_a_lapsed_domain_is_deverified_and_says_why(told):
    found = told.found[LAPSED]
    assert (found.state, found.held, found.epoch) == ("redemption", True, 2)
    assert found.why.startswith("The registrar has deleted the domain")


def test_a_domain_that_lapsed_two_hours_ago_is_refused_and_nobody_is_deverified_yet(told, site):
    found = told.found[LAPSING]
    assert (found.state, found.held, found.epoch) == ("redemption", True, 1)
    assert found.done == "refused; nobody de-verified yet"
    assert EmailAddress.objects.filter(email__endswith=f"@{LAPSING}", verified=True).count() == 3


def test_nothing_was_done_about_domains_in_order(told):
    for domain in ("gmail.com", FINE):
        assert told.found[domain].done == "nothing"
        assert not told.found[domain].held


def test_the_looks_behind_every_raised_epoch_lie_six_hours_apart(site):
    bumps = list(EpochBump.objects.all())
    assert bumps
    for bump in bumps:
        first, last = (datetime.fromisoformat(look["at"]) for look in bump.evidence["looks"])
        assert last - first >= Policy().apart


def test_no_domain_waited_longer_than_a_day_for_its_look(site):
    overdue = STORY.today - timedelta(days=1)
    assert not DomainStatus.objects.filter(next_check_at__lt=overdue).exists()


def test_no_link_ever_reached_anybody_but_the_owner_of_an_address(told):
    mails = told.net.sink.messages
    links = [each for each in mails if "/accounts/password/reset/" in each.text]
    assert {each.holder for each in links} == {Holder.OWNER}
    # A notice to a domain past its expiry may land at its registrar's page; it opens nothing.
    assert Holder.STRANGER not in {each.holder for each in mails}


def test_owners_in_order_who_asked_got_their_mail_and_nobody_else_did(told, site):
    for address in {address for _, address in STORY.requests()}:
        mails = told.net.sink.messages_to(address)
        subjects = {str(mail.message["subject"]) for mail in mails}
        in_order = address.endswith(("@gmail.com", f"@{FINE}"))
        assert ("Your new password at Cairn" in subjects) == in_order, address
    refused = AuditEvent.objects.filter(action="mail_refused")
    assert refused.filter(domain=STRANGERS).count() == 2
    assert refused.filter(domain=LAPSED).count() == 1


def test_the_table_fits_a_terminal_and_begins_with_the_worst(told):
    lines = list(table(told.found.values()))
    assert max(map(len, lines)) <= WIDTH
    order = [line.split()[0] for line in lines[2:] if not line.startswith(" ")]
    assert order == [STRANGERS, LAPSED, LAPSING, "gmail.com", FINE]


def test_the_way_is_shown_in_a_line_for_every_ten_days(told):
    lines = told.shown.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"day {day} of 50" for day in (10, 20, 30, 40, 50)
    ]


def test_a_terminal_is_shown_a_bar_that_grows_and_ends_its_line(site):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    progress = Progress(STORY, terminal)
    for moment in (STORY.begins, STORY.begins + timedelta(days=30), STORY.today):
        progress(moment)
    drawn = terminal.getvalue().split("\r")[1:]
    lengths = [line.count("#") for line in drawn]
    assert all(before < after for before, after in pairwise(lengths))
    assert drawn[-1].endswith("\n")


def test_the_guide_names_addresses_that_do_what_it_says(told, site):
    text = "\n".join(guide(ORIGIN, list(told.found.values())))
    paths = [word.removeprefix(ORIGIN) for word in text.split() if word.startswith(ORIGIN)]
    assert len(paths) == 8
    for path in paths:
        assert site.get(path).status_code in (200, 302), path
    assert f"@{STRANGERS}. The page says the same" in text
    username = text.partition("Sign in as ")[2].partition(",")[0]
    assert site.login(username=username, password=seed.PASSWORD)
    assert "No longer trusted" in site.get("/account/").text


def test_the_strangers_mailbox_is_empty_and_says_why(told, site):
    (address,) = {address for _, address in STORY.requests() if address.endswith(STRANGERS)}
    page = site.get(f"/demo/inbox/{address}/")
    look_through(page)
    assert "Read by a stranger." in page.text
    assert "2 requests for a new password refused" in page.text
    assert told.found[STRANGERS].why in page.text
    assert "No mail has arrived here." in page.text


def test_a_mail_is_shown_as_text_with_a_link_into_this_site(told, site):
    mail = next(each for each in told.net.sink.messages if each.rcpt_to.endswith(FINE))
    page = site.get(f"/demo/inbox/{mail.rcpt_to}/")
    look_through(page)
    link = next(word for word in mail.text.split() if word.startswith(ORIGIN))
    assert f'<a href="{link.removeprefix(ORIGIN)}">{link}</a>' in page.text
    assert "Read by its owner." in page.text


def test_the_inbox_lists_the_strangers_mailboxes_first_with_their_counts(told, site):
    page = site.get("/demo/inbox/")
    look_through(page)
    boxes = page.context["boxes"]
    assert boxes[0].address.endswith(f"@{STRANGERS}")
    assert sum(len(box.letters) for box in boxes) == len(told.net.sink.messages)
    assert all(f"/demo/inbox/{box.address}/" in page.text for box in boxes)


def test_the_inbox_fits_a_phone_and_passes_the_accessibility_rules(told, page):
    (mail, *_) = told.net.sink.messages
    with listen(0) as server, serving(server):
        for path in ("/demo/inbox/", f"/demo/inbox/{mail.rcpt_to}/"):
            page.goto(server.origin + path)
            fits_and_is_accessible(page)


@pytest.mark.parametrize("address", ["nobody@gmail.com", "no-address", "\0@x", "a@b@c"])
def test_an_address_that_nobody_has_has_no_mailbox(site, address):
    assert site.get(f"/demo/inbox/{address}/").status_code == 404


def test_every_page_of_the_demo_leads_to_the_inbox(site):
    assert 'href="/demo/inbox/"' in site.get("/").text


def test_no_other_site_has_an_inbox(client, db):
    with override_settings(ROOT_URLCONF="registry_site.urls"):
        assert client.get("/demo/inbox/").status_code == 404
        assert "demo" not in client.get("/").text.lower()
