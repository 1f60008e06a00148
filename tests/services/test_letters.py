"""Every letter, in every language, to people with hostile names: plain, short, and in one piece."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils.translation import override

from domainguard.conf import LETTERS, settings
from domainguard.models import Deverification, DueNotice, OutboxMail, WayBack
from domainguard.services import letters
from domainguard.services.enforce import enforce
from domainguard.services.seal import seal
from domainguard.wiring import letter
from registry_site.accounts.models import User
from registry_site.packages.models import Invitation, Project
from tests.services.rows import Site

ADA, HOME, LOST = "ada@mill-lane.org", "ada@fieldpost.net", "ada@weir-lane.org"
NAMES = [
    "ada",
    "ada\r\nBcc: eve@evil.example",
    "<script>alert(1)</script>",
    "http://evil.example/reset",
    "www.evil.example",
    "\u202eada\u2028x",
    "{{ settings.SECRET_KEY }}%(name)s" + "x" * 200,
]
# Written by the templates of a library or of the site, on which the site has its own tests.
OTHERS = {"reset", "allauth", "djoser", "dj_rest_auth"}


def lost(site: Site, user: User) -> dict[str, Any]:
    site.corroborate("weir-lane.org")
    enforce()
    return {"address": LOST, "deverification": Deverification.objects.get().pk}


def due(reason: str) -> Callable[[Site, User], dict[str, Any]]:
    def made(site: Site, user: User) -> dict[str, Any]:
        site.hold("weir-lane.org")
        if reason == "co_owner":
            for name in ("mill-lane.org", "fieldpost.net"):
                site.hold(name)
        site.pass_time(timedelta(days=1))
        about = f"{user.pk} now" if reason == "co_owner" else "hold:now"
        notice = DueNotice.objects.create(
            account=str(user.pk), reason=reason, about=about, created_at=site.now()
        )
        return {"notice": notice.pk}

    return made


def way(site: Site, user: User) -> dict[str, Any]:
    at = site.now()
    begun = WayBack.objects.create(
        standing=site.standing(LOST),
        account=str(user.pk),
        kind=WayBack.Kind.SIGNED_IN,
        epoch=2,
        before=1,
        begun_at=at,
        dies_at=at + timedelta(days=1),
    )
    return {"sealed": seal({"way": begun.pk})}


def invitation(site: Site, user: User) -> dict[str, Any]:
    project = Project.objects.create(name="tidepool")
    made = Invitation.objects.create(project=project, invited_by=user)
    return {"sealed": seal({"invitation": made.pk})}


def stopping(site: Site, user: User) -> dict[str, Any]:
    return {"sealed": seal({"act": 1, "what": "restore_proposed", "address": LOST})}


def says(**payload: Any) -> Callable[[Site, User], dict[str, Any]]:
    return lambda site, user: payload


CASES: list[tuple[str, Callable[[Site, User], dict[str, Any]]]] = [
    ("deverified", lost),
    ("restored", says()),
    ("refused", says(address=LOST)),
    ("changed", says()),
    ("early", due("hold")),
    ("co_owner", due("co_owner")),
    *(("staff", says(what=what, address=LOST, message="Please\nwrite back."))
      for what in ("restore_proposed", "restored", "factor_proposed", "factor_removed", "message")),
    *(("way_back", says(what=what, address=LOST)) for what in ("begun", "here", "cancelled")),
    ("way_back_link", way),
    ("stop_act", stopping),
    ("account_changed", says(what="password_changed")),
    ("invitation", invitation),
]  # fmt: skip


class Reading(HTMLParser):
    """What a mail program would do with a letter's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.language = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.add(tag)
        self.language = self.language or str(said.get("lang", ""))
        self.fetched += [str(said[name]) for name in ("src", "background", "data") if name in said]
        if tag == "a":
            self.links.append(str(said["href"]))


def written(site: Site, name: str, payload: dict[str, Any], user: User) -> EmailMessage:
    """Write a letter, and read it back from the bytes that go over the wire."""
    at = site.now()
    mail = OutboxMail.objects.create(
        standing=site.standing(HOME),
        account=str(user.pk),
        purpose="notice",
        letter=name,
        payload=payload,
        created_at=at,
        expires_at=at + timedelta(days=1),
        status=OutboxMail.Status.SENDING,
        handed_over_at=at,
        epoch=1,
    )
    found = letter(name)(mail)
    found.to = [mail.standing.address]
    return message_from_bytes(found.message().as_bytes(), policy=policy.default)


def test_the_table_has_every_letter():
    named = {*LETTERS, *django_settings.DOMAINGUARD["LETTERS"]}
    assert {name for name, _ in CASES} == named - OTHERS


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_letter_is_whole_in_every_language_whatever_its_reader_is_called(
    site, name, case, language
):
    user = site.person("ada", ADA, HOME, LOST, language=language)
    payload = case(site, user)
    for hostile in NAMES:
        User.objects.filter(pk=user.pk).update(username=hostile[:40])
        mail = written(site, name, payload, user)
        assert_plain(mail, language)


def assert_plain(mail: EmailMessage, language: str) -> None:
    assert mail.keys().count("To") == 1
    assert mail["To"] == HOME
    assert "Bcc" not in mail
    assert 0 < len(str(mail["Subject"])) <= 120
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert len(text) < 1_600
    reading = Reading(html)
    assert reading.language == language
    assert reading.fetched == []
    assert reading.tags <= {
        *("html", "head", "meta", "title", "style", "body", "main", "h1", "p", "a", "br"),
    }
    origin = settings().public_origin
    links = re.findall(r"\bhttps?://\S+", text)
    assert all(link.startswith(origin) for link in (*links, *reading.links))
    assert set(reading.links) == set(links)
    assert not any(
        word in text for word in ("evil.example/", "\u202e", "None", django_settings.SECRET_KEY)
    )
    hello = "Guten Tag" if language == "de" else "Hello"
    assert text.startswith(hello)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("ada", "ada"),
        ("ada\r\nBcc: eve", "ada Bcc: eve"),
        ("http://evil.example", ""),
        ("WWW.evil.example", ""),
        ("\u202eada\u0000", "ada"),
        ("x" * 100, "x" * 80),
    ],
)
def test_a_name_is_one_line_and_no_link(name, called):
    assert letters.name_of(User(username=name)) == called


def test_nobody_in_particular_is_greeted_without_a_name():
    assert letters.name_of(None) == ""


def test_a_letter_takes_the_language_of_its_reader_not_of_whoever_runs(site):
    user = site.person("ada", ADA, HOME)
    User.objects.filter(pk=user.pk).update(language="de")
    with override("en"):
        mail = written(site, "changed", {}, user)
    assert mail["Subject"] == "Ihr Passwort wurde geändert"


def test_signing_in_is_when_a_language_is_remembered(site, client):
    user = site.person("ada", ADA)
    form = {"login": "ada", "password": "four stones high"}
    client.post("/accounts/login/", form, headers={"accept-language": "de"})
    user.refresh_from_db()
    assert user.language == "de"
