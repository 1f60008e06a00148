"""Pages that anybody may read."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from registry_site.packages.models import Release

PUBLIC = ["front_page", "search", "recovery_help", "account_login", "account_signup",
          "account_reset_password", "password_reset_done", "password_reset_complete",
          "account_email_verification_sent"]  # fmt: skip
OWN = ["account", "account_email", "account_change_password", "account_logout", "new_project",
       "tokens", "account_reauthenticate", "mfa_index", "security_history"]  # fmt: skip


class Inline(HTMLParser):
    """Collects what a strict content security policy would forbid, and unlabelled fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.fields: set[str] = set()
        self.labels: set[str] = set()
        self.headings: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "style") or "style" in given or any(n[:2] == "on" for n in given):
            self.forbidden.append(self.get_starttag_text() or tag)
        if tag in ("input", "textarea") and given.get("type") != "hidden" and "hidden" not in given:
            self.fields.add(given.get("id") or "")
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag in ("h1", "main"):
            self.headings.append(tag)


def look_through(response) -> None:
    found = Inline(response.text)
    assert not found.forbidden
    assert found.fields <= found.labels
    assert sorted(found.headings) == ["h1", "main"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_page_has_no_inline_code_and_a_label_for_each_field(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    look_through(response)


@pytest.mark.parametrize("name", OWN)
def test_ones_own_page_has_no_inline_code_and_a_label_for_each_field(client, person, name):
    client.force_login(person("ada"))
    response = client.get(reverse(name))
    assert response.status_code == 200
    look_through(response)


@pytest.mark.parametrize("name", OWN)
def test_ones_own_page_asks_a_stranger_to_sign_in(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url.startswith(("/accounts/login/", "/"))


@pytest.mark.parametrize("name", ["account", "account_email", "tokens", "mfa_index"])
def test_ones_own_page_is_kept_by_no_cache(client, person, name):
    client.force_login(person("ada"))
    assert "no-store" in client.get(reverse(name)).headers["Cache-Control"]


@pytest.mark.django_db
def test_every_answer_carries_the_security_headers(client):
    for path in ("/", "/no-such-page/", "/admin/"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_project_page_shows_its_description_as_plain_text(client, person, project):
    project("tidepool", person("ada"), description="<script>alert(1)</script>\n\n  indented")
    text = client.get("/project/tidepool/").text
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n\n  indented" in text


def test_search_wants_every_word_in_the_name_or_the_summary(client, project):
    project("dune-cache", summary="Forgets on purpose")
    project("tidepool", summary="A cache of the sea")
    project("littoral", summary="Shoreline geometry")
    found = client.get("/search/", {"q": "CACHE sea"}).context["page"].object_list
    assert [each.name for each in found] == ["tidepool"]


@pytest.mark.parametrize("query", ["", "\0", "%", "'; --", "x" * 5000, "&page=zero"])
def test_search_answers_whatever_it_is_asked(client, db, query):
    assert client.get("/search/", {"q": query, "page": "-7e9"}).status_code == 200


def test_search_gives_its_words_back_escaped(client, db):
    text = client.get("/search/", {"q": '"><script>x</script>'}).text
    assert "<script>" not in text


def test_the_pages_of_a_search_keep_its_words(client, project):
    for number in range(21):
        project(f"cache-{number}")
    assert 'href="?q=cache&amp;page=2"' in client.get("/search/", {"q": "cache"}).text


def test_a_persons_public_page_shows_no_address(client, person, project):
    ada = person("ada")
    made = project("tidepool", ada)
    Release.objects.create(project=made, version="1.0", published_by=ada)
    text = client.get("/user/ada/").text
    assert "tidepool" in text
    assert "@" not in text


def test_a_strangers_view_is_the_same_whatever_becomes_of_an_address(client, person, project):
    ada = person("ada")
    project("tidepool", ada)
    paths = ["/", "/search/", "/project/tidepool/", "/user/ada/", "/accounts/login/"]
    before = [client.get(path).headers for path in paths]
    bodies = [_without_token(client.get(path).text) for path in paths]
    ada.emailaddress_set.update(verified=False)
    assert [_without_token(client.get(path).text) for path in paths] == bodies
    assert [client.get(path).headers.keys() for path in paths] == [h.keys() for h in before]


def _without_token(html: str) -> str:
    return "".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_closed_account_has_no_public_page(client, person):
    person("ada", is_active=False)
    assert client.get("/user/ada/").status_code == 404


@pytest.mark.django_db
def test_an_error_page_says_what_happened_in_the_sites_own_words(client):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "There is no such page" in response.text
    look_through(response)
