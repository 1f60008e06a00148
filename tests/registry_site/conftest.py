"""People and projects for the site's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from registry_site.accounts.models import User
from registry_site.packages.models import Project, Role

PASSWORD = "four stones high"


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Give a function that makes an account; its address is verified unless it says otherwise."""

    def make(name: str, *, verified: bool = True, **fields: object) -> User:
        email = f"{name}@mill-{name}.org"
        user = User.objects.create_user(name, email, PASSWORD, **fields)
        EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
        return user

    return make


@pytest.fixture
def project(db: None) -> Callable[..., Project]:
    """Give a function that makes a project of these people, each an owner."""

    def make(name: str, *owners: User, **fields: object) -> Project:
        made = Project.objects.create(name=name, **fields)
        Role.objects.bulk_create(Role(project=made, user=owner) for owner in owners)
        return made

    return make
