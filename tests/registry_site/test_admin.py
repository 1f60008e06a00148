"""The admin keeps the powers that staff must not have out of reach."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from registry_site.accounts.models import User


@pytest.fixture
def staff(person):
    return person("staff", is_staff=True, is_superuser=True)


def test_no_page_sets_another_persons_password(client, staff, person):
    ada = person("ada")
    client.force_login(staff)
    for path in (f"/admin/accounts/user/{ada.pk}/password/", "/admin/accounts/user/add/"):
        assert client.post(path, {"password1": "x" * 12, "password2": "x" * 12}).status_code != 200
    page = client.get(f"/admin/accounts/user/{ada.pk}/change/")
    assert page.status_code == 200
    assert "password" not in page.context["adminform"].form.fields


def test_a_password_slipped_into_the_form_changes_nothing(client, staff, person):
    ada = person("ada")
    client.force_login(staff)
    form = {"username": "ada", "is_active": "on", "password": "x", "email": "thief@elsewhere.org"}
    assert client.post(f"/admin/accounts/user/{ada.pk}/change/", form).status_code == 302
    fresh = User.objects.get(pk=ada.pk)
    assert (fresh.password, fresh.email) == (ada.password, ada.email)


def test_staff_with_the_permission_to_change_accounts_cannot_give_powers(client, person):
    helper = person("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="change_user"))
    client.force_login(helper)
    form = {"username": "helper", "is_active": "on", "is_superuser": "on"}
    assert client.post(f"/admin/accounts/user/{helper.pk}/change/", form).status_code == 302
    assert not User.objects.get(pk=helper.pk).is_superuser


def test_the_admin_has_no_door_of_its_own(client, db, person):
    assert client.get("/admin/login/").url.startswith("/accounts/login/?next=")
    client.force_login(person("ada"))
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.parametrize("model", ["accounts/user", "packages/project", "packages/release"])
def test_the_lists_work_and_can_be_searched(client, staff, project, model):
    project("tidepool", staff)
    client.force_login(staff)
    assert client.get(f"/admin/{model}/", {"q": "tide"}).status_code == 200


def test_staff_can_read_addresses_but_verify_add_and_remove_none(client, staff, person):
    address = person("ada", verified=False).emailaddress_set.get()
    client.force_login(staff)
    assert "ada@mill-ada.org" in client.get("/admin/account/emailaddress/").text
    for path in ("add/", f"{address.pk}/change/", f"{address.pk}/delete/"):
        form = {"user": staff.pk, "email": "x@quarry.org", "verified": "on", "post": "yes"}
        assert client.post(f"/admin/account/emailaddress/{path}", form).status_code == 403
    action = {"action": "make_verified", "_selected_action": [address.pk]}
    client.post("/admin/account/emailaddress/", action)
    address.refresh_from_db()
    assert not address.verified
