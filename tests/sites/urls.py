"""Every door in one URLconf, as sites that grew have them: Django's, allauth's and two for REST."""

from __future__ import annotations

from importlib.util import find_spec

from allauth.account import views as allauth
from allauth.headless.account.views import RequestLoginCodeView
from allauth.headless.constants import Client as HeadlessClient
from django.contrib import admin
from django.contrib.auth import views as auth
from django.http import HttpResponse
from django.urls import include, path, re_path
from rest_framework.routers import DefaultRouter

from domainguard.integrations.djoser import UserViewSet

router = DefaultRouter()
router.register("users", UserViewSet)


def page(request):
    """Be any other page of a site."""
    return HttpResponse("a page")


urlpatterns = [
    path("", page, name="account"),
    path("admin/", admin.site.urls),
    path("auth/", include("domainguard.integrations.auth")),
    path("auth/login/", auth.LoginView.as_view(), name="login"),
    path("djoser/", include(router.urls)),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", allauth.signup, name="account_signup"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/email/", allauth.email, name="account_email"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/sent/", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("accounts/confirm/<str:key>/", allauth.confirm_email, name="account_confirm_email"),
    path("accounts/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/reset/asked/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "accounts/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
    path(
        "accounts/code/reset/",
        allauth.confirm_password_reset_code,
        name="account_confirm_password_reset_code",
    ),
    path(
        "accounts/code/password/",
        allauth.complete_password_reset,
        name="account_complete_password_reset",
    ),
    path("accounts/code/", allauth.request_login_code, name="account_request_login_code"),
    path("accounts/code/login/", allauth.confirm_login_code, name="account_confirm_login_code"),
    *(
        # allauth leaves these out of its list when the setting is off at the time of import.
        path(
            f"_allauth/{kind.value}/v1/auth/code/request",
            RequestLoginCodeView.as_api_view(client=kind),
        )
        for kind in HeadlessClient
    ),
    path("_allauth/", include("allauth.headless.urls")),
]
if find_spec("dj_rest_auth"):
    urlpatterns.append(path("rest/", include("dj_rest_auth.urls")))
