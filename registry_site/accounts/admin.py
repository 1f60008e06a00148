"""Accounts in the admin, where nobody can choose another person's password."""

from __future__ import annotations

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.admin import Authenticator  # registered with this import, at the latest
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from .models import User


@admin.register(User)
class AccountAdmin(UserAdmin):  # type: ignore[type-arg]
    """Shows an account. Its owner alone sets the password and the addresses (ASVS 6.4.6)."""

    form = ModelForm

    fieldsets = (
        (None, {"fields": ("username", "email")}),
        (_("Publishing"), {"fields": ("publishing_frozen_at",)}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("email", "last_login", "date_joined")
    list_display = ("username", "email", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_active")

    def get_urls(self) -> list[URLPattern]:
        """Leave out the page on which Django's own admin sets a password."""
        return [each for each in super().get_urls() if each.name != "auth_user_password_change"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no: an account begins with a sign-up, and with a password only its owner knows."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Keep the power to give power with superusers."""
        powers = ("is_staff", "is_superuser", "groups", "user_permissions")
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if request.user.is_superuser else fixed + powers


# Registered by allauth: one has a box that says "verified", the other shows keys and deletes them.
admin.site.unregister([EmailAddress, Authenticator])


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin):  # type: ignore[misc]
    """Shows addresses. Only a proof verifies one, and only its owner adds or removes one."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False
