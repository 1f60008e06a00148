"""Each mistake in an installation has an id, and a hint that says what to type."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.admin import UserAdmin
from django.urls import include, path
from djoser.views import UserViewSet as DjoserUserViewSet
from rest_framework.routers import DefaultRouter

from domainguard.checks.doors import check_doors, check_surroundings
from domainguard.checks.settings import check_settings
from domainguard.integrations import djoser
from domainguard.integrations.auth import PasswordResetForm, PasswordResetView
from domainguard.integrations.tokens import recovery_tokens
from registry_site.accounts.models import User

ADAPTER = "allauth.account.adapter.DefaultAccountAdapter"


def ids(found) -> list[str]:
    assert all(each.hint for each in found)
    return [each.id for each in found]


@pytest.fixture
def routes(settings):
    """Give a function that says what the checks find in a URLconf of these routes."""

    def find(*patterns) -> list[str]:
        settings.ROOT_URLCONF = ModuleType("urls")
        settings.ROOT_URLCONF.urlpatterns = list(patterns)
        return ids(check_doors(None))

    return find


@pytest.fixture
def said(settings):
    """Give a function that says what the checks find in these settings."""

    def find(**changed: object) -> list[str]:
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, **changed}
        return ids(check_settings(None))

    return find


def viewset(chosen) -> object:
    router = DefaultRouter()
    router.register("users", chosen)
    return path("", include(router.urls))


def test_this_checkouts_own_site_has_nothing_to_be_told(routes):
    assert ids([*check_doors(None), *check_surroundings(None), *check_settings(None)]) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"SOURCES": ()}, "domainguard.E002"),
        ({"SOURCES": ("UnsafeAlwaysActive",)}, "domainguard.E003"),
        ({"PUBLIC_ORIGIN": ""}, "domainguard.E004"),
        ({"TOKEN_LIFE_MINUTES": 25 * 60}, "domainguard.E005"),
        ({"TOKEN_LIFE_MINUTES": 0}, "domainguard.E005"),
        ({"TRUSTED_PROXY_COUNT": None}, "domainguard.W013"),
    ],
)
def test_a_wrong_setting_is_named(said, settings, changed, wanted):
    settings.DEBUG = False
    assert wanted in said(**changed)


def test_an_unknown_setting_is_named_with_those_that_exist(settings):
    settings.DOMAINGUARD = {"RESOLVER": "127.0.0.1:53"}
    (error,) = check_settings(None)
    assert (error.id, "RESOLVERS" in error.msg) == ("domainguard.E001", True)


def test_a_canary_that_no_registry_could_hold_is_named(settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "CANARIES": ["mail.our-own.org"]}
    (error,) = check_settings(None)
    assert (error.id, "CANARIES" in error.msg) == ("domainguard.E001", True)


def test_a_stub_source_is_no_error_while_a_site_is_being_built(settings):
    settings.DEBUG = True
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "SOURCES": ("UnsafeAlwaysActive",)}
    (warning,) = check_settings(None)
    assert (warning.id, warning.is_serious()) == ("domainguard.E003", False)


def test_djangos_tokens_of_three_days_are_named(said, settings):
    settings.PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
    assert said() == ["domainguard.W007"]


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        (auth.PasswordResetView.as_view(), ["domainguard.E008"]),
        (auth.PasswordResetConfirmView.as_view(), ["domainguard.E008"]),
        (auth.PasswordResetView.as_view(form_class=PasswordResetForm), []),
        (auth.PasswordResetConfirmView.as_view(token_generator=recovery_tokens), []),
        (auth.PasswordResetDoneView.as_view(), []),
        (auth.PasswordChangeView.as_view(), []),
    ],
)
def test_djangos_reset_routes_are_found_unless_guarded(routes, view, wanted):
    assert routes(path("deep/", include([path("reset/", view)]))) == wanted


def test_our_own_routes_are_guarded(routes):
    assert routes(path("", include("domainguard.integrations.auth"))) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, []),
        ({"subject_template_name": "no/subject.txt"}, ["domainguard.E015"]),
        ({"email_template_name": "no/mail.html"}, ["domainguard.E015"]),
        ({"html_email_template_name": "no/mail.html"}, ["domainguard.E015"]),
    ],
)
def test_a_reset_mail_without_its_template_is_found_before_a_worker_does(routes, given, wanted):
    assert routes(path("reset/", PasswordResetView.as_view(**given))) == wanted
    form = auth.PasswordResetView.as_view(form_class=PasswordResetForm, **given)
    assert routes(path("reset/", form)) == wanted


def test_a_site_with_no_templates_for_mail_is_told_which_it_lacks(settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    (error,) = check_doors(None)
    assert "registration/password_reset_subject.txt" in error.msg
    assert "accounts/password/reset/" in error.msg


@pytest.mark.parametrize("module", ["allauth.account.urls", "allauth.headless.urls"])
def test_allauths_reset_routes_are_found_unless_adapter_and_generator_are_ours(
    routes, settings, module
):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "allauth.headless"]
    theirs = path("", include(module))
    assert routes(theirs) == []
    generator = settings.ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR
    del settings.ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR
    assert routes(theirs) == ["domainguard.E008"]
    settings.ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = generator
    settings.ACCOUNT_ADAPTER = ADAPTER
    assert routes(theirs) == ["domainguard.E008"]


def test_djosers_reset_routes_are_found_unless_the_viewset_is_ours(routes):
    assert routes(viewset(DjoserUserViewSet)) == ["domainguard.E008"]
    assert routes(viewset(djoser.UserViewSet)) == []


DJOSERS = "domainguard.integrations.djoser"
DJOSERS_NOTICES = (
    ("SEND_CONFIRMATION_EMAIL", "confirmation", "ConfirmationEmail"),
    (
        "PASSWORD_CHANGED_EMAIL_CONFIRMATION",
        "password_changed_confirmation",
        "PasswordChangedConfirmationEmail",
    ),
    (
        "USERNAME_CHANGED_EMAIL_CONFIRMATION",
        "username_changed_confirmation",
        "UsernameChangedConfirmationEmail",
    ),
)


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({}, []),
        ({"SEND_ACTIVATION_EMAIL": True}, ["domainguard.E008"]),
        (
            {
                "SEND_ACTIVATION_EMAIL": True,
                "EMAIL": {"activation": "domainguard.integrations.djoser.ActivationEmail"},
            },
            [],
        ),
        *(
            ({switch: True, **({"EMAIL": {key: f"{DJOSERS}.{name}"}} if name else {})}, wanted)
            for switch, key, ours in DJOSERS_NOTICES
            for name, wanted in ((ours, []), ("", ["domainguard.E008"]))
        ),
    ],
)
def test_djosers_mails_are_found_unless_their_class_is_ours(routes, settings, chosen, wanted):
    settings.DJOSER = {"TOKEN_MODEL": None, **chosen}
    assert routes(viewset(djoser.UserViewSet)) == wanted


def test_dj_rest_auths_reset_routes_are_found_unless_the_serializers_are_ours(routes, settings):
    settings.REST_AUTH = {"TOKEN_MODEL": None, "SESSION_LOGIN": True}
    views = pytest.importorskip("dj_rest_auth.views", reason="it is on no wheel")
    ours = pytest.importorskip("domainguard.integrations.dj_rest_auth")
    for view, serializer in (
        (views.PasswordResetView, ours.PasswordResetSerializer),
        (views.PasswordResetConfirmView, ours.PasswordResetConfirmSerializer),
    ):
        guarded: Any = type(view.__name__, (view,), {"serializer_class": serializer})
        stock: Any = type(view.__name__, (view,), {"serializer_class": serializer.__base__})
        assert routes(path("", guarded.as_view())) == []
        assert routes(path("", stock.as_view())) == ["domainguard.E008"]


def test_an_admin_that_sets_another_persons_password_is_named(routes):
    site = admin.AdminSite()
    site.register(User, UserAdmin)
    assert routes(path("admin/", site.urls)) == ["domainguard.W009"]


def test_a_cache_for_whole_pages_is_named(settings):
    settings.MIDDLEWARE = ["django.middleware.cache.UpdateCacheMiddleware", *settings.MIDDLEWARE]
    assert ids(check_surroundings(None)) == ["domainguard.W010"]
