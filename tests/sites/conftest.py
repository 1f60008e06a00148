"""A site with every door, in the small internet."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.urls import include, path

SERIALIZERS = "domainguard.integrations.dj_rest_auth"


@pytest.fixture
def every_door(settings, world, monkeypatch):
    """Give the world of a site that has every door guarded."""
    extra = ["allauth.headless", "rest_framework", "djoser"]
    if find_spec("dj_rest_auth"):
        extra.append("dj_rest_auth")
    settings.DJOSER = {
        "TOKEN_MODEL": None,
        "PASSWORD_RESET_CONFIRM_URL": "set/{uid}/{token}",
        "USERNAME_RESET_CONFIRM_URL": "name/{uid}/{token}",
    }
    settings.REST_AUTH = {
        "TOKEN_MODEL": None,
        "SESSION_LOGIN": True,
        "PASSWORD_RESET_SERIALIZER": f"{SERIALIZERS}.PasswordResetSerializer",
        "PASSWORD_RESET_CONFIRM_SERIALIZER": f"{SERIALIZERS}.PasswordResetConfirmSerializer",
    }
    settings.HEADLESS_FRONTEND_URLS = {
        "account_reset_password_from_key": "https://app.test/set/{key}",
        "account_reset_password": "https://app.test/reset",
        "account_signup": "https://app.test/signup",
    }
    settings.ACCOUNT_ADAPTER = "tests.sites.adapters.Adapter"
    settings.ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
    settings.ACCOUNT_LOGIN_BY_CODE_ENABLED = True
    settings.ACCOUNT_RATE_LIMITS = False
    settings.REST_FRAMEWORK = {
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"]
    }
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *extra]  # reads what is set above
    settings.ROOT_URLCONF = "tests.sites.urls"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]  # those of the libraries
    if find_spec("dj_rest_auth"):
        as_in_a_process_of_its_own(monkeypatch)
    cache.clear()
    return world


def as_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give dj-rest-auth's views the serializers in force: they keep those of their first import."""
    from dj_rest_auth import views
    from dj_rest_auth.app_settings import api_settings

    for view, name in (
        (views.PasswordResetView, "PASSWORD_RESET_SERIALIZER"),
        (views.PasswordResetConfirmView, "PASSWORD_RESET_CONFIRM_SERIALIZER"),
    ):
        monkeypatch.setattr(view, "serializer_class", getattr(api_settings, name))


def and_provider(routes: list[Any]) -> ModuleType:
    """Give a URLconf of these routes and of allauth's provider for tests."""
    module = ModuleType("urls")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("social/", include("allauth.socialaccount.providers.dummy.urls")),
        path("social/", include("allauth.socialaccount.urls")),
        *routes,
    ]
    return module


@pytest.fixture
def provider(every_door, settings) -> Iterator[Any]:
    """Give the same site, where a provider's word on an address signs in as well."""
    extra = ["allauth.socialaccount", "allauth.socialaccount.providers.dummy"]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *extra]
    settings.SOCIALACCOUNT_ADAPTER = "tests.sites.adapters.SocialAdapter"
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
    from tests.sites import urls

    settings.ROOT_URLCONF = and_provider(urls.urlpatterns)
    tables = list(apps.get_app_config("socialaccount").get_models())  # no migration made them
    with connection.schema_editor() as editor:
        for model in tables:
            editor.create_model(model)
    yield every_door
    with connection.schema_editor() as editor:
        for model in reversed(tables):
            editor.delete_model(model)
    for model in filter(admin.site.is_registered, tables):  # the admin finds them by itself
        admin.site.unregister(model)
