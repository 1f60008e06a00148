"""Who may publish what: the prize for taking over an account."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from registry_site.packages.models import Project, Release, Role, normalized

from .second_factor import arm


def test_an_owner_publishes_a_release(client, person, project):
    ada = person("ada")
    made = project("tidepool", ada)
    client.force_login(ada)
    response = client.post("/project/tidepool/publish/", {"version": "1.0", "notes": "First."})
    assert response.url == "/project/tidepool/"
    release = made.releases.get()
    assert (release.version, release.notes, release.published_by) == ("1.0", "First.", ada)


@pytest.mark.parametrize("kind", Role.Kind.values)
def test_owners_and_maintainers_see_the_way_to_publish(client, person, project, kind):
    ada = person("ada")
    Role.objects.create(project=project("tidepool"), user=ada, kind=kind)
    client.force_login(ada)
    assert "/project/tidepool/publish/" in client.get("/project/tidepool/").text


def test_nobody_else_publishes_and_nobody_else_sees_the_way(client, person, project):
    project("tidepool", person("ada"))
    client.force_login(person("bob"))
    assert "/publish/" not in client.get("/project/tidepool/").text
    assert client.get("/project/tidepool/publish/").status_code == 403
    assert client.post("/project/tidepool/publish/", {"version": "6.6"}).status_code == 403
    assert not Release.objects.exists()


def test_a_published_version_is_never_published_again(client, person, project):
    ada = person("ada")
    made = project("tidepool", ada)
    Release.objects.create(project=made, version="1.0", notes="Good.", published_by=ada)
    client.force_login(ada)
    response = client.post("/project/tidepool/publish/", {"version": "1.0", "notes": "Bad."})
    assert "This version is already published." in response.text
    assert made.releases.get().notes == "Good."


def test_the_database_itself_holds_a_version_to_once(project):
    made = project("tidepool")
    Release.objects.create(project=made, version="1.0")
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.create(project=made, version="1.0")


@pytest.mark.parametrize("version", ["", "one", "1.0\n", "1..0", "-1", "1.0-", "9" * 50])
def test_what_is_no_version_is_refused(client, person, project, version):
    ada = person("ada")
    project("tidepool", ada)
    client.force_login(ada)
    client.post("/project/tidepool/publish/", {"version": version})
    # The form trims white space at the ends; what is left of "1.0\n" is a version.
    assert [each.version for each in Release.objects.all()] in ([], ["1.0"])


@pytest.mark.parametrize("path", ["/new/", "/project/tidepool/publish/"])
def test_a_frozen_account_is_told_no_and_not_why(client, person, project, path):
    ada = person("ada", publishing_frozen_at=timezone.now())
    project("tidepool", ada)
    client.force_login(ada)
    response = client.post(path, {"version": "1.0", "name": "new"})
    assert response.status_code == 403
    assert not any(word in response.text.lower() for word in ("frozen", "email", "domain"))


def safe(person):
    """Give a person a second factor: nobody starts a project on one custom domain alone."""
    arm(person)
    return person


@pytest.mark.django_db
def test_nobody_starts_a_project_whose_account_hangs_on_one_custom_domain(client, person):
    client.force_login(person("ada"))
    page = client.get("/new/").text
    assert "First make your account safer" in page
    assert reverse("mfa_index") in page
    assert client.post("/new/", {"name": "tidepool"}).status_code == 200
    assert not Project.objects.exists()


def test_whoever_starts_a_project_owns_it(client, person):
    ada = safe(person("ada"))
    client.force_login(ada)
    assert client.post("/new/", {"name": "Tide_Pool"}).url == "/project/tide-pool/"
    assert Role.objects.get(project__name="tide-pool").user == ada


@pytest.mark.parametrize("name", ["tidepool", "TidePool", "  tidepool "])
def test_a_taken_name_stays_taken_however_it_is_written(client, person, project, name):
    project("tidepool")
    client.force_login(safe(person("ada")))
    assert client.post("/new/", {"name": name}).status_code == 200
    assert Project.objects.count() == 1


@pytest.mark.parametrize("name", ["", "ünder", "a b/c", "../x", "-", "new\u200bname"])
def test_what_is_no_name_is_refused(client, person, name):
    client.force_login(safe(person("ada")))
    assert client.post("/new/", {"name": name}).status_code == 200
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("written", "stored"), [("My_Lib", "my-lib"), ("a..b", "a-b"), (" a - b ", "a-b")]
)
def test_a_name_is_stored_one_way(written, stored):
    assert normalized(written) == stored
