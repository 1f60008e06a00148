"""Projects and releases in the admin."""

from __future__ import annotations

from django.contrib import admin

from .models import Project, Release, Role


class RoleInline(admin.TabularInline):  # type: ignore[type-arg]
    """The people of a project, on the project's own page."""

    model = Role
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Projects by name."""

    list_display = ("name", "summary", "dependents", "created_at")
    search_fields = ("name", "summary")
    inlines = (RoleInline,)


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Releases, the newest first. What is published does not change."""

    list_display = ("project", "version", "published_by", "published_at")
    list_select_related = ("project", "published_by")
    search_fields = ("project__name", "version")
    readonly_fields = ("project", "version", "published_by", "published_at")
