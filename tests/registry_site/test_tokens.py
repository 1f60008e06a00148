"""API tokens: kept as a hash, good for what their owner may publish, and no more."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from registry_site.packages.models import ApiToken, Release
from registry_site.packages.tokens import make_token

from .conftest import PASSWORD

UPLOAD = "/api/project/tidepool/releases/"


@pytest.fixture
def ada(person, project):
    made = person("ada")
    project("tidepool", made)
    return made


def upload(secret: str, path: str = UPLOAD, *, kind: str = "Bearer", **changed: str):
    form = {"version": "1.0", "notes": "First."} | changed
    return Client(enforce_csrf_checks=True).post(
        path, form, headers={"Authorization": f"{kind} {secret}"}
    )


def signed_in(client, user):
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_a_token_publishes_in_its_owners_name_and_says_when_it_did(ada):
    assert upload(make_token(ada, "ci")).status_code == 201
    assert Release.objects.get().published_by == ada
    assert ApiToken.objects.get().last_used_at is not None


def test_only_a_hash_is_kept(ada):
    secret = make_token(ada, "ci")
    (row,) = ApiToken.objects.values()
    assert secret.startswith("dgr-")
    assert secret not in str(row)


def test_a_secret_is_shown_once(client, ada):
    signed_in(client, ada)
    page = client.post("/account/tokens/", {"name": "ci"})
    secret = page.context["secret"]
    assert secret in page.text
    assert secret not in client.get("/account/tokens/").text
    assert upload(secret).status_code == 201


def test_making_a_token_asks_for_the_password_once_more(client, ada):
    client.force_login(ada)
    answer = client.post("/account/tokens/", {"name": "ci"})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(("secret", "kind"), [("", "Bearer"), ("dgr-none", "Bearer")])
def test_what_is_no_token_is_refused(ada, secret, kind):
    assert upload(secret, kind=kind).status_code == 401
    assert upload(make_token(ada, "ci"), kind="Basic").status_code == 401
    assert not Release.objects.exists()


def test_a_session_is_no_token(client, ada):
    client.force_login(ada)
    assert client.post(UPLOAD, {"version": "1.0"}).status_code == 401


@pytest.mark.parametrize("project_name", ["tidepool", "no-such-project"])
def test_a_token_of_somebody_else_publishes_nothing(ada, person, project_name):
    answer = upload(make_token(person("bob"), "ci"), f"/api/project/{project_name}/releases/")
    assert (answer.status_code, Release.objects.count()) == (403, 0)


def test_a_frozen_account_uploads_nothing(ada):
    secret = make_token(ada, "ci")
    type(ada).objects.update(publishing_frozen_at=timezone.now())
    assert upload(secret).status_code == 403


def test_a_closed_account_has_no_token(ada):
    secret = make_token(ada, "ci")
    type(ada).objects.update(is_active=False)
    assert upload(secret).status_code == 401


def test_what_is_no_version_is_refused_with_the_reason(ada):
    answer = upload(make_token(ada, "ci"), version="one")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["version"])


def test_a_revoked_token_publishes_nothing_more(client, ada):
    secret = make_token(ada, "ci")
    client.force_login(ada)
    client.post(f"/account/tokens/{ApiToken.objects.get().pk}/", {"revoke": ""})
    assert upload(secret).status_code == 401


def test_nobody_sees_or_revokes_the_token_of_another(client, ada, person):
    secret = make_token(ada, "the-ci-of-ada")
    client.force_login(person("bob"))
    assert "the-ci-of-ada" not in client.get("/account/tokens/").text
    path = f"/account/tokens/{ApiToken.objects.get().pk}/"
    assert client.post(path, {"revoke": ""}).status_code == 404
    assert upload(secret).status_code == 201
