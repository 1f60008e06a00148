"""Whoever asks about an address reads the same bytes, whatever has become of it (I7, F50, F51)."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.timing_hasher import CountingHasher
from benchmarks.timing_rows import NAMES, addresses, fill
from domainguard.models import AddressStanding, Intent
from domainguard.testing import scripts
from registry_site.accounts.models import User
from registry_site.packages.models import Project, Role
from tests.services.rows import PASSWORD

QUERIES = 3
OWNED = [name for name in NAMES if name != "unknown"]
NOISE = (
    (re.compile(r'(csrfmiddlewaretoken" value=")[^"]+'), r"\1"),
    (re.compile(r"(Set-Cookie: \w+=)[^;]+"), r"\1"),
    (re.compile(r"(expires=|Expires: )[^;\n]+"), r"\1"),  # now, to the second
)


@pytest.fixture
def classes(site, net, settings, at):
    """Give one address of each class, in a registry whose rows are those of the benchmark.

    Outside all domains are well: who adds an address is told what the world knows, and no more.
    """
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, **net.settings()}
    for name in NAMES:
        domain = addresses(name)[0].rpartition("@")[2]
        net.add(scripts.healthy(domain, born=at(days=-400)))
    fill(accounts=2)
    return {name: addresses(name)[0] for name in NAMES}


def seen(answer, *own: str) -> str:
    """Give all that a visitor sees, without random values and without their own words."""
    lines = [f"{name}: {value}" for name, value in sorted(answer.headers.items())]
    lines += [f"Set-Cookie: {cookie.OutputString()}" for cookie in answer.cookies.values()]
    text = "\n".join([str(answer.status_code), *lines, answer.content.decode()])
    for pattern, kept in NOISE:
        text = pattern.sub(kept, text)
    for word in own:
        text = text.replace(word, "<what was typed>")
    return text


def fresh(user: User | None = None) -> Client:
    cache.clear()  # the site's own limits are counted for a client, and here all are one
    browser = Client()
    if user is not None:
        browser.force_login(user)
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def ask_for_reset(number: int, text: str) -> str:
    browser = fresh()
    form = seen(browser.get(reverse("password_reset")))
    asked = seen(browser.post(reverse("password_reset"), {"email": text}))
    return form + asked + seen(browser.get(reverse("password_reset_done")))


def sign_up(number: int, text: str) -> str:
    browser, name = fresh(), f"visitor-{number}"
    form = {"username": name, "email": text, "password1": PASSWORD, "password2": PASSWORD}
    answer = browser.post(reverse("account_signup"), form)
    return seen(answer, text, name) + seen(browser.get(answer.headers["Location"]), text, name)


def sign_in(number: int, text: str) -> str:
    form = {"login": text, "password": "not the password"}
    return seen(fresh().post(reverse("account_login"), form), text)


def add_address(number: int, text: str) -> str:
    eve = User.objects.create_user(f"eve-{number}", f"eve-{number}@fieldpost.net", PASSWORD)
    EmailAddress.objects.create(user=eve, email=eve.email, verified=True, primary=True)
    browser = fresh(eve)
    form = {"email": text, "action_add": ""}
    return seen(browser.post(reverse("account_email"), form), text, eve.email, eve.username)


@pytest.mark.parametrize("ask", [ask_for_reset, sign_up, sign_in, add_address])
def test_a_stranger_reads_the_same_for_every_class(classes, ask):
    answers = {name: ask(number, text) for number, (name, text) in enumerate(classes.items())}
    for name in NAMES:
        assert answers[name] == answers["unknown"], name


@pytest.mark.parametrize("ask", [sign_up, sign_in])
def test_a_password_is_hashed_equally_often_for_every_class(classes, settings, ask):
    """A hash takes a hundred times what all the rest does, and can be told from outside."""
    settings.PASSWORD_HASHERS = ["benchmarks.timing_hasher.CountingHasher"]
    User.objects.update(password=make_password(PASSWORD))
    counted = {}
    for number, (name, text) in enumerate(classes.items()):
        before = CountingHasher.hashed
        ask(number, text)
        counted[name] = CountingHasher.hashed - before
    assert set(counted.values()) == {1}


def test_signing_in_takes_as_many_queries_for_every_class(classes):
    counted = set()
    for text in classes.values():
        browser = fresh()
        with CaptureQueriesContext(connection) as captured:
            browser.post(reverse("account_login"), {"login": text, "password": "not the password"})
        counted.add(len(captured))
    assert len(counted) == 1


def test_publishing_depends_on_no_address(classes):
    answers = []
    for name in OWNED:
        owner = User.objects.get(email=classes[name])
        project = Project.objects.create(name=f"{name}-project")
        Role.objects.create(project=project, user=owner)
        answer = fresh(owner).post(
            reverse("publish", args=[project.name]), {"version": "1.0", "notes": ""}
        )
        answers.append(seen(answer, project.name))
    assert Project.objects.filter(releases__version="1.0").count() == len(OWNED)
    assert len(set(answers)) == 1


def test_public_pages_of_a_person_depend_on_no_address(classes):
    pages = []
    for name in OWNED:
        owner = User.objects.get(email=classes[name])
        answer = fresh().get(reverse("user", args=[owner.username]))
        joined = owner.date_joined.strftime("%B")
        pages.append(seen(answer, owner.username, joined))
    assert len(set(pages)) == 1


def test_a_reset_is_one_row_and_as_many_queries_for_every_class(classes):
    counted = {}
    for name, text in classes.items():
        browser = fresh()
        with CaptureQueriesContext(connection) as captured:
            browser.post(reverse("password_reset"), {"email": text})
        counted[name] = [query["sql"].split()[0] for query in captured]
    assert set(map(tuple, counted.values())) == {("INSERT",)}
    assert max(map(len, counted.values())) <= QUERIES
    assert Intent.objects.count() == len(NAMES)


def test_the_classes_are_what_they_are_called(classes):
    """Without this the tests above could compare six times the same."""
    from domainguard.services import intents

    for text in classes.values():
        ask_for_reset(0, text)
    intents.work()
    outcomes = dict(Intent.objects.values_list("submitted", "outcome"))
    assert {name: outcomes[text] for name, text in classes.items()} == {
        "unknown": "refuse",
        "active": "mail",
        "held": "refuse",
        "de-verified": "refuse",
        "exempt": "mail",
        "limited": "limited",
    }
    assert AddressStanding.objects.filter(canonical=classes["unknown"]).count() == 0
