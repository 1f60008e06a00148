"""The doors of an account.

Each of django-allauth's doors is named here one by one: a door that is not on this list, such as
its own password reset and its sign-in by mailed code, does not exist on this site.
"""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.contrib.auth import views as auth
from django.db.transaction import atomic
from django.urls import path
from django.views.decorators.cache import never_cache

from domainguard.integrations.auth import PasswordResetConfirmView, PasswordResetView

from . import address_pages, views

reset = PasswordResetView.as_view()

urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", atomic(allauth.signup), name="account_signup"),  # one commit for everybody
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("code/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/", never_cache(mfa.index), name="mfa_index"),
    path("second-factor/on/", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/off/", never_cache(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "second-factor/codes/",
        never_cache(codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/codes/new/",
        never_cache(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("email/", address_pages.addresses, name="account_email"),
    path("confirm-email/", allauth.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", allauth.confirm_email, name="account_confirm_email"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", reset, name="account_reset_password"),
    path("password/reset/", reset, name="password_reset"),
    path("password/reset/done/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/reset/complete/",
        auth.PasswordResetCompleteView.as_view(),
        name="password_reset_complete",
    ),
    path(
        "password/reset/<uidb64>/<token>/",
        PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
]
