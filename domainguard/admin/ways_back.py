"""The ways back that owners walk, for staff to read: what they wrote, and how far each has come."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from domainguard.models import WayBack

from .read_only import ReadOnlyAdmin


@admin.register(WayBack)
class WayBackAdmin(ReadOnlyAdmin):
    """Nothing is decided here: an account is restored at its own page, by two people."""

    list_display: ClassVar = ["standing", "kind", "begun_at", "ended_at", "end"]
    list_filter: ClassVar = ["kind", "end"]
    list_select_related = ("standing",)
    search_fields: ClassVar = ["=account", "standing__canonical"]
    exclude: ClassVar = ["record", "next_look_at"]
