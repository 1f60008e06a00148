"""The ways back that owners walk, for staff to read: what they wrote, and how far each has come."""

from __future__ import annotations

from django.contrib import admin

from domainguard.models import WayBack

from .read_only import ReadOnlyAdmin


@admin.register(WayBack)
class WayBackAdmin(ReadOnlyAdmin):
    """Nothing is decided here: an account is restored at its own page, by two people."""

    list_display = ("standing", "kind", "begun_at", "ended_at", "end")
    list_filter = ("kind", "end")
    list_select_related = ("standing",)
    search_fields = ("=account", "standing__canonical")
    exclude = ("record", "next_look_at")
