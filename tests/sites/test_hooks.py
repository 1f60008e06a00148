"""The matrix notices every hook: a site that left one out plays at least one cell wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth import views as auth
from django.urls import include, path
from djoser.views import UserViewSet
from rest_framework.routers import DefaultRouter

from domainguard.integrations.allauth import (
    AccountAdapterMixin,
    SocialAccountAdapterMixin,
    remember_proof,
)
from domainguard.integrations.djoser import UserViewSetMixin
from domainguard.integrations.tokens import recovery_tokens
from domainguard.models import AddressStanding
from registry_site.accounts.models import User
from tests.sites import cells, doors, proofs
from tests.sites.cells import When
from tests.sites.conftest import and_provider
from tests.sites.people import AllauthPeople
from tests.sites.test_doors import DOORS


class NoSending(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    send_mail = DefaultAccountAdapter.send_mail


class NoPassword(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    set_password = DefaultAccountAdapter.set_password


class NoSignIn(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    login = DefaultAccountAdapter.login


class NoConfirming(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    confirm_email = DefaultAccountAdapter.confirm_email


class NoAskingOfProviders(SocialAccountAdapterMixin, DefaultSocialAccountAdapter):  # type: ignore[misc]
    can_authenticate_by_email = DefaultSocialAccountAdapter.can_authenticate_by_email


class NoAsking(UserViewSetMixin, UserViewSet):  # type: ignore[misc]
    get_serializer_class = UserViewSet.get_serializer_class


class NoTokens(UserViewSetMixin, UserViewSet):  # type: ignore[misc]
    token_generator = UserViewSet.token_generator


class NoRedeeming(UserViewSetMixin, UserViewSet):  # type: ignore[misc]
    reset_password_confirm = UserViewSet.reset_password_confirm


def adapter(chosen: type[Any]) -> dict[str, Any]:
    return {"ACCOUNT_ADAPTER": f"{__name__}.{chosen.__name__}"}


def social_adapter(chosen: type[Any]) -> dict[str, Any]:
    return {"SOCIALACCOUNT_ADAPTER": f"{__name__}.{chosen.__name__}"}


def no_receiver() -> dict[str, Any]:
    email_confirmed.disconnect(dispatch_uid="domainguard.allauth.confirmed")
    return {}


def djosers_own_mail() -> dict[str, Any]:
    chosen = {**proofs.DjoserActivation.settings["DJOSER"]}
    del chosen["EMAIL"]
    return {"DJOSER": chosen}


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


def unticked(site: cells.Site) -> None:
    """Let the address be of an older epoch, and the site know it."""
    cells.deverified(site)
    EmailAddress.objects.update(verified=False)


def signed_up(site: cells.Site) -> None:
    """Let ada have proven nothing yet, at a domain that is held."""
    cells.held(site)
    AddressStanding.objects.all().delete()
    User.objects.update(is_active=False)


def unproven(site: cells.Site) -> None:
    """Let ada have proven nothing yet, at a domain that is hers."""
    site.people.unprove(cells.ADDRESS)


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
    "allauth's confirm_email": (
        partial(adapter, NoConfirming), proofs.ProofLink, unproven, When.BEFORE),
    "allauth's email_confirmed": (
        no_receiver, proofs.ResetCodeAsProof, unticked, When.REDEEM),
    "a provider's word": (
        partial(social_adapter, NoAskingOfProviders), proofs.Provider, cells.held, When.BEFORE),
    "djoser's activation": (
        djosers_own_mail, proofs.DjoserActivation, signed_up, When.BEFORE),
    "djoser's serializer": (
        partial(viewset, NoAsking), doors.DjoserUsername, cells.held, When.BEFORE),
    "djoser's generator": (
        partial(viewset, NoTokens), doors.DjoserPassword, cells.healthy, When.BEFORE),
    "djoser's confirm": (
        partial(viewset, NoRedeeming), doors.DjoserPassword, cells.lapsed, When.REDEEM),
}  # fmt: skip


@pytest.fixture
def site(provider) -> Iterator[cells.Site]:
    yield cells.Site(provider.net, AllauthPeople())
    email_confirmed.connect(remember_proof, dispatch_uid="domainguard.allauth.confirmed")


def is_played_right(site: cells.Site, hook: str) -> bool:
    _, door, state, when = HOOKS[hook]
    came = cells.play(site, door, state, when)
    wanted = cells.expected(door, cells.healthy if state is unproven else state, when)
    return (came.mailed, came.worked) == (wanted.mailed, wanted.worked)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_site_that_left_one_hook_out_plays_a_cell_wrong(hook, site, settings):
    leave_out, door, *_ = HOOKS[hook]
    changed = leave_out()
    if "ROOT_URLCONF" in changed:
        changed["ROOT_URLCONF"] = and_provider(changed["ROOT_URLCONF"].urlpatterns)
    for name, value in {**door.settings, **changed}.items():
        setattr(settings, name, value)
    assert not is_played_right(site, hook)


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if HOOKS[hook][1] not in DOORS])
def test_a_site_that_left_nothing_out_plays_it_right(hook, site, settings):
    for name, value in HOOKS[hook][1].settings.items():
        setattr(settings, name, value)
    assert is_played_right(site, hook)
