"""The audit trail, and the cases that wait for a person."""

from __future__ import annotations

from django.contrib import admin

from domainguard.models import AuditEvent, ReviewCase

from .read_only import ReadOnlyAdmin


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Newest first; addresses appear as keyed hashes only."""

    list_display = ("at", "actor", "action", "domain", "detail")
    list_filter = ("action", "at")
    search_fields = ("domain", "actor")
    list_per_page = 100


@admin.register(ReviewCase)
class ReviewCaseAdmin(ReadOnlyAdmin):
    """Open ones first."""

    list_display = ("domain", "kind", "reason", "opened_at", "closed_at")
    list_filter = ("kind", "closed_at")
    search_fields = ("domain__domain", "reason")
    list_select_related = ("domain",)
