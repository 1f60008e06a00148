"""The doors that the site's INSTALLED_APPS have."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path


def page(request: HttpRequest) -> HttpResponse:
    """Be any other page of a site, with what its owner should know on top."""
    return render(request, "account.html")


urlpatterns: list[Any] = [
    path("", page),
    path("auth/", include("domainguard.integrations.auth")),
    path("guard/", include("domainguard.urls")),
    path("auth/login/", auth.LoginView.as_view(template_name="any.html"), name="login"),
]
if apps.is_installed("dj_rest_auth"):
    urlpatterns.append(path("rest/", include("dj_rest_auth.urls")))
if apps.is_installed("djoser"):
    from rest_framework.routers import DefaultRouter

    from domainguard.integrations.djoser import UserViewSet

    router = DefaultRouter()
    router.register("users", UserViewSet)
    urlpatterns.append(path("djoser/", include(router.urls)))
if apps.is_installed("allauth"):
    urlpatterns.append(path("accounts/", include("allauth.urls")))
