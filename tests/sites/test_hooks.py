"""The matrix notices every hook: a site that left one out plays at least one cell wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import views as auth
from django.urls import include, path
from djoser.views import UserViewSet
from rest_framework.routers import DefaultRouter

from domainguard.integrations.allauth import AccountAdapterMixin
from domainguard.integrations.djoser import UserViewSetMixin
from domainguard.integrations.tokens import recovery_tokens
from tests.sites import cells, doors
from tests.sites.cells import When
from tests.sites.people import AllauthPeople


class NoSending(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    send_mail = DefaultAccountAdapter.send_mail


class NoPassword(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    set_password = DefaultAccountAdapter.set_password


class NoSignIn(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    login = DefaultAccountAdapter.login


class NoAsking(UserViewSetMixin, UserViewSet):  # type: ignore[misc]
    get_serializer_class = UserViewSet.get_serializer_class


class NoTokens(UserViewSetMixin, UserViewSet):  # type: ignore[misc]
    token_generator = UserViewSet.token_generator


class NoRedeeming(UserViewSetMixin, UserViewSet):  # type: ignore[misc]
    reset_password_confirm = UserViewSet.reset_password_confirm


def adapter(chosen: type[Any]) -> dict[str, Any]:
    return {"ACCOUNT_ADAPTER": f"{__name__}.{chosen.__name__}"}


def routes(*patterns: Any) -> dict[str, Any]:
    """Put routes before the guarded ones, which can be read only where all libraries are set up."""
    from tests.sites import urls

    module = ModuleType("urls")
    module.urlpatterns = [*patterns, *urls.urlpatterns]  # type: ignore[attr-defined]
    return {"ROOT_URLCONF": module}


def viewset(chosen: type[Any]) -> dict[str, Any]:
    router = DefaultRouter()
    router.register("users", chosen)
    return routes(path("djoser/", include(router.urls)))


def stock_form() -> dict[str, Any]:
    return routes(path("auth/password_reset/", auth.PasswordResetView.as_view()))


def stock_confirm_view() -> dict[str, Any]:
    view = auth.PasswordResetConfirmView.as_view(token_generator=recovery_tokens)
    return routes(path("auth/reset/<uidb64>/<token>/", view))


# What a site left out, the door it stands in, and a cell that needs it.
HOOKS: dict[str, tuple[Callable[[], dict[str, Any]], type[doors.Door], cells.State, When]] = {
    "Django's form": (stock_form, doors.DjangoForm, cells.held, When.BEFORE),
    "Django's confirm view": (stock_confirm_view, doors.DjangoForm, cells.lapsed, When.REDEEM),
    "allauth's send_mail": (
        partial(adapter, NoSending), doors.AllauthCode, cells.held, When.BEFORE),
    "allauth's set_password": (
        partial(adapter, NoPassword), doors.AllauthCode, cells.deverified, When.REDEEM),
    "allauth's login": (
        partial(adapter, NoSignIn), doors.AppLoginCode, cells.deverified, When.REDEEM),
    "djoser's serializer": (
        partial(viewset, NoAsking), doors.DjoserUsername, cells.held, When.BEFORE),
    "djoser's generator": (
        partial(viewset, NoTokens), doors.DjoserPassword, cells.healthy, When.BEFORE),
    "djoser's confirm": (
        partial(viewset, NoRedeeming), doors.DjoserPassword, cells.lapsed, When.REDEEM),
}  # fmt: skip


@pytest.mark.parametrize("hook", HOOKS)
def test_a_site_that_left_one_hook_out_plays_a_cell_wrong(hook, every_door, settings):
    left_out, door, state, when = HOOKS[hook]
    for name, value in {**door.settings, **left_out()}.items():
        setattr(settings, name, value)
    site = cells.Site(every_door.net, AllauthPeople())
    came = cells.play(site, door, state, when)
    wanted = cells.expected(door, state, when)
    assert (came.mailed, came.worked) != (wanted.mailed, wanted.worked)
